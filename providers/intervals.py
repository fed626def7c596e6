"""Sort, merge and clip half-open stretches of instants.

Knows no zone and no rule. Sets are lists of plain pairs where many are made, which cost an eighth of an
`Interval`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from providers.base import Interval

Span = tuple[datetime, datetime]
_S = TypeVar("_S", bound=Span)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same time, in any order given, as sorted intervals that neither overlap nor meet."""
    return tuple(_merged(intervals, Interval))


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same time, in any order given, as sorted spans that neither overlap nor meet."""
    return _merged(spans, _pair)


def _pair(start: datetime, end: datetime) -> Span:
    return start, end


def _merged(spans: Iterable[_S], join: Callable[[datetime, datetime], _S]) -> list[_S]:
    merged: list[_S] = []
    reach = None
    for span in sorted(spans):
        start, end = span
        if reach is None or start > reach:
            if start < end:
                merged.append(span)
                reach = end
        elif end > reach:
            merged[-1] = join(merged[-1][0], end)
            reach = end
    return merged


def clip(spans: Iterable[Span], window: Span) -> tuple[Interval, ...]:
    """Return the parts of the spans that lie in the window."""
    begin, until = window
    if begin >= until:
        return ()
    return tuple(
        # Not max and min, which take half as long again: a busy calendar has thousands of these.
        Interval(start if start > begin else begin, end if end < until else until)  # noqa: FURB136
        for start, end in spans
        if start < until and end > begin and start < end
    )
