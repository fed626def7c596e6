"""Decides what is bookable with a host: each rule as the slot starts that it allows or takes away.

One set of rules serves a single start and a stretch of days alike, so that what is offered, booked and
explained can never differ. It never combines hosts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from bridge.model import EventType, Host, Schedule, WayEnd
from bridge.scheduling.days import FIRST, LAST, date_of, day_start, later_day, local_days, pad, shift
from bridge.scheduling.grid import is_on_step
from bridge.scheduling.hours import open_between, own_schedule, places_of
from providers.base import Interval
from providers.intervals import Span, clip, intersect, near, overlaps, room, subtract, union

_INSTANT = timedelta.resolution
_CALL = timedelta(minutes=10)
_EVER = Interval(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Rule(StrEnum):
    """What a start must satisfy to be bookable."""

    OPEN = "open"
    STEP = "step"
    NOTICE = "notice"
    START_DATE = "start_date"
    HORIZON = "horizon"
    FREE = "free"
    LIMITS = "limits"
    TRAVEL = "travel"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class HostTime:
    """What is known of a host's time.

    `busy` is merged over the host's busy calendars, for it is looked into by halves; None when any of the
    host's calendars is unknown. `claims` are live claims that concern the host, buffers included; `booked`
    the starts of the host's live bookings of the event type; `ways` what bookings take of the ways between
    places. None holds the booking that is being moved. Where `takes_none`, the host is unknown only because
    the booking calendar refuses appointments at present.
    """

    host: Host
    busy: Sequence[Span] | None
    claims: Sequence[Span] = ()
    booked: tuple[datetime, ...] = ()
    takes_none: bool = False
    ways: tuple[WayEnd, ...] = ()


@lru_cache(maxsize=2**10)
def as_offered_lately(event_type: EventType) -> EventType:
    """Return the event type with the notice that starts told ten minutes ago still keep.

    A call takes minutes: what was offered in it must not be too late by the time it is chosen.
    """
    return replace(event_type, minimum_notice=max(event_type.minimum_notice - _CALL, timedelta(0)))


def common_window(event_type: EventType, now: datetime) -> Interval:
    """Return the starts allowed by the rules that ask no host; it may be empty."""
    starts, ends = zip(*_allowed(event_type, now).values(), strict=True)
    return Interval(max(starts), min(ends))


def first_day(event_type: EventType, now: datetime) -> date:
    """Return the later of today and the start date."""
    today = date_of(event_type.timezone, now)
    return max(today, event_type.start_on or today)


def bookable_spans(
    event_type: EventType, time: HostTime, days: Interval, common: Interval, *, others: Sequence[Span] = ()
) -> Sequence[Span]:
    """Return the starts that break no rule but, perhaps, the step.

    `days` is a window that recurs from call to call, `common` what the common rules allow. Starts that
    `others` allow too may be left out.
    """
    opened: Sequence[Span] = open_starts(event_type, time.host.schedule, days)
    if others:
        opened = subtract(opened, others)
    if not opened:
        return ()
    window = Interval(max(opened[0][0], common.start), min(opened[-1][1], common.end))
    if window.start >= window.end:
        return ()
    free = intersect(opened, _free(event_type, time, window))
    taken = sorted(chain.from_iterable(_taken(event_type, time, window).values()))
    return subtract(free, taken) if taken else free


@lru_cache(maxsize=2**12)
def open_starts(event_type: EventType, schedule: Schedule, window: Interval) -> tuple[Span, ...]:
    """Return the starts in the window whose whole slot is within the open hours of one place."""
    by_place = starts_by_place(event_type, schedule, window).values()
    return tuple(union(chain.from_iterable(by_place)) if len(by_place) > 1 else next(iter(by_place)))


@lru_cache(maxsize=2**12)
def starts_by_place(
    event_type: EventType, schedule: Schedule, window: Interval
) -> Mapping[str, Sequence[Span]]:
    """Return the starts in the window whose whole slot is within the open hours, each by its one place."""
    duration = event_type.duration
    reach = Interval(window.start, shift(window.end, duration))
    own = own_schedule(event_type)
    found: dict[str, Sequence[Span]] = {}
    for place in places_of(schedule):
        hours: Sequence[Span] = open_between(schedule, reach, place)
        if own is not None:
            hours = intersect(hours, open_between(own, reach))
        # The last start of all, hours' end less the duration, is allowed too.
        starts = [(begin, end - duration + _INSTANT) for begin, end in hours if end - begin >= duration]
        # In an hour that a clock set back repeats, two places' hours may overlap: the first one counts.
        taken = sorted(chain.from_iterable(found.values()))
        found[place] = subtract(intersect(starts, [window]), taken)
    return found


def failing_rules(event_type: EventType, time: HostTime, start: datetime, now: datetime) -> Iterator[Rule]:
    """Yield every rule that a slot at this start breaks with the host; none means bookable."""
    start = min(max(start, FIRST - _INSTANT), LAST)  # beyond either end no start is allowed anyway
    instant = Interval(start, start + _INSTANT)
    allowed, taken = _allowed(event_type, now), _taken(event_type, time, instant)
    for rule in Rule:
        if rule in allowed:
            holds = overlaps([allowed[rule]], instant)
        elif rule in taken:
            holds = not overlaps(taken[rule], instant)
        elif rule is Rule.OPEN:
            holds = bool(open_starts(event_type, time.host.schedule, instant))
        elif rule is Rule.FREE:
            holds = bool(_free(event_type, time, instant))
        else:
            holds = is_on_step(event_type, start)
        if not holds:
            yield rule


def _allowed(event_type: EventType, now: datetime) -> dict[Rule, Interval]:
    """Return the starts that each rule allows that asks no host."""
    zone, start_on = event_type.timezone, event_type.start_on
    after = later_day(first_day(event_type, now), event_type.horizon_days + 1)
    return {
        Rule.NOTICE: Interval(max(now, shift(now, event_type.minimum_notice)), _EVER.end),
        Rule.START_DATE: Interval(day_start(zone, start_on), _EVER.end) if start_on else _EVER,
        Rule.HORIZON: Interval(_EVER.start, day_start(zone, after)),
    }


def _free(event_type: EventType, time: HostTime, window: Interval) -> Sequence[Span]:
    """Return the starts in the window whose slot, with its buffers, meets neither busy time nor a claim."""
    before, after = event_type.buffer_before, event_type.duration + event_type.buffer_after
    reach = Interval(window.start - before, window.end - _INSTANT + after)
    taken: Sequence[Span] = near(time.busy or (), reach)
    if claims := [(start, end) for start, end in time.claims if start < reach.end and end > reach.start]:
        taken = union(chain(taken, claims))
    clear = room(taken, reach, before + after)
    return pad(clear, -before, before) if before else clear


def _taken(event_type: EventType, time: HostTime, window: Interval) -> dict[Rule, Iterable[Span]]:
    """Return the starts in the window, or around it, that the host's other rules take away."""
    return {
        Rule.LIMITS: _full_days(event_type, time.booked) if time.booked else (),
        Rule.TRAVEL: _on_the_way(event_type, time, window) if event_type.places.longest_way else (),
        Rule.KNOWN: [window] if time.busy is None else (),
    }


def _on_the_way(event_type: EventType, time: HostTime, window: Interval) -> Iterator[Span]:
    """Yield the starts at one place that leave too little time for the way from or to another."""
    schedule, longest = time.host.schedule, event_type.places.longest_way
    before = event_type.duration + event_type.buffer_after - _INSTANT
    after = event_type.buffer_before
    reach = Interval(shift(window.start, -after - longest), shift(window.end, before + longest))
    for place, starts in starts_by_place(event_type, schedule, window).items():
        for way, other, length in event_type.places.ways_from(place):
            ends = [end.interval for end in time.ways if end.way == way and end.place == other]
            # Other calendars do not say where: what is busy in the hours of a place is there.
            there = intersect(clip(time.busy or (), reach), open_between(schedule, reach, other))
            near = pad(ends, before + length / 2, after + length / 2)
            near += pad(there, before + length, after + length)
            yield from intersect(starts, union(near))


def _full_days(event_type: EventType, booked: Sequence[datetime]) -> Iterator[Interval]:
    """Yield the local days and ISO weeks that hold as many bookings as the event type allows."""
    zone = event_type.timezone
    days = [date_of(zone, start).toordinal() for start in booked]
    weeks = [day - (day - 1) % 7 for day in days]  # ordinal 1 was a Monday
    for limit, length, firsts in (
        (event_type.max_bookings_per_day, 1, days),
        (event_type.max_bookings_per_week, 7, weeks),
    ):
        for first, count in Counter(firsts).items():
            if 0 < limit <= count:
                yield local_days(zone, date.fromordinal(first), date.fromordinal(first + length - 1))
