"""Who could attend a start, and which starts a team has, in examples small enough to check by hand."""

from __future__ import annotations

from bridge.model import EventType, Member, Team
from bridge.scheduling.slots import HostTime
from bridge.scheduling.team import Pool, pool_for
from tests.scheduling.building import (
    BERLIN,
    KOLKATA,
    bookable_starts,
    clock,
    daily,
    event_type,
    free,
    local,
    minutes,
    round_robin,
    schedule,
    span,
)

MONDAY = "2026-11-23"
NOW = local(f"{MONDAY} 08:00")
TEN = local(f"{MONDAY} 10:00")
ANNA, BEN, CARL, DORA = (Member(name) for name in ("anna", "ben", "carl", "dora"))
TRIO = Team(fixed=("anna",), groups=((BEN, CARL),))


def busy(*stretches: str, hours: str = "10:00-12:00") -> HostTime:
    """Return a host open for a morning with meetings."""
    taken = tuple(span(f"{MONDAY} {each[:5]}", each[6:]) for each in stretches)
    return free(hours=schedule(daily(hours)), busy=taken)


def starts(kind: EventType, **times: HostTime) -> list[str]:
    return [each[3:] for each in clock(list(bookable_starts(kind, times, NOW)))]


def today(length: int, team: Team, increment: int | None = None) -> EventType:
    return event_type(length, team=team, horizon_days=0, start_increment=minutes(increment or length))


def test_those_of_a_group_who_are_bookable_could_attend() -> None:
    kind = event_type(team=round_robin("anna", "ben", "carl"))
    times = {"anna": busy("10:00-10:30"), "ben": busy(), "carl": busy("11:00-12:00")}
    assert pool_for(kind, times, TEN, NOW) == Pool((), ((BEN, CARL),))


def test_all_fixed_hosts_must_be_bookable() -> None:
    kind = event_type(team=TRIO)
    assert pool_for(kind, {"anna": busy(), "ben": busy(), "carl": busy()}, TEN, NOW) == Pool(
        ("anna",), ((BEN, CARL),)
    )
    assert pool_for(kind, {"anna": busy("10:00-11:00"), "ben": busy(), "carl": busy()}, TEN, NOW) is None


def test_every_group_needs_somebody() -> None:
    kind = event_type(team=Team(groups=((ANNA, BEN), (CARL,))))
    times = {"anna": busy(), "ben": busy(), "carl": busy()}
    assert pool_for(kind, times, TEN, NOW) == Pool((), ((ANNA, BEN), (CARL,)))
    assert pool_for(kind, {**times, "carl": busy("10:20-10:21")}, TEN, NOW) is None


def test_an_unknown_host_leaves_the_group() -> None:
    kind = event_type(team=round_robin("anna", "ben"))
    assert pool_for(kind, {"anna": free(busy=None), "ben": busy()}, TEN, NOW) == Pool((), ((BEN,),))
    assert pool_for(kind, {"ben": busy()}, TEN, NOW) == Pool((), ((BEN,),))
    assert pool_for(kind, {"anna": free(busy=None)}, TEN, NOW) is None


def test_an_unknown_fixed_host_leaves_nothing() -> None:
    kind = event_type(team=TRIO)
    others = {"ben": busy(), "carl": busy()}
    assert pool_for(kind, {**others, "anna": free(busy=None)}, TEN, NOW) is None
    assert pool_for(kind, others, TEN, NOW) is None
    assert starts(kind, **others) == starts(kind, **others, anna=free(busy=None)) == []


def test_hosts_that_shall_not_be_asked_are_left_out() -> None:
    kind = event_type(team=TRIO)
    times = {"anna": busy(), "ben": busy(), "carl": busy()}
    assert pool_for(kind, times, TEN, NOW, without=frozenset({"ben"})) == Pool(("anna",), ((CARL,),))
    assert pool_for(kind, times, TEN, NOW, without=frozenset({"ben", "carl"})) is None
    assert pool_for(kind, times, TEN, NOW, without=frozenset({"anna"})) is None


def test_a_team_of_nobody_attends_nothing() -> None:
    for team in (Team(), Team(groups=((),)), Team(fixed=("anna",), groups=((),))):
        kind = event_type(team=team)
        assert pool_for(kind, {"anna": busy()}, TEN, NOW) is None
        assert starts(kind, anna=busy()) == []


def test_hosts_outside_the_team_play_no_part() -> None:
    kind = today(60, round_robin("anna"))
    assert starts(kind, anna=busy("10:00-11:00"), ben=busy()) == ["11:00"]


def test_a_host_booked_through_another_event_type_at_that_moment_leaves_the_pool() -> None:
    """Anna stands in two event types; a claim of the other one, buffers included, takes her time."""
    kind = event_type(team=round_robin("anna", "ben"), start_increment=minutes(5))
    taken = free(claims=(span(f"{MONDAY} 10:00", "10:40"),))
    times = {"anna": taken, "ben": free("ben")}
    assert pool_for(kind, times, TEN, NOW) == Pool((), ((BEN,),))
    assert pool_for(kind, times, local(f"{MONDAY} 10:35"), NOW) == Pool((), ((BEN,),))
    assert pool_for(kind, times, local(f"{MONDAY} 10:40"), NOW) == Pool((), ((ANNA, BEN),))


def test_a_group_has_the_starts_of_all_its_members() -> None:
    kind = today(60, round_robin("anna", "ben"))
    assert starts(kind, anna=busy("10:00-11:00"), ben=busy("11:00-12:00")) == ["10:00", "11:00"]


def test_two_hosts_free_times_are_never_joined() -> None:
    """Anna has the first half of an hour, ben the second: together they have no hour."""
    kind = today(60, round_robin("anna", "ben"))
    assert starts(kind, anna=busy("10:30-12:00"), ben=busy("10:00-10:30", "11:00-12:00")) == []


def test_fixed_hosts_have_the_starts_they_share() -> None:
    kind = today(30, Team(fixed=("anna", "ben")))
    assert starts(kind, anna=busy("10:00-10:30"), ben=busy("11:30-12:00")) == ["10:30", "11:00"]


def test_fixed_hosts_without_common_time_have_no_starts() -> None:
    kind = today(30, Team(fixed=("anna", "ben")))
    assert starts(kind, anna=busy("10:00-11:00"), ben=busy("11:00-12:00")) == []


def test_each_group_is_needed_at_the_same_time() -> None:
    kind = today(60, Team(groups=((ANNA, BEN), (CARL, DORA))))
    morning = {"anna": busy("10:00-11:00"), "ben": busy("11:00-12:00"), "dora": busy("10:00-12:00")}
    assert starts(kind, **morning, carl=busy("10:00-11:00")) == ["11:00"]


def test_fixed_hosts_and_groups_are_needed_together() -> None:
    kind = today(60, Team(fixed=("anna",), groups=((BEN,), (CARL, DORA))))
    times = {"anna": busy(), "ben": busy("10:00-10:10"), "carl": busy("11:00-11:10")}
    assert starts(kind, **times, dora=busy()) == ["11:00"]
    assert starts(kind, **times, dora=busy("11:50-12:00")) == []


def test_candidates_are_the_starts_of_every_hosts_own_grid() -> None:
    """45 minutes on the quarter hour: anna's gap begins at 10:00, ben's at 10:30."""
    kind = today(45, round_robin("anna", "ben"))
    assert starts(kind, anna=busy(), ben=busy("10:00-10:30")) == ["10:00", "10:30", "10:45", "11:15"]


def test_candidates_are_also_the_starts_of_the_fixed_hosts_common_gaps() -> None:
    """Together anna and ben are free from 10:05 to 11:00, then from 11:25: 45 minutes on the quarter hour."""
    kind = today(45, Team(fixed=("anna", "ben")))
    anna, ben = busy("11:00-11:20", hours="09:30-12:20"), busy("11:15-11:25", hours="10:05-12:30")
    assert starts(kind, anna=anna, ben=ben) == ["10:15", "11:30"]


def test_hosts_in_berlin_and_kolkata_have_common_starts() -> None:
    """09:00 to 17:00 in Kolkata is 04:30 to 12:30 in Berlin."""
    kind = today(60, Team(fixed=("anna", "ben")))
    times = {
        "anna": free(hours=schedule(daily("09:00-17:00"), BERLIN)),
        "ben": free("ben", schedule(daily("09:00-17:00"), KOLKATA)),
    }
    assert starts(kind, **times) == ["09:00", "10:00", "11:00"]
    half_past = event_type(60, team=kind.team, horizon_days=0, timezone=KOLKATA)
    assert starts(half_past, **times) == ["09:30", "10:30", "11:30"]


def test_limits_are_each_hosts_own() -> None:
    kind = event_type(60, team=round_robin("anna", "ben"), max_bookings_per_day=1, horizon_days=0)
    full = free(hours=schedule(daily("10:00-12:00")), booked=(local(f"{MONDAY} 09:00"),))
    assert starts(kind, anna=full, ben=busy("10:00-11:00")) == ["11:00"]
    assert starts(kind, anna=full, ben=full) == []
