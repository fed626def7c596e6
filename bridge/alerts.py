"""Tells the owner what needs a person, once each until it is resolved: in the database and in the log.

This is the only way to raise or to close an alert. Every alert is worded here, in the configured language.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.model import CalendarName
from bridge.speech.language import Language
from bridge.store.engine import Store
from bridge.store.sql import alerts
from providers.errors import ConnectionExpired, ProviderError

_log = logging.getLogger(__name__)

_CALENDAR = "calendar:"  # before the name of a calendar that cannot be read


def alert_key(provider: str, account: str) -> str:
    """Return what an alert about a connection is known by."""
    return f"connection:{provider}:{account}"


class Alerts:
    """The open alerts. A key says what one is about, and is open once at most."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], *, language: Language, zone: tzinfo
    ) -> None:
        """Word alerts in the owner's language, with times in the owner's zone."""
        self.language = language
        self._store = store
        self._now = now
        self._zone = zone
        self._silent: set[CalendarName] | None = None  # calendars this process knows an alert to be open for
        self._lock = threading.Lock()

    def alert(self, key: str, message: str, *, within: Connection | None = None, **facts: object) -> None:
        """Raise an alert unless it is open already; `within` a transaction it is part of that.

        `message` is a text of the catalogue with places for the facts; instants are told as people say
        them. A text that is in the owner's language already is taken as it is, without facts.
        """
        text = self.language.translate(message)
        if facts:
            text = text.format_map({name: self._said(fact) for name, fact in facts.items()})
        with self._writing(within) as connection:
            is_new = alerts.raise_alert(connection, key, text, self._now())
        if is_new:
            _log.warning("alert: %s", text, extra={"alert": key})

    def resolve(self, key: str, *, within: Connection | None = None) -> None:
        """Close an alert, if it is open."""
        with self._writing(within) as connection:
            alerts.resolve(connection, key, self._now())

    def is_open(self, key: str) -> bool:
        """Tell whether an alert waits for a person."""
        return any(each.key == key for each in self.open())

    def open(self) -> list[alerts.Alert]:
        """Return what is unresolved, the oldest first."""
        with self._store.read() as connection:
            return alerts.open_alerts(connection)

    def calendars_answered(
        self, asked: Iterable[CalendarName], failures: Mapping[CalendarName, ProviderError]
    ) -> None:
        """Take note of which calendars answered: alert for a silent one, resolve when it is back.

        Touches the database only when a calendar's state changes. Never fails an answer to a call.
        """
        known = self._silent
        if not failures and known is not None and known.isdisjoint(asked):
            return
        try:
            self._note(set(asked), failures)
        except StoreUnavailable as error:
            _log.warning("an alert could not be kept: %s", error)

    def _note(self, asked: set[CalendarName], failures: Mapping[CalendarName, ProviderError]) -> None:
        with self._lock:
            if self._silent is None or failures:
                keys = {each.key for each in self.open()}
            if self._silent is None:
                known = [key.removeprefix(_CALENDAR) for key in keys if key.startswith(_CALENDAR)]
                self._silent = {CalendarName.parse(name) for name in known}
            for name, error in failures.items():
                # The owner was told already that the whole account needs reconnecting.
                is_expired = isinstance(error, ConnectionExpired)
                is_told = is_expired and alert_key(name.provider, name.account) in keys
                if name not in self._silent and not is_told:
                    self._alert_silent(name, error)
                    self._silent.add(name)
            for name in (self._silent & asked) - failures.keys():
                self.resolve(f"{_CALENDAR}{name}")
                self._silent.discard(name)

    def _alert_silent(self, name: CalendarName, error: ProviderError) -> None:
        key, cause = f"{_CALENDAR}{name}", error.detail or type(error).__name__
        if isinstance(error, ConnectionExpired):
            self.alert(
                key,
                "The calendar {calendar} cannot be read ({cause}). Connect the account again.",
                calendar=name,
                cause=cause,
            )
        else:
            self.alert(
                key,
                "The calendar {calendar} cannot be read ({cause}). Nothing is offered there.",
                calendar=name,
                cause=cause,
            )

    def _said(self, fact: object) -> str:
        return self.language.moment(fact, self._zone) if isinstance(fact, datetime) else str(fact)

    @contextmanager
    def _writing(self, within: Connection | None) -> Iterator[Connection]:
        if within is not None:
            yield within
            return
        with self._store.write() as connection:
            yield connection
