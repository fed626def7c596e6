"""Lays a week out on paper: which box lies where in a day's column, and how a day looks as a strip.

Heights go by the clock on the wall, so that a day of 23 or 25 hours has its hours where they always are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from math import ceil, floor
from zoneinfo import ZoneInfo

from bridge.model import BookingState, EventType
from bridge.scheduling.days import local_days
from bridge.scheduling.grid import step_of
from bridge.service.week import HostWeek, Week
from providers.base import Interval
from providers.intervals import Span, clip, union

HOUR = 44  # pixels
_DAY = 24 * 60
_USUAL = (8 * 60, 18 * 60)
_LEAST_CELL = 15  # minutes: smaller ones nobody can hit
_LEAST_HEIGHT = 3.0
_HUES = 6  # of calendars, in the stylesheet
_KINDS = {BookingState.HELD: "held", BookingState.NO_SHOW: "missed"}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: x and width in percent of the column, y and height in pixels; `what` is drawn in it."""

    kind: str
    x: float
    width: float
    y: float
    height: float
    what: object = None


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A day of a host: what lies behind, the cells to be clicked, and what lies before them."""

    day: date
    hours: timedelta
    behind: Sequence[Box]
    cells: Sequence[Box]
    before: Sequence[Box]


@dataclass(frozen=True)
class Scale:
    """From which minute of the day to which a week is drawn, by the clock of a zone."""

    zone: ZoneInfo
    first: int
    last: int
    hours: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", tuple(range(self.first // 60, self.last // 60)))

    @property
    def height(self) -> float:
        """Return how high a column is."""
        return self.y(self.last)

    def y(self, minute: float) -> float:
        """Return how far down a minute of the day lies."""
        return round((min(max(minute, self.first), self.last) - self.first) * HOUR / 60, 1)

    def minute(self, instant: datetime, day: date) -> int:
        """Return which minute of a day an instant is by the clock; before and after it the day's ends."""
        there = instant.astimezone(self.zone)
        if there.date() != day:
            return 0 if there.date() < day else _DAY
        return there.hour * 60 + there.minute

    def boxes(
        self,
        kind: str,
        spans: Iterable[Interval],
        day: date,
        *,
        lane: tuple[int, int] = (0, 1),
        what: object = None,
    ) -> Iterator[Box]:
        """Yield the parts of stretches that are seen on a day, in one of several lanes."""
        number, lanes = lane
        width = round(100 / lanes, 2)
        for span in clip(spans, local_days(self.zone, day, day)):
            top, bottom = (self.y(self.minute(end, day)) for end in span)
            if top < bottom:
                height = max(bottom - top, _LEAST_HEIGHT)
                yield Box(kind, round(number * width, 2), width, top, height, what)


def scale_of(week: Week) -> Scale:
    """Return from when to when there is something to be seen, in whole hours."""
    zone = week.event_type.timezone
    shown = {span for host in week.hosts for span in (*host.opened, *host.taken)}
    minutes = [*_USUAL] if not shown else []
    for begin, end in shown:
        first, last = begin.astimezone(zone), end.astimezone(zone)
        is_one_day = first.date() == last.date()
        minutes += [first.hour * 60 + first.minute, last.hour * 60 + last.minute if is_one_day else _DAY]
        minutes += [] if is_one_day else [0]
    return Scale(
        zone, max(floor(min(minutes) / 60) * 60 - 60, 0), min(ceil(max(minutes) / 60) * 60 + 60, _DAY)
    )


def columns(week: Week, host: HostWeek, scale: Scale) -> list[DayColumn]:
    """Return the days of a host, each with its boxes."""
    return [_column(week, host, scale, day) for day in week.days]


def _column(week: Week, host: HostWeek, scale: Scale, day: date) -> DayColumn:
    window = local_days(scale.zone, day, day)
    behind = [*scale.boxes("open", host.opened, day)]
    for number, calendar in enumerate(host.calendars):
        lane = (number, len(host.calendars))
        behind += scale.boxes("unknown", calendar.unknown(_ahead(week, window)), day, lane=lane)
        behind += scale.boxes(f"busy lane-{number % _HUES}", calendar.busy, day, lane=lane)
    behind += scale.boxes("buffer", [each.interval for each in host.claims], day)
    behind += scale.boxes("past", [Interval(window.start, week.now)], day)
    before = [
        box
        for each in host.bookings
        for box in scale.boxes(_KINDS.get(each.state, "booked"), [each.interval], day, what=each)
    ]
    before += [_tick(scale, day, start, is_told=start in week.told) for start in _on_day(host.starts, window)]
    before += [
        Box("refused", 0, 100, scale.y(scale.minute(each["starts_at"], day)) - 8, 16, each)
        for each in week.refused
        if window.start <= each["starts_at"] < window.end
    ]
    return DayColumn(day, window.end - window.start, behind, _cells(week, scale, day), before)


def _tick(scale: Scale, day: date, start: datetime, *, is_told: bool) -> Box:
    top = scale.y(scale.minute(start, day))
    return Box("spoken", 52, 48, top, 18, start) if is_told else Box("start", 86, 14, top, 4, start)


def _cells(week: Week, scale: Scale, day: date) -> list[Box]:
    """Return what can be clicked: a cell for each start that is told apart by a finger."""
    step = max(int(step_of(week.event_type).total_seconds()) // 60, _LEAST_CELL)
    height = step * HOUR / 60
    window, found = local_days(scale.zone, day, day), []
    start = window.start
    while start < window.end:
        minute = scale.minute(start, day)
        if scale.first <= minute < scale.last:
            found.append(Box("cell", 0, 100, scale.y(minute), height, start))
        start += timedelta(minutes=step)
    return found


def _ahead(week: Week, window: Interval) -> Interval:
    """Return of a day what is not past: vendors are not asked about more, and nobody is offered it."""
    return Interval(max(window.start, min(week.now, window.end)), window.end)


def _on_day(starts: Sequence[datetime], window: Interval) -> Sequence[datetime]:
    return starts[bisect_left(starts, window.start) : bisect_left(starts, window.end)]


@dataclass(frozen=True, slots=True)
class Strip:
    """A day of a host as a strip, a path for each kind of box, and how many starts callers could book."""

    day: date
    paths: Sequence[tuple[str, str]]
    starts: int


@dataclass(frozen=True, slots=True)
class _StripDay:
    """A day that strips are drawn of; what several hosts have in common is laid out once."""

    day: date
    window: Interval
    ahead: Interval
    x: Callable[[datetime], float]


def strips(week: Week, scale: Scale) -> list[tuple[HostWeek, list[Strip]]]:
    """Return each host's days as strips; a path for many boxes, since there may be fifty hosts."""
    days = [_strip_day(week, scale, day) for day in week.days]
    return [(host, [_strip(week.event_type, host, day) for day in days]) for host in week.hosts]


def _strip_day(week: Week, scale: Scale, day: date) -> _StripDay:
    window = local_days(scale.zone, day, day)
    x = cache(lambda instant: scale.y(scale.minute(instant, day)))
    return _StripDay(day, window, _ahead(week, window), x)


def _strip(event_type: EventType, host: HostWeek, day: _StripDay) -> Strip:
    starts = _on_day(host.starts, day.window)
    boxes: tuple[tuple[str, Iterable[Span]], ...] = (
        ("open", host.opened),
        ("unknown", [span for each in host.calendars for span in each.unknown(day.ahead)]),
        ("busy", [span for each in host.calendars for span in each.busy]),
        ("buffer", [each.interval for each in host.claims]),
        ("booked", host.taken),
    )
    paths = [(kind, _path(clip(spans, day.window), day.x, "0", "24")) for kind, spans in boxes]
    # Starts that follow each other are one stretch: a strip is too small for each.
    runs = union((start, start + event_type.start_increment) for start in starts)
    paths.append(("start", _path(runs, day.x, "19", "24")))
    return Strip(day.day, [(kind, path) for kind, path in paths if path], len(starts))


def _path(spans: Iterable[Span], x: Callable[[datetime], float], top: str, bottom: str) -> str:
    ends = ((x(begin), x(until)) for begin, until in spans)
    return "".join(f"M{left:g} {top}H{right:g}V{bottom}H{left:g}z" for left, right in ends if right > left)
