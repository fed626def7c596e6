"""Says where wall-clock time lies among instants: local days, times of day, stretches of one UTC offset.

It decides what happens to times that a clock change skips or repeats. It never knows what they are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from providers.base import Interval
from providers.intervals import Span
from providers.times import instant, offset_change

# Nothing is bookable outside; a year of room to either end keeps every sum inside datetime's range.
FIRST = datetime(2, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 1, 1, tzinfo=UTC)

_LAST_DAY = LAST.toordinal()
_MIDNIGHT = 24 * 60
_DAY = timedelta(days=1)


def shift(instant: datetime, by: timedelta) -> datetime:
    """Return the instant so much later, or the end of the usable time that it would pass."""
    try:
        moved = instant + by
    except OverflowError:
        return LAST if by > timedelta(0) else FIRST
    return min(max(moved, FIRST), LAST)


def pad(spans: Sequence[Span], before: timedelta, after: timedelta) -> list[Span]:
    """Return the spans widened to either side, each for itself; what would overflow stops."""
    try:
        return [(start - before, end + after) for start, end in spans]
    except OverflowError:
        return [(shift(start, -before), shift(end, after)) for start, end in spans]


def later_day(day: date, days: int) -> date:
    """Return the date so many days later, or the last one usable."""
    return date.fromordinal(min(day.toordinal() + days, _LAST_DAY))


def date_of(zone: ZoneInfo, instant: datetime) -> date:
    """Return the local date of an instant."""
    return min(max(instant, FIRST), LAST).astimezone(zone).date()


@lru_cache(maxsize=2**14)
def day_start(zone: ZoneInfo, day: date) -> datetime:
    """Return the first instant of a local day, whatever the clock shows then."""
    if not FIRST.year <= day.year < LAST.year:
        return FIRST if day.year < FIRST.year else LAST
    return at_wall(zone, day, 0)


def local_days(zone: ZoneInfo, first: date, last: date) -> Interval:
    """Return the local days from one to another, both included, each as long as it really is."""
    return Interval(day_start(zone, first), day_start(zone, later_day(last, 1)))


def at_wall(zone: ZoneInfo, day: date, minute: int, *, as_end: bool = False) -> datetime:
    """Return the instant at which a local clock shows this minute of the day.

    A time that does not exist moves to the end of the gap; one that exists twice means the first, as an
    end the second. Minute 1440 is the day's end: the next day's first instant.
    """
    if minute == _MIDNIGHT:
        return day_start(zone, later_day(day, 1))
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return instant(wall, zone, is_end=as_end)


def offset_seconds(zone: ZoneInfo, instant: datetime) -> int:
    """Return how far the local clock is ahead of UTC at an instant."""
    offset = instant.astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset else 0


@lru_cache(maxsize=2**12)
def stretches(zone: ZoneInfo, window: Interval) -> tuple[tuple[Interval, int], ...]:
    """Return the window cut where the clock changes, each piece with its offset in seconds."""
    found = []
    begin, seen = window.start, window.start
    while seen < window.end:
        ahead = min(seen + _DAY, window.end)  # no zone changes its clock twice in a day
        if offset_seconds(zone, ahead) != offset_seconds(zone, begin):
            change = offset_change(zone, seen, ahead)
            found.append((Interval(begin, change), offset_seconds(zone, begin)))
            begin = change
        seen = ahead
    if begin < window.end:
        found.append((Interval(begin, window.end), offset_seconds(zone, begin)))
    return tuple(found)


@lru_cache(maxsize=2**12)
def is_set_back(zone: ZoneInfo, day: date) -> bool:
    """Tell whether the clock is set back around a day of UTC, so that a local day may show an hour twice."""
    midnight = datetime.combine(day, time.min, UTC)
    pieces = stretches(zone, Interval(shift(midnight, -_DAY), shift(midnight, 2 * _DAY)))
    return any(earlier > later for (_, earlier), (_, later) in pairwise(pieces))
