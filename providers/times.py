"""Turn vendors' times into aware UTC, and their busy times into answers.

Decides what a wall-clock time means on the day the clocks change (behaviour.md 1). Pure: no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from providers.base import Interval

_SEARCH = timedelta(hours=26)  # longer than any gap so far: Samoa left out a day in 2011


def instant(wall: datetime, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """Return the UTC instant of a naive wall-clock time.

    A time that does not exist moves to the end of the gap; one that exists twice is the first as a
    start and the second as an end.
    """
    early, late = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = early.utcoffset(), late.utcoffset()
    if before == after:
        return early.astimezone(UTC)
    found = early.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != wall:
        return _end_of_gap(found, zone)
    return late.astimezone(UTC) if is_end else found


def _end_of_gap(inside: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the zone's offset changed, at or before `inside`, to the second."""
    offset = inside.astimezone(zone).utcoffset()
    low, high = inside - _SEARCH, inside
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def all_day(first: date, until: date, zone: ZoneInfo) -> Interval:
    """Return the time from the beginning of one local day to the beginning of another."""
    begin = instant(datetime.combine(first, time.min), zone)
    return Interval(begin, instant(datetime.combine(until, time.min), zone))


def busy_answer(found: Iterable[Interval], window: Interval) -> tuple[Interval, ...]:
    """Return the busy time sorted, merged and clipped to the window; zero-length items block nothing."""
    start, end = window
    inside = sorted(
        Interval(max(item.start, start), min(item.end, end))
        for item in found
        if item.start < item.end and item.start < end and item.end > start
    )
    return tuple(_merged(inside))


def _merged(ordered: Iterable[Interval]) -> Iterator[Interval]:
    current: Interval | None = None
    for item in ordered:
        if current is None:
            current = item
        elif item.start > current.end:
            yield current
            current = item
        elif item.end > current.end:
            current = Interval(current.start, item.end)
    if current is not None:
        yield current


def pieces(window: Interval, days: int) -> Iterator[Interval]:
    """Return the window cut into stretches of at most `days` days."""
    start = window.start
    while start < window.end:
        end = min(start + timedelta(days=days), window.end)
        yield Interval(start, end)
        start = end
