"""Random schedules, calendars and rules, small enough to be checked minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bridge.model import (
    EventType,
    MeetingPlatform,
    Member,
    OfferRules,
    Places,
    Schedule,
    Team,
    WallRange,
    Week,
)
from bridge.model.places import NOWHERE
from bridge.scheduling.slots import HostTime
from providers.base import Interval
from providers.intervals import merge
from tests.scheduling.building import (
    BERLIN,
    HAVANA,
    KOLKATA,
    LORD_HOWE,
    SANTIAGO,
    event_type,
    free,
    minutes,
    schedule,
    utc,
)

ZONES = (BERLIN, KOLKATA, LORD_HOWE, SANTIAGO, HAVANA)


def laws(examples: int) -> settings:
    """Return settings that let a law take the time it needs, on a busy machine too."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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

_ADDRESSES = {"practice": "Main Street 1", "branch": "Side Street 2", "clinic": "Ring 3"}
TOWN = Places(
    _ADDRESSES,
    {frozenset(("practice", "branch")): minutes(25), frozenset(("branch", "clinic")): minutes(90)},
)

zones: st.SearchStrategy[ZoneInfo] = st.sampled_from(ZONES)


@st.composite
def nows(draw: st.DrawFn) -> datetime:
    """Return an instant within a day of a clock change somewhere, now and then between two minutes."""
    odd = draw(st.sampled_from([timedelta(0), timedelta(seconds=31), timedelta(microseconds=1)]))
    return utc(draw(st.sampled_from(_DAYS))) + minutes(draw(st.integers(0, 24 * 60))) + odd


@st.composite
def wall_ranges(draw: st.DrawFn) -> tuple[WallRange, ...]:
    """Return the open hours of a day: none, a whole day, or up to two stretches."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([(), (WallRange(0, 1440),)]))
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    pairs = list(pairwise(edges))[:: 2 if len(edges) == 4 else 1]
    return tuple(WallRange(start * 15, end * 15) for start, end in pairs)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Return open hours for every day, alike on two sorts of days."""
    kinds = draw(wall_ranges()), draw(wall_ranges())
    return {day: kinds[day % 2] for day in range(7)}


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return a schedule in any of the zones, now and then at several places."""
    week = draw(weeks())
    if draw(st.booleans()):
        places = st.sampled_from(["", *_ADDRESSES])
        kinds = {ranges: [replace(each, place=draw(places)) for each in ranges] for ranges in week.values()}
        week = {day: tuple(kinds[ranges]) for day, ranges in week.items()}
    return schedule(week, draw(zones))


@st.composite
def busy_times(draw: st.DrawFn, now: datetime) -> list[Interval]:
    """Return a few busy intervals of the next days, in any order, overlapping, some empty."""
    drawn = draw(st.lists(st.tuples(st.integers(-200, 4 * 1440), st.integers(0, 300)), max_size=8))
    return [Interval(now + minutes(start), now + minutes(start + length)) for start, length in drawn]


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
        places=draw(st.sampled_from([NOWHERE, TOWN])),
        meeting_platform=draw(st.sampled_from([MeetingPlatform.PHONE, MeetingPlatform.IN_PERSON])),
    )


Case = tuple[EventType, dict[str, HostTime], datetime]

TEAMS = st.sampled_from(
    [
        Team(groups=((Member("anna"),),)),
        Team(fixed=("anna",)),
        Team(groups=((Member("anna"), Member("ben")),)),
        Team(fixed=("anna", "ben")),
        Team(fixed=("anna",), groups=((Member("ben"), Member("carl")),)),
        Team(groups=((Member("anna"), Member("ben")), (Member("carl"), Member("dora")))),
        Team(groups=((Member("anna"), Member("ben")),), resources=(("room1", "room2"),)),
    ]
)


@st.composite
def host_times(draw: st.DrawFn, name: str, now: datetime) -> HostTime:
    """Return what is known of a host: mostly some busy time, claims and bookings; seldom nothing."""
    busy = None if draw(st.integers(0, 9)) == 0 else merge(draw(busy_times(now)))
    booked = draw(st.lists(st.integers(-3000, 5000), max_size=3))
    taken = draw(st.lists(st.sampled_from(list(_ADDRESSES)), max_size=2))
    stays = zip(taken, draw(busy_times(now)), strict=False)
    return free(
        name,
        draw(schedules()),
        busy=busy,
        claims=merge(draw(busy_times(now))[:2]),
        booked=tuple(now + minutes(each) for each in booked),
        ways=tuple(end for place, interval in stays for end in TOWN.ends_at(place, interval)),
    )


@st.composite
def cases(draw: st.DrawFn, teams: st.SearchStrategy[Team]) -> Case:
    """Return an event type, its hosts and a moment."""
    now = draw(nows())
    kind = replace(draw(event_types(now)), team=draw(teams))
    return kind, {name: draw(host_times(name, now)) for name in kind.team.asked}, now
