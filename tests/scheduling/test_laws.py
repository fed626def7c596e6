"""What holds for every calendar, schedule and rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bridge.model import CountDays, Member, OfferRules, Suggest, Team
from bridge.scheduling.days import date_of, local_days
from bridge.scheduling.offers import busy_window, offer
from bridge.scheduling.slots import Rule, failing_rules
from bridge.scheduling.team import pool_for
from providers.base import Interval
from providers.intervals import overlaps, union
from tests.scheduling.building import ALWAYS, bookable_starts, event_type, free, minutes, schedule
from tests.scheduling.strategies import TEAMS, Case, busy_times, cases, host_times, laws, zones

ONE = st.just(Team(groups=((Member("anna"),),)))

offer_rules = st.builds(
    OfferRules,
    days_to_look_ahead=st.integers(1, 3),
    slots_per_day=st.integers(1, 5),
    between=st.sampled_from([timedelta(0), minutes(45), minutes(180)]),
    count_days=st.sampled_from(CountDays),
    suggest=st.sampled_from(Suggest),
)


def starts_of(case: Case) -> list[datetime]:
    return list(bookable_starts(*case))


@given(case=cases(ONE))
@laws(30)
def test_slots_never_overlap_busy_time_or_claims(case: Case) -> None:
    kind, times, _ = case
    taken = [*(times["anna"].busy or ()), *times["anna"].claims]
    assert not any(overlaps(taken, kind.padded(start)) for start in starts_of(case))


@given(case=cases(ONE), data=st.data())
@laws(30)
def test_order_and_repetition_of_busy_time_change_nothing(case: Case, data: st.DataObject) -> None:
    kind, times, now = case
    busy = data.draw(busy_times(now))
    shuffled = tuple(data.draw(st.permutations([*busy, *busy[:3]])))
    one = {"anna": replace(times["anna"], busy=union(busy))}
    other = {"anna": replace(times["anna"], busy=union(shuffled))}
    assert starts_of((kind, one, now)) == starts_of((kind, other, now))


@given(case=cases(ONE), data=st.data())
@laws(30)
def test_more_busy_time_never_adds_a_bookable_slot(case: Case, data: st.DataObject) -> None:
    kind, times, now = case
    busier = replace(times["anna"], busy=union([*(times["anna"].busy or ()), *data.draw(busy_times(now))]))
    freer = replace(times["anna"], busy=times["anna"].busy or ())
    for start in starts_of((kind, {"anna": busier}, now)):
        assert not any(failing_rules(kind, freer, start, now))


@given(case=cases(TEAMS), rules=offer_rules)
@laws(30)
def test_every_offer_is_bookable_and_keeps_distance_cap_and_days(case: Case, rules: OfferRules) -> None:
    kind, times, now = replace(case[0], offer=rules), case[1], case[2]
    starts = [slot.start for slot in offer(kind, times, now)]
    days = [date_of(kind.timezone, start) for start in starts]
    assert all(pool_for(kind, times, start, now) for start in starts)
    if rules.suggest is Suggest.VARIED:
        assert len(starts) <= rules.suggestions
    else:
        assert len(set(days)) <= rules.days_to_look_ahead
        assert all(days.count(day) <= rules.slots_per_day for day in days)
    for (earlier, later), (day, next_day) in zip(pairwise(starts), pairwise(days), strict=True):
        assert later > earlier
        assert day != next_day or later - earlier >= rules.between


@given(case=cases(TEAMS))
@laws(30)
def test_every_bookable_start_is_bookable_by_the_same_rules(case: Case) -> None:
    kind, times, now = case
    assert all(pool_for(kind, times, start, now) for start in starts_of(case))


@given(case=cases(TEAMS))
@laws(30)
def test_busy_time_outside_the_window_asked_for_changes_nothing(case: Case) -> None:
    kind, times, now = case
    window = busy_window(kind, now)
    outside = (
        Interval(window.start - timedelta(days=9), window.start),
        Interval(window.end, window.end + timedelta(days=9)),
    )
    more = {
        name: replace(time, busy=None if time.busy is None else union([*time.busy, *outside]))
        for name, time in times.items()
    }
    assert starts_of((kind, more, now)) == starts_of(case)


@given(zone=zones, day=st.dates(date(2026, 1, 1), date(2027, 12, 31)), step=st.sampled_from([5, 15, 30]))
@laws(60)
def test_no_day_loses_or_doubles_time(zone: ZoneInfo, day: date, step: int) -> None:
    """A host that is always open has a start for every step of the day as long as it really is."""
    kind = event_type(step, timezone=zone, start_on=day, horizon_days=0)
    window = local_days(zone, day, day)
    starts = list(bookable_starts(kind, {"anna": free(hours=schedule(ALWAYS, zone))}, window.start))
    assert starts == sorted(set(starts))
    assert len(starts) == (window.end - window.start) / minutes(step)


@given(case=cases(st.just(Team(groups=((Member("anna"), Member("ben")),)))), data=st.data())
@laws(30)
def test_adding_a_host_to_a_round_robin_never_removes_a_bookable_start(
    case: Case, data: st.DataObject
) -> None:
    kind, times, now = case
    (group,) = kind.team.groups
    larger = replace(kind, team=Team(groups=((*group, Member("zoe")),)))
    more = {**times, "zoe": data.draw(host_times("zoe", now))}
    assert set(starts_of(case)) <= set(starts_of((larger, more, now)))


@given(case=cases(st.just(Team(fixed=("anna",), groups=((Member("ben"), Member("carl")),)))), data=st.data())
@laws(30)
def test_busy_time_of_a_fixed_host_removes_the_slot(case: Case, data: st.DataObject) -> None:
    kind, times, now = case
    starts = starts_of(case)
    if not starts:
        return
    start = data.draw(st.sampled_from(starts))
    busy = union([*(times["anna"].busy or ()), Interval(start, start + minutes(1))])
    busier = {**times, "anna": replace(times["anna"], busy=busy)}
    assert start not in starts_of((kind, busier, now))
    assert pool_for(kind, busier, start, now) is None


@given(case=cases(TEAMS))
@laws(30)
def test_order_of_hosts_changes_no_start(case: Case) -> None:
    kind, times, now = case
    team = kind.team
    turned = replace(
        team,
        fixed=team.fixed[::-1],
        groups=tuple(each[::-1] for each in team.groups[::-1]),
        resources=tuple(each[::-1] for each in team.resources[::-1]),
    )
    assert starts_of((replace(kind, team=turned), times, now)) == starts_of(case)


@given(case=cases(TEAMS), data=st.data())
@laws(30)
def test_an_unknown_host_leaves_its_group_and_being_fixed_leaves_nothing(
    case: Case, data: st.DataObject
) -> None:
    kind, times, now = case
    name = data.draw(st.sampled_from(kind.team.hosts))
    unknown = {**times, name: replace(times[name], busy=None)}
    missing = {each: time for each, time in times.items() if each != name}
    starts = starts_of((kind, unknown, now))
    assert starts == starts_of((kind, missing, now))
    assert set(starts) <= {start for start in starts if pool_for(kind, times, start, now)}
    assert name not in kind.team.fixed or not starts


@given(case=cases(ONE), minute=st.integers(-3000, 8000))
@laws(30)
def test_moving_a_booking_is_not_hindered_by_its_own_claim(case: Case, minute: int) -> None:
    """Leaving a claim and a booking out never breaks a rule that held with them."""
    kind, times, now = case
    own = now.replace(minute=0, second=0, microsecond=0) + minutes(minute // 5 * 5)
    anna = times["anna"]
    with_own = replace(anna, claims=(*anna.claims, kind.padded(own)), booked=(*anna.booked, own))
    for start in (own, own + minutes(5), own + kind.start_increment):
        assert set(failing_rules(kind, anna, start, now)) <= set(failing_rules(kind, with_own, start, now))
    assert Rule.FREE in failing_rules(kind, with_own, own, now)
