"""An embedded calendar with everything one does to it, for tests about one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bridge.local_calendar.importing import ImportResult, import_ics
from bridge.local_calendar.keeping import ImportedTime
from bridge.local_calendar.provider import LocalCalendars
from bridge.store.engine import Store
from providers.base import BusyQuery, Event, Interval
from providers.busy_policy import BusyPolicy
from providers.errors import ProviderError
from tests.contracts.account import WINDOW, draft, plenty
from tests.local.files import calendar

NAME = "anna"
OTHER = "ben"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Desk:
    """Two embedded calendars in one SQLite file, `anna` in Berlin and `ben` in New York."""

    def __init__(self, store: Store) -> None:
        self.store = store
        zones = {NAME: "Europe/Berlin", OTHER: "America/New_York"}
        self.provider = LocalCalendars(store, zones)
        self.imported = ImportedTime(store, zones, timedelta(days=60))

    def load(self, *parts: str, name: str = NAME) -> ImportResult:
        """Import a file made of these parts."""
        return import_ics(self.imported, name, calendar(*parts), NOW)

    def busy(
        self,
        window: Interval = WINDOW,
        *,
        zone: str = "Europe/Berlin",
        policy: BusyPolicy | None = None,
        name: str = NAME,
    ) -> list[str]:
        """Return busy times as texts, `2026-12-01T09:00/09:30` or with both dates where they differ."""
        replace(self.imported, ahead=window.end - window.start).keep(name, window.start)
        query = BusyQuery(name, policy or BusyPolicy(), zone)
        answer = self.provider.free_busy([query], window, deadline=plenty())[query]
        assert not isinstance(answer, ProviderError), answer
        return [shown(interval) for interval in answer]

    def book(self, interval: Interval, *, key: str, name: str = NAME) -> Event:
        """Make an event as the bridge does."""
        return self.provider.create_event(name, key, draft(interval, key=key), deadline=plenty())


def shown(interval: Interval) -> str:
    """Return an interval in UTC as a short text."""
    start, end = (moment.astimezone(UTC) for moment in interval)
    if start.date() == end.date():
        return f"{start:%Y-%m-%dT%H:%M}/{end:%H:%M}"
    return f"{start:%Y-%m-%dT%H:%M}/{end:%Y-%m-%dT%H:%M}"


def days(first: str, until: str) -> Interval:
    """Return the window between two dates in UTC."""
    start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first, until))
    return Interval(start, end)
