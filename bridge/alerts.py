"""Tells the owner what needs a person, once each until it is resolved."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bridge.errors import StoreUnavailable
from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.store.sql import alerts
from providers.errors import ConnectionExpired, ProviderError

_log = logging.getLogger(__name__)


def alert_key(provider: str, account: str) -> str:
    """Return what an alert about a connection is known by."""
    return f"connection:{provider}:{account}"


class Alerts:
    """The open alerts, in the database and in the log."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._silent: set[CalendarName] | None = None  # calendars this process knows an alert to be open for
        self._lock = threading.Lock()

    def alert(self, key: str, text: str) -> None:
        """Raise an alert unless it is open already."""
        with self._store.write() as connection:
            is_new = alerts.raise_alert(connection, key, text, self._now())
        if is_new:
            _log.warning("alert: %s", text, extra={"alert": key})

    def resolve(self, key: str) -> None:
        """Close an alert, if it is open."""
        with self._store.write() as connection:
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
            if self._silent is None:
                self._silent = {
                    CalendarName.parse(each.key.removeprefix(_PREFIX))
                    for each in self.open()
                    if each.key.startswith(_PREFIX)
                }
            reconnect = {each.key for each in self.open()} if failures else set()
            for name, error in failures.items():
                # The owner was told already that the whole account needs reconnecting.
                is_told = isinstance(error, ConnectionExpired) and _account_key(name) in reconnect
                if name not in self._silent and not is_told:
                    self.alert(f"{_PREFIX}{name}", _calendar_text(name, error))
                    self._silent.add(name)
            for name in (self._silent & asked) - failures.keys():
                self.resolve(f"{_PREFIX}{name}")
                self._silent.discard(name)


_PREFIX = "calendar:"


def _account_key(name: CalendarName) -> str:
    return alert_key(name.provider, name.account)


def _calendar_text(name: CalendarName, error: ProviderError) -> str:
    todo = (
        "Connect the account again." if isinstance(error, ConnectionExpired) else "Nothing is offered there."
    )
    return f"The calendar {name} cannot be read ({error.detail or type(error).__name__}). {todo}"
