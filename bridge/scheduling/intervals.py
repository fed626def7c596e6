"""Set algebra on half-open stretches of instants; `providers.intervals` merges and clips them.

Knows no zone and no rule. Sorted means by start.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bridge.scheduling.days import shift
from providers.intervals import Span


def subtract(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """Return what sorted holes, which may overlap each other, leave of merged spans."""
    left: list[Span] = []
    index, count = 0, len(holes)
    reach: datetime | None = None
    for start, end in spans:
        if reach is not None and reach > start:
            start = reach  # noqa: PLW2901 - the part before it is gone
        while index < count and holes[index][0] < end:
            begin, until = holes[index]
            index += 1
            if begin > start:
                left.append((start, begin))
            if until > start:
                start = reach = until  # noqa: PLW2901 - what is left begins after the hole
        if start < end:
            left.append((start, end))
    return left


def intersect(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return the time that lies in both of two merged sets."""
    common: list[Span] = []
    left = right = 0
    while left < len(spans) and right < len(others):
        start, end = spans[left]
        begin, until = others[right]
        if end < until:
            left += 1
        else:
            right += 1
            end = until
        if start < begin:
            start = begin
        if start < end:
            common.append((start, end))
    return common


def pad(spans: Sequence[Span], before: timedelta, after: timedelta) -> list[Span]:
    """Return the spans widened to either side, each for itself; what would overflow stops."""
    try:
        return [(start - before, end + after) for start, end in spans]
    except OverflowError:
        return [(shift(start, -before), shift(end, after)) for start, end in spans]


def overlaps(spans: Iterable[Span], window: Span) -> bool:
    """Tell whether any of the spans shares time with the window; what is empty shares none."""
    begin, until = window
    return any(max(start, begin) < min(end, until) for start, end in spans)


def members(instants: Sequence[datetime], spans: Iterable[Span]) -> list[datetime]:
    """Return those of the sorted instants that lie in the sorted spans."""
    found: list[datetime] = []
    for start, end in spans:
        found += instants[bisect_left(instants, start) : bisect_left(instants, end)]
    return found
