"""Turn vendors' times into aware UTC.

Decides what a wall-clock time means on the day the clocks change (PEP 495). Pure: no clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from providers.base import Interval
from providers.errors import ProviderError

T = TypeVar("T")


def instant(wall: datetime, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """Return the UTC instant at which a local clock shows this time.

    A time that does not exist moves to the end of the gap; one that exists twice is the first as a
    start and the second as an end.
    """
    # Comparing both folds says which it is: equal on all but two days a year.
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:  # PEP 495: in a gap the first fold counts by the old offset, the second by the new
        return offset_change(zone, second, first)
    return second if is_end else first


def offset_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the instant in (before, after] at which the zone's offset becomes that of `after`."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta.resolution:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def all_day(first: date, until: date, zone: ZoneInfo) -> Interval:
    """Return the time from the beginning of one local day to the beginning of another."""
    # The end is the first day after, in iCalendar (RFC 5545, 3.6.1) as in Google's `end.date`.
    begin = instant(datetime.combine(first, time.min), zone)
    return Interval(begin, instant(datetime.combine(until, time.min), zone))


def joined(earlier: list[T] | ProviderError, later: list[T] | ProviderError) -> list[T] | ProviderError:
    """Return both parts of an answer together; the first error stands for the whole."""
    # Half an answer would show the other half as free.
    if isinstance(earlier, ProviderError):
        return earlier
    return later if isinstance(later, ProviderError) else earlier + later


def pieces(window: Interval, days: int) -> Iterator[Interval]:
    """Return the window cut into stretches of at most `days` days."""
    start = window.start
    while start < window.end:
        end = min(start + timedelta(days=days), window.end)
        yield Interval(start, end)
        start = end
