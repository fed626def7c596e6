"""Lays the grid: which of the allowed starts are told, and which clock times a start may have.

It decides by the event type's own clock, and never whether a start is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.model import EventType
from bridge.scheduling.days import FIRST, offset_seconds, stretches
from bridge.scheduling.intervals import Span, intersect
from providers.base import Interval

_STEPS = tuple(timedelta(minutes=minutes) for minutes in (60, 30, 20, 15, 10, 5))
_SECOND = timedelta(seconds=1)


def step_of(event_type: EventType) -> timedelta:
    """Return the step: the largest of 60, 30, 20, 15, 10, 5 minutes that divides the increment, else 1."""
    return next((step for step in _STEPS if not event_type.start_increment % step), timedelta(minutes=1))


def is_on_step(event_type: EventType, start: datetime) -> bool:
    """Tell whether a start is on the step by the event type's clock."""
    return _Step.of(event_type).next_from(start, offset_seconds(event_type.timezone, start)) == start


@dataclass(frozen=True, slots=True)
class _Step:
    """The step, and by how much it is shifted from the full hour, in seconds."""

    length: int
    offset: int

    @classmethod
    def of(cls, event_type: EventType) -> _Step:
        return cls(step_of(event_type) // _SECOND, event_type.start_offset // _SECOND)

    def next_from(self, instant: datetime, ahead: int) -> datetime:
        """Return the first instant on the step from this one on; the clock is `ahead` seconds of UTC."""
        # The step divides the hour, so minutes and seconds are enough.
        late = (instant.minute * 60 + instant.second + ahead - self.offset) % self.length
        if late or instant.microsecond:
            return instant + timedelta(seconds=self.length - late, microseconds=-instant.microsecond)
        return instant


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
        pieces = stretches(self._zone, window)
        for piece, ahead in pieces:
            inside = spans if len(pieces) == 1 else intersect(spans, [piece])
            self._lay(inside, ahead, starts)
        return starts

    def _lay(self, spans: Sequence[Span], ahead: int, starts: list[datetime]) -> None:
        for begin, end in spans:
            # Where the clock changes a gap goes on, but what is on the step may not.
            earliest = max(begin, self._next) if begin == self._reached else begin
            start = self._step.next_from(earliest, ahead)
            self._next = earliest
            while start < end:
                starts.append(start)
                start = self._next = start + self._increment
            self._reached = end
