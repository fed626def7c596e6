"""Lays the grid: which of the allowed starts are told, and which clock times a start may have.

It decides by the event type's own clock, and never whether a start is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bridge.model import EventType
from bridge.scheduling.days import FIRST, offset_seconds, stretches
from providers.base import Interval
from providers.intervals import Span, intersect

_STEPS = tuple(timedelta(minutes=minutes) for minutes in (60, 30, 20, 15, 10, 5))
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=2**10)
def step_of(event_type: EventType) -> timedelta:
    """Return the step: the largest of 60, 30, 20, 15, 10, 5 minutes that divides the increment, else 1."""
    return next((step for step in _STEPS if not event_type.start_increment % step), timedelta(minutes=1))


def is_on_step(event_type: EventType, start: datetime) -> bool:
    """Tell whether a start is on the step by the event type's clock."""
    step = _Step.of(event_type)
    ahead = offset_seconds(event_type.timezone, start)
    return _first_on_step(start, step.length, ahead - step.offset) == start


class _Step(NamedTuple):
    """The step, and by how much it is shifted from the full hour, in seconds."""

    length: int
    offset: int

    @classmethod
    @lru_cache(maxsize=2**10)
    def of(cls, event_type: EventType) -> _Step:
        return cls(step_of(event_type) // _SECOND, event_type.start_offset // _SECOND)


def _first_on_step(instant: datetime, length: int, ahead: int) -> datetime:
    """Return the first instant on the step from this one on, by a clock `ahead` seconds of UTC."""
    # The step divides the hour, so minutes and seconds are enough.
    late = (instant.minute * 60 + instant.second + ahead) % length
    if instant.microsecond:
        return instant + (length - late) * _SECOND - instant.microsecond * timedelta.resolution
    return instant + (length - late) * _SECOND if late else instant


class Grid:
    """The starts over somebody's gaps, laid one stretch of days after the other, in order.

    The first start in a gap is the first on the step, then one follows every increment; a gap that goes
    on in the next days keeps its rhythm.
    """

    def __init__(self, event_type: EventType) -> None:
        self._zone = event_type.timezone
        self._step = _Step.of(event_type)
        self._increment = event_type.start_increment
        self._reached = self._next = FIRST

    def lay(self, spans: Sequence[Span], window: Interval) -> list[datetime]:
        """Return the starts for the allowed spans of the window."""
        starts: list[datetime] = []
        (length, offset), increment = self._step, self._increment
        pieces = stretches(self._zone, window)
        for piece, ahead in pieces:
            inside = spans if len(pieces) == 1 else intersect(spans, [piece])
            if not inside:
                continue
            begin, end = inside[0]
            if begin == self._reached:
                inside = [(max(begin, self._next), end), *inside[1:]]
            for begin, end in inside:
                start = _first_on_step(begin, length, ahead - offset)
                while start < end:
                    starts.append(start)
                    start += increment
            # Without a start the gap still waits for its first: where the clock changes, so does the step.
            self._reached, self._next = end, start if starts and starts[-1] >= begin else begin
        return starts
