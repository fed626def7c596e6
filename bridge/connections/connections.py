"""Connects accounts, hands out their tokens, drops them again; the only holder of open tokens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge import log
from bridge.alerts import alert_key
from bridge.connections import sealed
from bridge.connections.accounts import AccountState, Connection, Dropped, Key, Use, Withdrawal
from bridge.connections.consents import Consents
from bridge.connections.context import ConnectionContext
from bridge.connections.passwords import PasswordForm, connect
from bridge.connections.refreshing import Refresher, side_by_side
from bridge.connections.refusals import NotConfigured, NotNamed
from bridge.connections.sign_in import Answer, Approval, SignIn
from bridge.connections.tokens import AccountTokens, Delegation
from bridge.errors import NotFound
from bridge.model import CalendarName
from bridge.store.sql import connections
from bridge.store.sql.connections import ConnectionRow
from bridge.vault import CannotOpen
from providers.base import Deadline
from providers.errors import ProviderError, ProviderUnavailable
from providers.tokens import DelegatedTokens, TokenSource

_log = logging.getLogger(__name__)


class Connections:
    """The connected accounts. Safe to share between threads and processes."""

    def __init__(
        self,
        around: ConnectionContext,
        vendors: Mapping[str, SignIn | PasswordForm],
        *,
        uses: Mapping[Key, Sequence[Use]],
        delegations: Mapping[str, Delegation],
    ) -> None:
        self._around = around
        self._vendors = vendors
        self._uses = uses
        self._delegations = delegations
        self._forms = {name: each for name, each in vendors.items() if isinstance(each, PasswordForm)}
        sign_ins = {name: each for name, each in vendors.items() if not isinstance(each, PasswordForm)}
        self._consents = Consents(around, sign_ins)
        self._refresher = Refresher(around, vendors)
        self._sources: dict[Key, AccountTokens] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "<Connections>"

    @property
    def vendors(self) -> Mapping[str, str]:
        """Return which vendors' accounts can be connected, with the names people know."""
        return {name: vendor.title for name, vendor in self._vendors.items()}

    def begin(self, provider: str, browser: str, *, account: str | None = None) -> str:
        """Return where to send the browser for a sign-in at the vendor; it holds for ten minutes.

        `browser` names the browser's session. `account` is the only one that will be accepted.
        """
        return self._consents.begin(provider, browser, account.lower() if account else None)

    def finish(self, provider: str, browser: str, answer: Answer) -> Connection:
        """Store what the owner granted. ConnectError says what went wrong, and what to do."""
        row = self._consents.finish(provider, browser, answer)
        self._forget(row.key)
        return self._shown(row.key, row)

    @property
    def approvals(self) -> Mapping[str, Approval]:
        """Return what administrators are told, by vendor."""
        return self._consents.approvals()

    @property
    def sign_ins(self) -> Mapping[str, str]:
        """Return which vendors have a sign-in page, with the names people know."""
        return {name: title for name, title in self.vendors.items() if name not in self._forms}

    def form(self, provider: str, account: str) -> PasswordForm | None:
        """Return the form by which an account is connected, None where its vendor has a sign-in page.

        NotNamed: the configuration does not know the account.
        """
        form = self._forms.get(provider)
        if form is not None and (provider, account.lower()) not in self._named():
            raise NotNamed(self._around.sentences.not_named(form.title, account))
        return form

    def connect(self, provider: str, account: str, answers: Mapping[str, str]) -> Connection:
        """Try what was typed in and store it. ConnectError says what went wrong, and what to do."""
        form = self.form(provider, account)
        if form is None:
            raise NotConfigured(self._around.sentences.not_configured(provider))
        row = connect(self._around, form, account.lower(), answers)
        self._forget(row.key)
        return self._shown(row.key, row)

    def disconnect(self, provider: str, account: str) -> Dropped:
        """Withdraw the consent at the vendor and forget its tokens, these in any case.

        NotFound: the account is not connected.
        """
        with self._around.store.read() as connection:
            row = connections.read(connection, provider, account)
        if row is None:
            raise NotFound(self._around.sentences.not_connected(account))
        withdrawal = self._withdraw(row)
        with self._around.store.write() as connection:
            connections.remove(connection, provider, account)
            self._around.alerts.resolve(alert_key(provider, account), within=connection)
        self._forget(row.key)
        log.event(
            "account_disconnected", vendor=provider, account=account, withdrawal=withdrawal.name.lower()
        )
        vendor = self._vendors.get(provider)
        return Dropped(account, vendor.title if vendor else provider, withdrawal)

    def list(self) -> list[Connection]:
        """Return every account that is connected or that the configuration names."""
        with self._around.store.read() as connection:
            rows = {row.key: row for row in connections.every(connection)}
        problems = {each.key: each.text for each in self._around.alerts.open()}
        troubles = self._around.troubles()
        shown = [
            self._shown(key, rows.get(key), problems.get(alert_key(*key), ""))
            for key in sorted({*rows, *self._named()})
        ]
        return [
            replace(each, troubles=tuple(troubles.get((each.provider, each.account), ()))) for each in shown
        ]

    def token_source(self, provider: str, account: str) -> TokenSource:
        """Return an account's tokens, the same object every time; it need not be connected yet."""
        key = (provider, account.lower())
        with self._lock:
            source = self._sources.get(key)
            if source is None:
                delegation = self._delegations.get(provider)
                fallback = delegation.tokens(key[1]) if delegation and delegation.covers(key[1]) else None
                source = AccountTokens(key, self._around, self._refresher, fallback)
                self._sources[key] = source
        return source

    def refresh_due(self, now: datetime) -> None:
        """Renew the tokens that end within ten minutes; to be called every minute or so, by any process."""
        self._refresher.refresh_due(now)

    def keep_fresh(self) -> Mapping[Key, ProviderError]:
        """Renew the tokens that each process holds for itself; to be called in all of them, in a while.

        Returns the accounts that have none left, also those that signed in, and why. One account's trouble
        leaves the others alone.
        """
        for key in filter(self._is_delegated, self._uses):
            self.token_source(*key)  # also those that nobody has asked for yet
        lacking: dict[TokenSource, ProviderError] = {}

        def keep_one_fresh(held: tuple[str, DelegatedTokens]) -> None:
            if error := _refusal(*held, self._around.deadline()):
                lacking[held[1]] = error

        wanted = {name: [(name, each) for each in of.held()] for name, of in self._delegations.items()}
        side_by_side(keep_one_fresh, wanted)
        with self._around.store.read() as connection:
            connected = {row.key: row for row in connections.every(connection)}
        fallbacks = {key: self._sources[key].fallback for key in self._uses if key in self._sources}
        without = {key: lacking[each] for key, each in fallbacks.items() if each in lacking}
        # Who signed in needs no such tokens.
        without = {key: error for key, error in without.items() if key not in connected}
        ended = {row.key: _not_renewed(row) for row in connected.values() if self._has_ended(row)}
        return {**without, **ended}

    def _has_ended(self, row: ConnectionRow) -> bool:
        """Tell whether a token has ended since its vendor does not renew it, and nobody was told of that."""
        is_over = row.failures > 0 and row.expires_at <= self._around.clocks.now()
        is_over = is_over and row.state == AccountState.CONNECTED
        return is_over and not self._around.alerts.is_open(alert_key(*row.key))

    def reseal(self) -> int:
        """Seal everything stored with the first secret key; return how many consents were sealed anew."""
        resealed = 0
        with self._around.store.read() as connection:
            rows = connections.every(connection)
        for row in rows:
            try:
                anew = sealed.reseal(self._around.vault, row)
            except CannotOpen:
                continue
            with self._around.store.write() as connection:
                resealed += connections.replace(connection, row, anew)
        return resealed

    def _named(self) -> set[Key]:
        """Return every account that the configuration names, in a vendor's section or for a host."""
        in_sections = {(name, account) for name, form in self._forms.items() for account in form.accounts}
        return {*self._uses, *in_sections}

    def _is_delegated(self, key: Key) -> bool:
        delegation = self._delegations.get(key[0])
        return delegation is not None and delegation.covers(key[1])

    def _shown(self, key: Key, row: ConnectionRow | None, problem: str = "") -> Connection:
        vendor = self._vendors.get(key[0])
        main_calendar = vendor.main_calendar if vendor else ""
        return Connection(
            provider=key[0],
            account=key[1],
            state=self._state(key, row),
            since=row.since if row else None,
            refreshed_at=row.refreshed_at if row else None,
            uses=tuple(self._uses.get(key, ())),
            problem=problem,
            example=str(CalendarName(*key, main_calendar)) if main_calendar else "",
        )

    def _state(self, key: Key, row: ConnectionRow | None) -> AccountState:
        if row is not None:
            return AccountState(row.state)
        return AccountState.DELEGATED if self._is_delegated(key) else AccountState.NOT_CONNECTED

    def _withdraw(self, row: ConnectionRow) -> Withdrawal:
        """End the consent at the vendor, as far as that can be done from here."""
        vendor = self._vendors.get(row.provider)
        if vendor is None:
            return Withdrawal.FAILED
        if isinstance(vendor, PasswordForm):
            return Withdrawal.FORGOTTEN
        try:
            held = sealed.open_row(self._around.vault, row)
            is_withdrawn = vendor.revoke(held.lasting, deadline=self._around.deadline())
        except (ProviderError, CannotOpen):
            return Withdrawal.FAILED
        return Withdrawal.DONE if is_withdrawn else Withdrawal.BY_OWNER

    def _forget(self, key: Key) -> None:
        with self._lock:
            source = self._sources.get(key)
        if source is not None:
            source.forget()


def _not_renewed(row: ConnectionRow) -> ProviderError:
    return ProviderUnavailable(row.provider, "token", "the last refresh failed")


def _refusal(provider: str, tokens: DelegatedTokens, deadline: Deadline) -> ProviderError | None:
    """Renew tokens that end soon; return why there are none left, None while there are."""
    error: ProviderError
    try:
        tokens.keep_fresh(deadline=deadline)
    except ProviderError as refusal:
        _log.warning("a token could not be renewed: %s", refusal)
        error = refusal
    except Exception as fault:  # noqa: BLE001 - one account's fault must not cost the others theirs; it is logged
        _log.exception("the renewal of a token had a fault")
        error = ProviderUnavailable(provider, "token", type(fault).__name__)
    else:
        return None
    return None if tokens.is_at_hand() else error
