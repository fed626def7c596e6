"""The engine against the rules told minute by minute, around clock changes in five zones."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Team
from bridge.scheduling.slots import failing_rules
from tests.scheduling import oracle
from tests.scheduling.building import bookable_starts
from tests.scheduling.strategies import TEAMS, Case, cases, laws


@given(case=cases(TEAMS))
@laws(30)
def test_the_bookable_starts_of_a_team_are_those_the_rules_give(case: Case) -> None:
    kind, times, now = case
    assert list(bookable_starts(kind, times, now)) == oracle.team_starts(kind, times, now)


@given(case=cases(st.just(Team(fixed=("anna",)))), data=st.data())
@laws(15)
def test_a_start_is_bookable_when_the_rules_say_so(case: Case, data: st.DataObject) -> None:
    kind, times, now = case
    allowed = set(oracle.allowed_minutes(kind, times["anna"], now))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in data.draw(st.lists(st.integers(0, 4 * 288), max_size=40)):
        start = midnight + number * timedelta(minutes=5)
        expected = start in allowed and oracle.is_on_step(kind, start)
        assert any(failing_rules(kind, times["anna"], start, now)) == (not expected)
