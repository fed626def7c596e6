"""Blocks time in an embedded calendar by hand: an entry that keeps callers from being offered it.

What was booked in that time stays. Only entries made here can be removed here, never a booking's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bridge.errors import BridgeError, NotFound
from bridge.said import Worded
from bridge.scheduling.days import at_wall, local_days
from bridge.store.engine import Store
from bridge.store.sql import local_events
from providers.base import EventDraft, Interval
from providers.cleaning import clean

_ = str  # marks a text for the catalogues

LONGEST = timedelta(days=366)
LONGEST_TITLE = 100
_FAR = timedelta(days=3660)


class NoSuchTime(Worded, BridgeError):
    """What was to be blocked is no time that can be; the text says why."""

    code = "no_such_time"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants blocked: whole days, both included, or a stretch from one clock to another."""

    first: date
    last: date
    begins: time | None = None
    ends: time | None = None

    def within(self, zone: ZoneInfo) -> Interval:
        """Return the time by a zone's clock. NoSuchTime: it ends before it begins, or is too long."""
        if self.begins is None or self.ends is None:
            found = local_days(zone, self.first, self.last)
        else:
            start = at_wall(zone, self.first, _minute(self.begins))
            found = Interval(start, at_wall(zone, self.last, _minute(self.ends), as_end=True))
        if found.end <= found.start:
            raise NoSuchTime(_("It ends before it begins."))
        if found.end - found.start > LONGEST:
            raise NoSuchTime(_("More than a year cannot be blocked at once."))
        return found


@dataclass(frozen=True, slots=True)
class Block:
    """Time that somebody blocked."""

    id: str
    title: str
    interval: Interval


@dataclass(frozen=True)
class Blocks:
    """The blocked time of the embedded calendars, each in its own zone (IANA)."""

    store: Store
    zones: Mapping[str, str]
    now: Callable[[], datetime]

    def zone(self, calendar: str) -> ZoneInfo:
        """Return by which clock a calendar's days are counted. NotFound: there is no such calendar."""
        if calendar not in self.zones:
            raise NotFound("there is no such embedded calendar")
        return ZoneInfo(self.zones[calendar])

    def to_come(self, calendar: str) -> Sequence[Block]:
        """Return what is blocked from now on, by start."""
        now = self.now()
        with self.store.read() as connection:
            found = local_events.events_within(connection, calendar, Interval(now, now + _FAR))
        return [
            Block(each.id, each.draft.title, each.draft.interval) for each in found if not each.booking_id
        ]

    def add(self, calendar: str, key: str, title: str, wanted: Wanted) -> int:
        """Block time under a key of its own; the same key again changes nothing.

        Returns how many appointments lie in it, which stay. NotFound, NoSuchTime.
        """
        zone = self.zone(calendar)
        interval = wanted.within(zone)
        if interval.end <= self.now():
            raise NoSuchTime(_("That time is over."))
        draft = EventDraft(clean(" ".join(title.split()))[:LONGEST_TITLE], interval, str(zone))
        with self.store.write_alone() as connection:
            local_events.find_or_add(connection, calendar, key, f"{key}@calendar-bridge", draft)
            there = local_events.events_within(connection, calendar, interval)
        return sum(each.booking_id is not None for each in there)

    def remove(self, calendar: str, key: str) -> bool:
        """Free the time again; tell whether it was still blocked. NotFound: no such calendar."""
        self.zone(calendar)
        with self.store.write() as connection:
            found = local_events.event(connection, calendar, key, to_change=True)
            is_blocked = found is not None and found.booking_id is None and not found.cancelled
            if found is not None and is_blocked:
                local_events.cancel_event(connection, found)
        return is_blocked


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
