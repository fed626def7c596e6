"""Gives an embedded calendar as a feed that any calendar program can subscribe to.

Decides what is shown: all that is to come and a year of the past. Cancelled events are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bridge.store.engine import Store
from bridge.store.sql import local_events, local_series
from providers.base import Interval

_FORMAT = 1  # a part of the ETag: raise it when the same entries are written differently
_PAST = timedelta(days=366)
_FAR = datetime(9990, 1, 1, tzinfo=UTC)


class Feeds:
    """The feeds of the embedded calendars; `titles` says by name how people call each."""

    def __init__(self, store: Store, titles: Mapping[str, str]) -> None:
        self._store = store
        self._titles = titles

    def has(self, calendar: str) -> bool:
        """Tell whether there is such a calendar."""
        return calendar in self._titles

    def renewals(self, calendar: str) -> int:
        """Return how often the calendar's address was renewed."""
        with self._store.read() as connection:
            return local_series.feed_renewals_of(connection, calendar)

    def renew(self, calendar: str) -> None:
        """Let the calendar have another address; the former one is nobody's any more."""
        with self._store.write() as connection:
            local_series.renew_feed(connection, calendar)

    def version(self, calendar: str, *, now: datetime) -> str:
        """Return what differs as soon as the feed does, at a fraction of its cost."""
        with self._store.read() as connection:
            own = local_events.last_change(connection, calendar)
            imported = local_series.last_change(connection, calendar)
        parts = (_FORMAT, own, imported, _since(now).date(), self._titles[calendar])
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def content(self, calendar: str, *, now: datetime) -> bytes:
        """Return the feed."""
        return feed(self._store, calendar, now=now, name=self._titles[calendar])


def feed(store: Store, calendar: str, *, now: datetime, name: str) -> bytes:
    """Return a calendar's bookings and imported entries as iCalendar; `name` is shown to subscribers."""
    window = Interval(_since(now), _FAR)
    with store.read() as connection:
        own = local_events.events_within(connection, calendar, window)
        imported = local_series.within(connection, calendar, window)
    from bridge.local_calendar.feed_text import feed_text

    return feed_text(name, own, imported).encode()


def _since(now: datetime) -> datetime:
    """Return the moment before which nothing is shown; the same all day long."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - _PAST
