"""Tells the owner what needs a person, once each until it is resolved: in the database and in the log.

This is the only way to raise or to close an alert. Every alert is worded here, in the configured language.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, tzinfo
from functools import partial

from sqlalchemy import Connection

from bridge import log
from bridge.speech.language import Language
from bridge.store.engine import Store, after_commit
from bridge.store.sql import alerts


def alert_key(provider: str, account: str) -> str:
    """Return what an alert about a connection is known by."""
    return f"connection:{provider}:{account}"


def alert_id(key: str) -> str:
    """Return the short id by which people name an alert."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def _nothing(_connection: Connection) -> None:
    pass


class Alerts:
    """The open alerts. A key says what one is about, and is open once at most."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        language: Language,
        zone: tzinfo,
        on_new: Callable[[Connection], None] = _nothing,
    ) -> None:
        """Word alerts in the owner's language, with times in the owner's zone.

        `on_new` adds to the transaction of a new alert whatever follows from it.
        """
        self._on_new = on_new
        self.language = language
        self._store = store
        self._now = now
        self._zone = zone

    def alert(
        self,
        key: str,
        message: str,
        *,
        within: Connection | None = None,
        is_private: bool = False,
        **facts: object,
    ) -> bool:
        """Raise an alert unless it is open already; tell whether it is new.

        `within` a transaction it is part of that. `message` is a text of the catalogue with places for the
        facts; instants are told as people say them. A text that is in the owner's language already is taken
        as it is, without facts. One that names a caller `is_private`: the log tells only that there is one.
        """
        text = self.language.translate(message)
        if facts:
            text = text.format_map({name: self._said(fact) for name, fact in facts.items()})
        with self._writing(within) as connection:
            is_new = alerts.raise_alert(connection, key, text, self._now())
            if is_new:
                self._on_new(connection)
                said = "" if is_private else text
                line = partial(log.event, "alert", level=logging.WARNING, about=key, text=said)
                after_commit(connection, line)  # what is rolled back was never raised
        return is_new

    def resolve(self, key: str, *, within: Connection | None = None) -> None:
        """Close an alert, if it is open."""
        with self._writing(within) as connection:
            if alerts.resolve(connection, key, self._now()):
                after_commit(connection, partial(log.event, "alert_closed", about=key))

    def resolve_by_id(self, wanted: str) -> bool:
        """Close by hand the alert of an id; return whether it was open."""
        found = [each.key for each in self.open() if alert_id(each.key) == wanted]
        for key in found:
            self.resolve(key)
        return bool(found)

    def is_open(self, key: str, *, within: Connection | None = None) -> bool:
        """Tell whether an alert waits for a person."""
        with nullcontext(within) if within is not None else self._store.read() as connection:
            return any(each.key == key for each in alerts.open_alerts(connection))

    def open(self) -> list[alerts.Alert]:
        """Return what is unresolved, the oldest first."""
        with self._store.read() as connection:
            return alerts.open_alerts(connection)

    def _said(self, fact: object) -> str:
        return self.language.moment(fact, self._zone) if isinstance(fact, datetime) else str(fact)

    @contextmanager
    def _writing(self, within: Connection | None) -> Iterator[Connection]:
        if within is not None:
            yield within
            return
        with self._store.write() as connection:
            yield connection
