"""Renews access tokens: once for all processes, with no transaction open while the vendor answers.

A lease by compare-and-set decides who asks the vendor; the answer is saved only where the row is still the
one that was read, so an account that was reconnected or dropped meanwhile stays as it now is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from bridge import log
from bridge.alerts import alert_key
from bridge.connections import sealed
from bridge.connections.context import LEASE_SECONDS, ConnectionContext
from bridge.connections.refusals import asked
from bridge.connections.sealed import Held
from bridge.connections.sign_in import Renewal
from bridge.store.patience import repeated, within
from bridge.store.sql import connections, leases
from bridge.store.sql.connections import NEEDS_RECONNECTING, ConnectionRow
from bridge.vault import CannotOpen
from providers.base import Deadline
from providers.errors import AccessDenied, ConnectionExpired, ProviderError

T = TypeVar("T")

_log = logging.getLogger(__name__)

AHEAD = timedelta(minutes=10)
_LEASE = timedelta(seconds=LEASE_SECONDS)
ROUND_SECONDS = 40.0  # with the last vendor's time-out still below the lease of a job
OF_A_VENDOR = 4
_FIRST_PAUSE = timedelta(seconds=5)
_SECONDS_TO_SAVE = 10.0  # whoever waits for the token meanwhile
_LONGEST_PAUSE = timedelta(minutes=5)


class Refresher:
    """Renews the tokens of connected accounts."""

    def __init__(self, around: ConnectionContext, vendors: Mapping[str, Renewal]) -> None:
        self._around = around
        self._vendors = vendors

    def refresh_due(self, now: datetime) -> None:
        """Renew every token that ends soon; one account's trouble is noted and leaves the others alone."""
        rows: dict[str, list[ConnectionRow]] = {}
        with self._around.store.read() as connection:
            for row in connections.due(connection, now + AHEAD, now):
                if row.provider in self._vendors and _is_due(row, now):
                    rows.setdefault(row.provider, []).append(row)
        until = Deadline(ROUND_SECONDS, self._around.clocks.monotonic)
        side_by_side(lambda row: self._attempt_due(row, until), rows)

    def _attempt_due(self, row: ConnectionRow, until: Deadline) -> None:
        """Renew one account's token, unless the round has taken too long: then the next one does."""
        if not until.remaining():
            return
        try:
            # Not if anything has changed since: another process renewed it, or was refused just now.
            self.attempt(row.key, lambda held: held.row == row)
        except ProviderError as error:
            _log.warning("a token could not be renewed: %s", error)
        except CannotOpen:
            self._alert_unreadable(row)

    def attempt(self, key: tuple[str, str], is_needed: Callable[[Held], bool]) -> Held | None:
        """Renew a token if it is still needed; return the consent as it is then.

        None: there is no consent, or another is renewing it. ProviderError: the vendor did not give one.
        """
        owner = uuid4().hex
        if not self._may_begin(key, owner):
            return None
        try:
            held = self._stored(key)
            if held is None or not held.is_connected or not is_needed(held):
                return held
            return self._renew(held)
        finally:
            self._give_back(key, owner)

    @repeated
    def _may_begin(self, key: tuple[str, str], owner: str) -> bool:
        with self._around.store.write() as connection:
            lease_now = self._around.lease_now(connection)
            return leases.acquire(connection, _lease_name(key), owner, _LEASE, lease_now)

    @repeated
    def _give_back(self, key: tuple[str, str], owner: str) -> None:
        with self._around.store.write() as connection:
            leases.release(connection, _lease_name(key), owner)

    @repeated
    def _stored(self, key: tuple[str, str]) -> Held | None:
        with self._around.store.read() as connection:
            return sealed.read(connection, self._around.vault, key)

    def _renew(self, held: Held) -> Held | None:
        around, row = self._around, held.row
        vendor = self._vendors[row.provider]
        deadline = around.deadline()
        try:
            tokens = asked(lambda: vendor.refresh(held.lasting, row.scopes, deadline=deadline))
        except ConnectionExpired as error:
            self._consent_ended(row, vendor, error)
            raise
        except ProviderError as error:
            self._postpone(row, vendor, error)
            raise
        renewed = sealed.refreshed_row(around.vault, row, tokens, around.clocks.now())
        # The vendor may have ended the token before: a call that needs this one must not lose it.
        with within(Deadline(_SECONDS_TO_SAVE, around.clocks.monotonic), around.clocks.sleep):
            return self._saved(row, renewed)

    @repeated
    def _saved(self, row: ConnectionRow, renewed: ConnectionRow) -> Held | None:
        """Save what was renewed where nothing changed meanwhile; return the consent as it is then."""
        around = self._around
        with around.store.write() as connection:
            if connections.replace(connection, row, renewed):
                around.alerts.resolve(alert_key(*row.key), within=connection)
            return sealed.read(connection, around.vault, row.key)

    def _consent_ended(self, row: ConnectionRow, vendor: Renewal, error: ConnectionExpired) -> None:
        around = self._around
        lasted = around.clocks.now() - row.consented_at
        said = [
            around.sentences.consent_ended(vendor.title, row.account),
            around.sentences.vendors_words(error.detail) if vendor.speaks else "",
            around.advise_ended(row.key, error, lasted),
        ]
        ended = replace(row, state=NEEDS_RECONNECTING, version=uuid4().hex, retry_at=None)
        with around.store.write() as connection:
            if connections.replace(connection, row, ended):
                text = " ".join(filter(None, said))
                around.alerts.alert(alert_key(*row.key), text, within=connection)
        log.event("account_lost", level=logging.WARNING, vendor=row.provider, account=row.account)

    def _postpone(self, row: ConnectionRow, vendor: Renewal, error: ProviderError) -> None:
        """Note a failure that says nothing about the consent: try again later, less and less often."""
        now, say = self._around.clocks.now(), self._around.sentences
        pause = min(_FIRST_PAUSE * 2 ** min(row.failures, 10), _LONGEST_PAUSE)
        pause *= 0.75 + self._around.clocks.random() / 2
        later = replace(row, failures=row.failures + 1, retry_at=now + pause)
        refused = say.refresh_explained if vendor.speaks else say.refresh_refused
        with self._around.store.write() as connection:
            if connections.replace(connection, row, later) and isinstance(error, AccessDenied):
                text = refused(vendor.title, row.account, error.detail)
                self._around.alerts.alert(alert_key(*row.key), text, within=connection)

    def _alert_unreadable(self, row: ConnectionRow) -> None:
        title = self._vendors[row.provider].title
        self._around.alerts.alert(alert_key(*row.key), self._around.sentences.unreadable(title, row.account))


def _is_due(row: ConnectionRow, now: datetime) -> bool:
    """Tell whether a token ends soon; one that never lives long is renewed at half its life."""
    life = row.expires_at - row.refreshed_at
    return row.expires_at - now <= min(AHEAD, life / 2)


def side_by_side(work: Callable[[T], None], things: Mapping[str, Sequence[T]]) -> None:
    """Do the work for each thing, a few of each vendor at once: one that hangs holds up few, no other vendor.

    The first error that the work lets through is raised when all are done.
    """
    with ExitStack() as pools:
        futures = []
        for vendor, some in things.items():
            pool = pools.enter_context(ThreadPoolExecutor(OF_A_VENDOR, thread_name_prefix=f"tokens {vendor}"))
            futures += [pool.submit(work, each) for each in some]
    for future in futures:
        future.result()


def _lease_name(key: tuple[str, str]) -> str:
    return f"token {key[0]}:{key[1]}"
