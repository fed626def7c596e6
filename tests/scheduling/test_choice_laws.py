"""What holds for every team over long runs of bookings."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Assignment, EventType, Member, Team
from bridge.scheduling.fair_share import HostRecord
from bridge.scheduling.round_robin import choose, simulate, standings
from bridge.scheduling.team import Pool, pool_for
from providers.intervals import overlaps
from tests.scheduling.building import ALWAYS, event_type, free, local, minutes, schedule
from tests.scheduling.strategies import laws

NOW = local("2026-11-02 08:00")
NAMES = ("anna", "ben", "carl", "dora")

weights = st.lists(st.integers(1, 9), min_size=2, max_size=4)


def group(assignment: Assignment, *given_weights: int) -> EventType:
    members = tuple(Member(name, weight) for name, weight in zip(NAMES, given_weights, strict=False))
    return event_type(team=Team(groups=(members,), assignment=assignment))


def run(kind: EventType, pools: list[set[str]]) -> list[str]:
    """Return who is chosen, one booking a minute, each among those bookable then."""
    records: dict[str, HostRecord] = {}
    hosts = []
    for number, names in enumerate(pools):
        made = NOW + minutes(number)
        among = tuple(each for each in kind.team.groups[0] if each.host in names)
        (host,) = choose(kind, Pool((), (among,)), records, made, schedules={}).hosts
        before = records.get(host, HostRecord(host))
        records[host] = replace(before, booked_at=(*before.booked_at, made), last_booked_at=made)
        hosts.append(host)
    return hosts


@given(given_weights=weights)
@laws(25)
def test_weighted_shares_converge_to_the_weights(given_weights: list[int]) -> None:
    """After every booking each host is within one booking per member of the exact share."""
    kind = group(Assignment.WEIGHTED, *given_weights)
    chosen = [each.hosts[0] for each in simulate(kind, {}, NOW, schedules={}, count=60)]
    for made in range(1, len(chosen) + 1):
        counts = Counter(chosen[:made])
        for member in kind.team.groups[0]:
            share = Fraction(made * member.weight, sum(given_weights))
            assert abs(share - counts[member.host]) < len(given_weights)


@pytest.mark.parametrize("seed", range(4))
def test_weighted_shares_converge_though_hosts_come_and_go(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - who is away
    kind = group(Assignment.WEIGHTED, 3, 2, 2, 1)
    pools = [{name for name in NAMES if dice.random() < 0.7} or {"anna"} for _ in range(120)]
    counts = Counter(run(kind, pools))
    for member in kind.team.groups[0]:
        assert abs(counts[member.host] - 120 * member.weight / 8) <= 2


@given(comings=st.lists(st.sets(st.sampled_from(NAMES[2:])), min_size=1, max_size=40))
@laws(40)
def test_least_recently_booked_never_differs_by_more_than_one_between_always_available_hosts(
    comings: list[set[str]],
) -> None:
    kind = group(Assignment.LEAST_RECENTLY_BOOKED, 1, 1, 1, 1)
    chosen = run(kind, [{"anna", "ben", *others} for others in comings])
    for made in range(len(chosen) + 1):
        counts = Counter(chosen[:made])
        assert abs(counts["anna"] - counts["ben"]) <= 1


@st.composite
def histories(draw: st.DrawFn) -> dict[str, HostRecord]:
    """Return records in which no two hosts are equal in anything that decides."""
    moments = draw(st.lists(st.integers(-5000, -1), min_size=24, max_size=24, unique=True))
    counts = draw(st.permutations([0, 1, 3, 6]))
    records = {}
    for name, count in zip(NAMES, counts, strict=True):
        made = tuple(sorted(NOW + timedelta(seconds=moments.pop()) for _ in range(count)))
        last = made[-1] if made else NOW - timedelta(days=90)
        records[name] = HostRecord(name, made, last)
    return records


@given(
    records=histories(),
    order=st.permutations(range(4)),
    assignment=st.sampled_from(Assignment),
    given_weights=st.permutations([1, 2, 3, 5]),
)
@laws(60)
def test_order_of_hosts_in_the_config_changes_nothing_but_ties(
    records: dict[str, HostRecord], order: list[int], assignment: Assignment, given_weights: list[int]
) -> None:
    members = [
        Member(name, weight, place)
        for place, (name, weight) in enumerate(zip(NAMES, given_weights, strict=True))
    ]
    rankings = []
    for arranged in (members, [members[place] for place in order]):
        kind = event_type(team=Team(groups=(tuple(arranged),), assignment=assignment))
        (standing,) = standings(kind, records, NOW, schedules={})
        rankings.append([each.member.host for each in standing.figures])
        assert standing.rule != "config_order"
    assert rankings[0] == rankings[1]


@given(records=histories(), assignment=st.sampled_from(Assignment), given_weights=weights)
@laws(40)
def test_shortfalls_of_a_group_sum_to_nothing(
    records: dict[str, HostRecord], assignment: Assignment, given_weights: list[int]
) -> None:
    (standing,) = standings(group(assignment, *given_weights), records, NOW, schedules={})
    assert sum(each.shortfall for each in standing.figures) == 0


@given(
    wishes=st.lists(st.integers(0, 40), min_size=1, max_size=25),
    team=st.sampled_from(
        [
            Team(groups=((Member("anna"), Member("ben")),)),
            Team(fixed=("anna",), groups=((Member("ben"), Member("carl")),)),
            Team(groups=((Member("anna"), Member("ben")), (Member("carl"), Member("dora")))),
        ]
    ),
)
@laws(40)
def test_no_host_is_ever_double_booked(wishes: list[int], team: Team) -> None:
    kind = event_type(40, team=team, start_increment=minutes(10), buffer_after=minutes(10))
    times = {name: free(name, schedule(ALWAYS)) for name in team.hosts}
    for wish in wishes:
        start = NOW + minutes(10 * wish)
        pool = pool_for(kind, times, start, NOW)
        if pool is None:
            continue
        for host in choose(kind, pool, {}, NOW, schedules={}).hosts:
            taken = times[host].claims
            assert not overlaps(taken, kind.padded(start))
            times[host] = replace(times[host], claims=(*taken, kind.padded(start)))
