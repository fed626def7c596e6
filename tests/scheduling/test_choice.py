"""Who is chosen, and by which rule, in examples small enough to check by hand."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bridge.model import Assignment, DateRange, EventType, Member, Team
from bridge.scheduling.fair_share import HostRecord
from bridge.scheduling.round_robin import choose, simulate, standings
from bridge.scheduling.team import Pool
from tests.scheduling.building import event_type, local, schedule

NOW = local("2026-11-20 12:00")
LRB, PRIORITY, WEIGHTED = Assignment


def record(name: str, *days: str, last: str | None = None, joined: str | None = None) -> HostRecord:
    """Return a record of bookings made on days of November at noon; `last` is an older one."""
    booked = tuple(local(f"2026-11-{day} 12:00") for day in days)
    latest = local(f"{last} 12:00") if last else None
    return HostRecord(
        name, booked, max(booked, default=latest), local(f"2026-11-{joined} 12:00") if joined else None
    )


def group(assignment: Assignment, *members: Member) -> EventType:
    return event_type(team=Team(groups=(members,), assignment=assignment))


def chosen(kind: EventType, *records: HostRecord, among: tuple[str, ...] | None = None) -> tuple[str, str]:
    """Return who is chosen of everybody, or among some, and by which rule."""
    members = kind.team.groups[0]
    pool = Pool((), (tuple(each for each in members if among is None or each.host in among),))
    choice = choose(kind, pool, {each.host: each for each in records}, NOW, schedules={})
    (host,) = choice.hosts
    return host, str(choice.decision[0]["rule"])


ANNA, BEN, CARL = Member("anna"), Member("ben"), Member("carl")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([], ("anna", "config_order"), id="nobody booked yet"),
        pytest.param(
            [record("anna", "02"), record("carl", last="2025-01-01")],
            ("ben", "least_recently_booked"),
            id="never booked comes first",
        ),
        pytest.param(
            [record("anna", "02"), record("ben", "04"), record("carl", "03")],
            ("anna", "least_recently_booked"),
            id="longest ago",
        ),
        pytest.param(
            [record("anna", "02"), record("ben", last="2026-09-01"), record("carl", last="2026-10-01")],
            ("ben", "least_recently_booked"),
            id="last month counts too",
        ),
        pytest.param(
            [record("anna", "02"), record("ben", "02"), record("carl", "03")],
            ("anna", "config_order"),
            id="equals keep the order of the config",
        ),
    ],
)
def test_least_recently_booked_is_whose_last_booking_was_made_longest_ago(
    records: list[HostRecord], expected: tuple[str, str]
) -> None:
    assert chosen(group(LRB, ANNA, BEN, CARL), *records) == expected


def test_least_recently_booked_looks_at_neither_weight_nor_priority() -> None:
    kind = group(LRB, Member("anna", 900, 4), Member("ben", 0, 0))
    assert chosen(kind, record("anna", "02")) == ("ben", "least_recently_booked")


def test_the_highest_priority_is_chosen() -> None:
    kind = group(PRIORITY, Member("anna", 100, 1), Member("ben", 1, 4), Member("carl", 900, 3))
    assert chosen(kind, record("ben", "02", "03", "04")) == ("ben", "priority")
    assert chosen(kind, among=("anna", "carl")) == ("carl", "priority")


def test_among_equal_priorities_the_least_recently_booked_is_chosen() -> None:
    kind = group(PRIORITY, Member("anna", 100, 3), Member("ben", 100, 3), Member("carl", 100, 2))
    assert chosen(kind, record("anna", "02")) == ("ben", "least_recently_booked")


@pytest.mark.parametrize(
    ("weights", "bookings", "expected"),
    [
        pytest.param((100, 100, 100), (2, 1, 0), ("carl", "shortfall"), id="all weights equal"),
        pytest.param((200, 100, 100), (1, 1, 1), ("anna", "shortfall"), id="the heavier is due"),
        pytest.param((200, 100, 100), (2, 1, 1), ("anna", "weight"), id="among equals the larger weight"),
        pytest.param((100, 200, 200), (0, 0, 0), ("ben", "config_order"), id="a new month"),
        pytest.param((0, 100, 100), (0, 9, 9), ("ben", "config_order"), id="weight zero waits"),
        pytest.param((0, 100, 100), (0, 9, 8), ("carl", "shortfall"), id="weight zero still waits"),
    ],
)
def test_weighted_chooses_the_largest_shortfall(
    weights: tuple[int, int, int], bookings: tuple[int, int, int], expected: tuple[str, str]
) -> None:
    names = ("anna", "ben", "carl")
    kind = group(WEIGHTED, *(Member(name, weight) for name, weight in zip(names, weights, strict=True)))
    records = [record(name, *["10"] * count) for name, count in zip(names, bookings, strict=True)]
    assert chosen(kind, *records) == expected


def test_weight_zero_is_chosen_when_no_other_is_bookable() -> None:
    kind = group(WEIGHTED, Member("anna", 0), BEN, CARL)
    assert chosen(kind, among=("anna", "ben")) == ("ben", "weight_zero")
    assert chosen(kind, among=("anna",)) == ("anna", "only_one")


def test_equal_shortfall_and_weight_are_decided_by_priority_then_turn() -> None:
    kind = group(WEIGHTED, Member("anna", 100, 1), Member("ben", 100, 3), Member("carl", 100, 3))
    assert chosen(kind, among=("anna", "ben")) == ("ben", "priority")
    earlier = [record("anna", "02"), record("ben", "04"), record("carl", "03")]
    assert chosen(kind, *earlier) == ("carl", "least_recently_booked")


def test_the_shortfall_is_that_of_the_whole_group_though_few_are_bookable() -> None:
    """Anna 4, ben 1, carl 1 of weights 300, 100, 100: shares of 6 are 18/5, 6/5, 6/5.

    Anna is 2/5 over and carl 1/5 short. Of those two alone, shares of 5 would be 15/4 and 5/4.
    """
    kind = group(WEIGHTED, Member("anna", 300), BEN, CARL)
    records = {name: record(name, *["10"] * count) for name, count in (("anna", 4), ("ben", 1), ("carl", 1))}
    pool = Pool((), ((kind.team.groups[0][0], CARL),))
    decision = choose(kind, pool, records, NOW, schedules={}).decision[0]
    assert decision["chosen"] == "carl"
    members = decision["members"]
    assert isinstance(members, list)
    assert [each["shortfall"] for each in members] == ["-2/5", "1/5", "1/5"]
    assert [each["bookable"] for each in members] == [True, False, True]


def test_a_newcomer_in_mid_month_is_not_flooded() -> None:
    """Anna and ben had 4 each before carl joined: 4 are reckoned to him, so nobody is short."""
    kind = group(WEIGHTED, ANNA, BEN, CARL)
    old = [record("anna", "02", "04", "06", "08"), record("ben", "03", "05", "07", "09")]
    assert chosen(kind, *old, record("carl", joined="15")) == ("carl", "least_recently_booked")
    after = record("carl", "16", joined="15")
    assert chosen(kind, *old, after) == ("anna", "least_recently_booked")


def test_a_host_back_from_time_off_is_not_flooded() -> None:
    """Ben was given 4 in anna's absence, which are reckoned to her: the next go by turns."""
    kind = group(WEIGHTED, ANNA, BEN)
    away = schedule(off=(DateRange(date(2026, 11, 2), date(2026, 11, 6)),))
    records = {"anna": record("anna"), "ben": record("ben", "02", "03", "04", "05")}
    next_four = simulate(kind, records, NOW, schedules={"anna": away}, count=4)
    assert [each.hosts for each in next_four] == [("anna",), ("ben",), ("anna",), ("ben",)]
    flooded = simulate(kind, records, NOW, schedules={}, count=4)
    assert [each.hosts for each in flooded] == [("anna",)] * 4


def test_fixed_hosts_attend_and_the_first_of_them_is_the_organiser() -> None:
    team = Team(fixed=("zoe", "dora"), groups=((ANNA, BEN), (CARL,)))
    kind = event_type(team=team)
    choice = choose(kind, Pool(team.fixed, team.groups), {"anna": record("anna", "02")}, NOW, schedules={})
    assert choice.hosts == ("zoe", "dora", "ben", "carl")


def test_without_fixed_hosts_the_first_groups_host_is_the_organiser() -> None:
    team = Team(groups=((ANNA, BEN), (CARL,)))
    choice = choose(event_type(team=team), Pool((), ((BEN,), (CARL,))), {}, NOW, schedules={})
    assert choice.hosts == ("ben", "carl")


def test_each_group_is_decided_by_itself_with_figures_that_json_can_hold() -> None:
    team = Team(groups=((ANNA, BEN), (CARL,)), assignment=WEIGHTED)
    records = {"anna": record("anna", "02"), "carl": record("carl", "02", "03")}
    decision = choose(event_type(team=team), Pool((), team.groups), records, NOW, schedules={}).decision
    assert json.loads(json.dumps(decision)) == list(decision)
    first, second = decision
    assert (first["group"], first["assignment"], first["chosen"], first["rule"]) == (
        0,
        "weighted",
        "ben",
        "shortfall",
    )
    assert (second["group"], second["chosen"], second["rule"]) == (1, "carl", "only_one")
    assert first["members"] == [
        {
            "host": "anna",
            "weight": 100,
            "priority": 2,
            "bookings": 1,
            "calibration": "0",
            "shortfall": "-1/2",
            "last_booked_at": "2026-11-02T11:00:00+00:00",
            "bookable": True,
        },
        {
            "host": "ben",
            "weight": 100,
            "priority": 2,
            "bookings": 0,
            "calibration": "0",
            "shortfall": "1/2",
            "last_booked_at": None,
            "bookable": True,
        },
    ]


def test_a_team_of_fixed_hosts_decides_nothing() -> None:
    team = Team(fixed=("anna", "ben"))
    choice = choose(event_type(team=team), Pool(team.fixed, ()), {}, NOW, schedules={})
    assert choice.hosts == ("anna", "ben")
    assert choice.decision == ()


def test_standings_list_each_group_in_the_order_in_which_its_members_are_due() -> None:
    kind = group(WEIGHTED, Member("anna", 200), BEN, Member("carl", 0))
    (standing,) = standings(
        kind, {"anna": record("anna", "02"), "ben": record("ben", "03")}, NOW, schedules={}
    )
    assert [each.member.host for each in standing.figures] == ["anna", "ben", "carl"]
    assert standing.rule == "shortfall"


def test_a_simulation_begins_with_who_is_due_and_follows_the_weights() -> None:
    kind = group(WEIGHTED, Member("anna", 200), BEN)
    choices = simulate(kind, {}, NOW, schedules={}, count=6)
    assert "".join(each.hosts[0][0] for each in choices) == "abaaba"


def test_a_simulation_goes_by_turns_where_turns_decide() -> None:
    choices = simulate(
        group(LRB, ANNA, BEN, CARL), {"anna": record("anna", "02")}, NOW, schedules={}, count=5
    )
    assert [each.hosts[0] for each in choices] == ["ben", "carl", "anna", "ben", "carl"]
