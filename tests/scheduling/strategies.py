"""Random schedules, calendars and rules, small enough to be checked minute by minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bridge.model import EventType, OfferRules, Schedule, WallRange, Week
from bridge.scheduling.intervals import merge
from providers.base import Interval
from tests.scheduling.building import (
    BERLIN,
    HAVANA,
    KOLKATA,
    LORD_HOWE,
    SANTIAGO,
    event_type,
    minutes,
    schedule,
    utc,
)

ZONES = (BERLIN, KOLKATA, LORD_HOWE, SANTIAGO, HAVANA)

# Days around which these zones change their clocks, and an ordinary one.
_DAYS = (
    "2026-03-28 12:00",
    "2026-10-24 12:00",
    "2026-04-04 02:00",
    "2026-10-03 02:00",
    "2026-09-05 12:00",
    "2026-10-31 12:00",
    "2026-06-10 12:00",
)

zones: st.SearchStrategy[ZoneInfo] = st.sampled_from(ZONES)


@st.composite
def nows(draw: st.DrawFn) -> datetime:
    """Return an instant within a day of a clock change somewhere."""
    return utc(draw(st.sampled_from(_DAYS))) + minutes(draw(st.integers(0, 24 * 60)))


@st.composite
def wall_ranges(draw: st.DrawFn) -> tuple[WallRange, ...]:
    """Return the open hours of a day: none, a whole day, or up to two stretches."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([(), (WallRange(0, 1440),)]))
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    pairs = list(pairwise(edges))[::2]
    return tuple(WallRange(start * 15, end * 15) for start, end in pairs)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Return open hours for every day, alike on two sorts of days."""
    kinds = draw(wall_ranges()), draw(wall_ranges())
    return {day: kinds[day % 2] for day in range(7)}


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return a schedule in any of the zones."""
    return schedule(draw(weeks()), draw(zones))


@st.composite
def busy_times(draw: st.DrawFn, now: datetime) -> list[Interval]:
    """Return a few busy intervals of the next days, in any order, overlapping, some empty."""
    drawn = draw(st.lists(st.tuples(st.integers(-200, 4 * 1440), st.integers(0, 300)), max_size=8))
    return [Interval(now + minutes(start), now + minutes(start + length)) for start, length in drawn]


def merged(busy: list[Interval]) -> tuple[Interval, ...]:
    """Return the busy time as a host's calendars tell it."""
    return merge(busy)


@st.composite
def event_types(draw: st.DrawFn, now: datetime) -> EventType:
    """Return an event type with rules of every sort, its horizon only days away."""
    today = now.date()
    return event_type(
        draw(st.sampled_from([5, 20, 30, 45, 50, 90])),
        timezone=draw(zones),
        start_increment=minutes(draw(st.sampled_from([7, 15, 30, 45, 60, 90]))),
        start_offset=minutes(draw(st.sampled_from([0, 0, 5, 20]))),
        minimum_notice=minutes(draw(st.sampled_from([0, 45, 600]))),
        buffer_before=minutes(draw(st.sampled_from([0, 0, 10]))),
        buffer_after=minutes(draw(st.sampled_from([0, 0, 25]))),
        horizon_days=draw(st.integers(0, 3)),
        offer=OfferRules(days_to_look_ahead=draw(st.integers(1, 2))),
        start_on=draw(st.sampled_from([None, None, today, today + timedelta(days=1), date(2020, 1, 1)])),
        open_hours=draw(st.one_of(st.none(), st.none(), weeks())),
        max_bookings_per_day=draw(st.sampled_from([0, 0, 1, 2])),
        max_bookings_per_week=draw(st.sampled_from([0, 0, 0, 2])),
    )
