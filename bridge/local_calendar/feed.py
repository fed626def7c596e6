"""Gives an embedded calendar as a feed that any calendar program can subscribe to.

Decides what is shown: all that is to come and a year of the past. Cancelled events are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bridge.local_calendar.address import feed_path
from bridge.store.engine import Store
from bridge.store.sql import attended_events, local_events, local_series
from providers.base import Interval

_NOBODYS: Mapping[str, Collection[str]] = {}
_FORMAT = 1  # a part of the ETag: raise it when the same entries are written differently
_PAST = timedelta(days=366)
_FAR = datetime(9990, 1, 1, tzinfo=UTC)


class Feeds:
    """The feeds of the embedded calendars; `titles` says by name how people call each, `hosts` whose it is.

    Whoever attends an appointment in somebody else's embedded calendar has it in their own feed too.
    """

    def __init__(
        self, store: Store, titles: Mapping[str, str], hosts: Mapping[str, Collection[str]] = _NOBODYS
    ) -> None:
        self._store = store
        self._titles = titles
        self._hosts = hosts

    def has(self, calendar: str) -> bool:
        """Tell whether there is such a calendar."""
        return calendar in self._titles

    def renewals(self, calendar: str) -> int:
        """Return how often the calendar's address was renewed."""
        with self._store.read() as connection:
            return local_series.feed_renewals_of(connection, calendar)

    def path(self, secret_keys: Sequence[str], calendar: str) -> str:
        """Return where the calendar's feed is found below the bridge's public address."""
        return feed_path(secret_keys, calendar, self.renewals(calendar))

    def renew(self, calendar: str) -> None:
        """Let the calendar have another address; the former one is nobody's any more."""
        with self._store.write() as connection:
            local_series.renew_feed(connection, calendar)

    def version(self, calendar: str, *, now: datetime) -> str:
        """Return what differs as soon as the feed does, at a fraction of its cost."""
        with self._store.read() as connection:
            own = local_events.last_change(connection, calendar)
            imported = local_series.last_change(connection, calendar)
            hosts, window = self._hosts.get(calendar, ()), Interval(_since(now), _FAR)
            attended = attended_events.last_change(connection, hosts, calendar, window)
        parts = (_FORMAT, own, attended, imported, _since(now).date(), self._titles[calendar])
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def content(self, calendar: str, *, now: datetime) -> bytes:
        """Return the feed."""
        hosts = self._hosts.get(calendar, ())
        return feed(self._store, calendar, now=now, name=self._titles[calendar], hosts=hosts)


def feed(store: Store, calendar: str, *, now: datetime, name: str, hosts: Collection[str] = ()) -> bytes:
    """Return a calendar's bookings and imported entries as iCalendar; `name` is shown to subscribers.

    With what its `hosts` attend in others' embedded calendars.
    """
    window = Interval(_since(now), _FAR)
    with store.read() as connection:
        own = local_events.events_within(connection, calendar, window)
        attended = attended_events.within(connection, hosts, calendar, window)
        imported = local_series.within(connection, calendar, window)
    from bridge.local_calendar.feed_text import feed_text

    return feed_text(name, [*own, *attended], imported).encode()


def _since(now: datetime) -> datetime:
    """Return the moment before which nothing is shown; the same all day long."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - _PAST
