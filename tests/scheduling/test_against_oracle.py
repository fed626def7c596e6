"""The engine against the rules told minute by minute, around clock changes in five zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import EventType, Member, Team
from bridge.scheduling.offers import bookable_starts
from bridge.scheduling.slots import HostTime, is_bookable
from tests.scheduling import oracle
from tests.scheduling.building import free, minutes
from tests.scheduling.strategies import busy_times, event_types, merged, nows, schedules

TEAMS = st.sampled_from(
    [
        Team(groups=((Member("anna"),),)),
        Team(fixed=("anna",)),
        Team(groups=((Member("anna"), Member("ben")),)),
        Team(fixed=("anna", "ben")),
        Team(fixed=("anna",), groups=((Member("ben"), Member("carl")),)),
        Team(groups=((Member("anna"), Member("ben")), (Member("carl"), Member("dora")))),
    ]
)


@st.composite
def host_times(draw: st.DrawFn, name: str, now: datetime) -> HostTime:
    """Return what is known of a host: mostly some busy time, claims and bookings; seldom nothing."""
    busy = None if draw(st.integers(0, 9)) == 0 else merged(draw(busy_times(now)))
    booked = draw(st.lists(st.integers(-3000, 5000), max_size=3))
    return free(
        name,
        draw(schedules()),
        busy=busy,
        claims=merged(draw(busy_times(now))[:2]),
        booked=tuple(now + minutes(each) for each in booked),
    )


@st.composite
def cases(draw: st.DrawFn, teams: st.SearchStrategy[Team]) -> tuple[EventType, dict[str, HostTime], datetime]:
    """Return an event type, its hosts and a moment."""
    now = draw(nows())
    kind = replace(draw(event_types(now)), team=draw(teams))
    return kind, {name: draw(host_times(name, now)) for name in kind.team.hosts}, now


@given(case=cases(TEAMS))
@settings(max_examples=50, deadline=None)
def test_the_bookable_starts_of_a_team_are_those_the_rules_give(
    case: tuple[EventType, dict[str, HostTime], datetime],
) -> None:
    kind, times, now = case
    assert list(bookable_starts(kind, times, now)) == oracle.team_starts(kind, times, now)


@given(case=cases(st.just(Team(fixed=("anna",)))), data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_start_is_bookable_when_the_rules_say_so(
    case: tuple[EventType, dict[str, HostTime], datetime], data: st.DataObject
) -> None:
    kind, times, now = case
    allowed = set(oracle.allowed_minutes(kind, times["anna"], now))
    midnight = now.replace(hour=0, minute=0)
    for number in data.draw(st.lists(st.integers(0, 4 * 288), max_size=40)):
        start = midnight + number * timedelta(minutes=5)
        expected = start in allowed and oracle.is_on_step(kind, start)
        assert is_bookable(kind, times["anna"], start, now) == expected
