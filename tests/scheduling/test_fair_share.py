"""Worked examples of the month's figures, each small enough to check by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

import pytest

from bridge.model import Assignment, DateRange, EventType, Member, Schedule, Team
from bridge.scheduling.fair_share import Figures, HostRecord, figures, month_start
from bridge.scheduling.round_robin import simulate
from tests.scheduling.building import KOLKATA, event_type, local, schedule, utc, wall

NOW = local("2026-11-20 12:00")
NOBODY_OFF: Mapping[str, Schedule] = {}


def weighted(**weights: int) -> EventType:
    """Return an event type whose hosts have these weights."""
    group = tuple(Member(name, weight) for name, weight in weights.items())
    return event_type(team=Team(groups=(group,), assignment=Assignment.WEIGHTED))


def on(*days: str) -> tuple[datetime, ...]:
    """Return when bookings were made: on these days of November, at noon."""
    return tuple(local(f"2026-11-{day} 12:00") for day in days)


def given(name: str, *days: str, joined: str | None = None) -> HostRecord:
    """Return a record of bookings made on these days, the host having joined at noon of another."""
    booked = on(*days)
    return HostRecord(name, booked, booked[-1] if booked else None, on(joined)[0] if joined else None)


def reckon(
    kind: EventType, *records: HostRecord, now: datetime = NOW, schedules: Mapping[str, Schedule] = NOBODY_OFF
) -> dict[str, Figures]:
    found = figures(
        kind, kind.team.groups[0], {each.host: each for each in records}, now, schedules=schedules
    )
    return {each.member.host: each for each in found}


def shortfalls(found: dict[str, Figures]) -> list[str]:
    return [str(each.shortfall) for each in found.values()]


@pytest.mark.parametrize(
    ("weights", "bookings", "expected"),
    [
        pytest.param((100, 100, 100), (0, 0, 0), ["0", "0", "0"], id="nothing given yet"),
        pytest.param((100, 100, 100), (2, 1, 0), ["-1", "0", "1"], id="all weights equal"),
        pytest.param((200, 100, 100), (1, 1, 1), ["1/2", "-1/4", "-1/4"], id="one twice as heavy"),
        pytest.param((100, 50, 0), (2, 1, 0), ["0", "0", "0"], id="exactly fair, one weight zero"),
        pytest.param((100, 100, 0), (1, 1, 1), ["1/2", "1/2", "-1"], id="weight zero has no share"),
        pytest.param((0, 0, 0), (1, 0, 0), ["-1", "0", "0"], id="all weights zero"),
        pytest.param((1, 1, 1), (0, 0, 7), ["7/3", "7/3", "-14/3"], id="thirds stay exact"),
    ],
)
def test_shortfall_is_the_fair_share_less_what_was_given(
    weights: tuple[int, int, int], bookings: tuple[int, int, int], expected: list[str]
) -> None:
    kind = weighted(**dict(zip(("anna", "ben", "carl"), weights, strict=True)))
    records = [
        given(name, *["10"] * count) for name, count in zip(("anna", "ben", "carl"), bookings, strict=True)
    ]
    assert shortfalls(reckon(kind, *records)) == expected


def test_a_host_without_a_record_was_given_nothing() -> None:
    found = reckon(weighted(anna=100, ben=100), given("anna", "02", "03"))
    assert shortfalls(found) == ["-1", "1"]
    assert found["ben"].last_booked_at is None


def test_only_bookings_made_this_month_count() -> None:
    before = HostRecord("anna", (local("2026-10-31 23:59"), local("2026-11-01 00:00")))
    assert reckon(weighted(anna=100), before)["anna"].bookings == 1


def test_the_month_is_that_of_the_event_types_zone() -> None:
    kind = event_type(timezone=KOLKATA)
    assert month_start(kind, utc("2026-10-31 18:30")) == utc("2026-10-31 18:30")
    assert month_start(kind, utc("2026-10-31 18:29")) == utc("2026-09-30 18:30")
    assert month_start(event_type(), utc("2026-10-31 22:59")) == utc("2026-09-30 22:00")


def test_a_newcomer_is_reckoned_the_mean_of_what_the_earlier_were_given_before() -> None:
    """Until the 15th anna got 3 and ben 2, then anna 1 more: carl starts with (3 + 2) / 2.

    In all 6 given and 5/2 reckoned, so 17/6 each.
    """
    found = reckon(
        weighted(anna=100, ben=100, carl=100),
        given("anna", "02", "05", "09", "16"),
        given("ben", "03", "06"),
        given("carl", joined="15"),
    )
    assert found["carl"].calibration == Fraction(5, 2)
    assert [found[name].calibration for name in ("anna", "ben")] == [0, 0]
    assert shortfalls(found) == ["-7/6", "5/6", "1/3"]


def test_a_newcomers_own_bookings_add_to_what_is_reckoned() -> None:
    found = reckon(weighted(anna=100, carl=100), given("anna", "02", "03"), given("carl", "16", joined="15"))
    assert found["carl"].calibration == 2
    assert shortfalls(found) == ["1/2", "-1/2"]


def test_what_was_given_at_the_moment_of_joining_is_no_longer_reckoned() -> None:
    found = reckon(weighted(anna=100, carl=100), given("anna", "02", "15"), given("carl", joined="15"))
    assert found["carl"].calibration == 1


@pytest.mark.parametrize(("own", "reckoned"), [((), 3), (("03",), 2), (("03", "04", "05", "06"), -1)])
def test_who_joins_once_more_is_reckoned_what_was_missing_or_too_much(
    own: tuple[str, ...], reckoned: int
) -> None:
    again = given("carl", *own, joined="15")
    found = reckon(weighted(anna=100, carl=100), given("anna", "02", "03", "04"), again)
    assert found["carl"].calibration == reckoned


def test_of_two_newcomers_the_later_is_measured_by_the_earlier_too() -> None:
    """Carl joined on the 5th, dora on the 10th: anna got 4 before the 5th, carl 2 before the 10th.

    Of anna's each counts whole for both; of carl's, when two were there, half for dora.
    """
    found = reckon(
        weighted(anna=100, carl=100, dora=100),
        given("anna", "02", "02", "03", "04"),
        given("carl", "06", "07", joined="05"),
        given("dora", joined="10"),
    )
    assert [each.calibration for each in found.values()] == [0, 4, 5]


def test_hosts_who_all_began_together_are_no_newcomers() -> None:
    found = reckon(
        weighted(anna=100, ben=100), given("anna", "12", "13", joined="10"), given("ben", joined="10")
    )
    assert [each.calibration for each in found.values()] == [0, 0]


def test_who_joined_before_this_month_is_no_newcomer() -> None:
    early = HostRecord("carl", joined_at=local("2026-10-31 12:00"))
    assert reckon(weighted(anna=100, carl=100), given("anna", "02"), early)["carl"].calibration == 0


def off(*ranges: tuple[str, str]) -> Schedule:
    """Return a schedule with these days of November off."""
    days = tuple(DateRange(date(2026, 11, int(first)), date(2026, 11, int(last))) for first, last in ranges)
    return schedule(off=days)


def test_back_from_time_off_a_host_is_reckoned_what_the_others_were_given_meanwhile() -> None:
    """Anna was off from the 2nd to the 6th; ben was given 3 then and 1 later, carl 2 then.

    Anna starts with (3 + 2) / 2. In all 6 given and 5/2 reckoned, so 17/6 each.
    """
    found = reckon(
        weighted(anna=100, ben=100, carl=100),
        given("anna"),
        given("ben", "02", "04", "06", "09"),
        given("carl", "03", "05"),
        schedules={"anna": off(("02", "06")), "ben": off(), "carl": off()},
    )
    assert [each.calibration for each in found.values()] == [Fraction(5, 2), 0, 0]
    assert shortfalls(found) == ["1/3", "-7/6", "5/6"]


def test_days_off_are_whole_days_of_the_hosts_own_zone_each_counted_once() -> None:
    away = off(("02", "03"), ("03", "03"))
    made = tuple(
        local(each)
        for each in ("2026-11-01 23:59", "2026-11-02 00:00", "2026-11-03 23:59", "2026-11-04 00:00")
    )
    found = reckon(weighted(anna=100, ben=100), HostRecord("ben", made), schedules={"anna": away})
    assert found["anna"].calibration == 2


def test_a_closed_day_set_by_hand_is_a_day_off_and_one_with_hours_is_none() -> None:
    first, second = (date(2026, 11, day) for day in (2, 3))
    away = schedule(off=(DateRange(first, first),), set_days={first: wall("09:00-10:00"), second: ()})
    found = reckon(weighted(anna=100, ben=100), given("ben", "02", "03", "03"), schedules={"anna": away})
    assert found["anna"].calibration == 2


def test_days_off_before_this_month_do_not_count() -> None:
    away = schedule(off=(DateRange(date(2026, 10, 20), date(2026, 11, 2)),))
    found = reckon(weighted(anna=100, ben=100), given("ben", "02", "03"), schedules={"anna": away})
    assert found["anna"].calibration == 1


def test_a_newcomers_days_off_before_joining_are_not_reckoned_twice() -> None:
    found = reckon(
        weighted(anna=100, ben=100),
        given("anna", joined="10"),
        given("ben", "03", "04", "12"),
        schedules={"anna": off(("01", "04"), ("12", "12"))},
    )
    assert found["anna"].calibration == 2 + 1


def test_a_host_alone_has_nothing_missing() -> None:
    found = reckon(
        weighted(anna=100), given("anna", "02", joined="01"), schedules={"anna": off(("02", "03"))}
    )
    assert found["anna"].calibration == 0
    assert found["anna"].shortfall == 0


def test_what_hosts_of_weight_zero_were_given_is_not_reckoned() -> None:
    found = reckon(
        weighted(anna=100, ben=0, carl=100),
        given("anna", "02"),
        given("ben", "03"),
        given("carl", joined="10"),
    )
    assert [each.calibration for each in found.values()] == [0, 0, 1]


def test_what_was_given_while_away_is_set_against_the_share_of_what_others_were() -> None:
    found = reckon(
        weighted(anna=50, ben=100, carl=100),
        given("anna", "03"),
        given("ben", "02", "04"),
        given("carl", "05", "06"),
        schedules={"anna": off(("02", "06"))},
    )
    assert found["anna"].calibration == 4 * Fraction(50, 200) - 1


@pytest.mark.parametrize(
    ("newcomer", "count", "share"), [(25, 65, 5), (200, 100, 40)], ids=["a quarter", "double"]
)
@pytest.mark.parametrize("before", [60, 336])
def test_from_the_day_of_joining_the_share_is_the_weights(
    newcomer: int, count: int, share: int, before: int
) -> None:
    kind = weighted(anna=100, ben=100, carl=100, dora=newcomer)
    times = on("02") * (before // 3)
    records = {name: HostRecord(name, times, times[-1]) for name in ("anna", "ben", "carl")}
    records["dora"] = given("dora", joined="15")
    assert _given_next(kind, records, count)["dora"] == share


def test_two_back_from_the_same_week_off_and_a_second_newcomer_get_their_weights_share() -> None:
    kind = weighted(anna=100, ben=50, carl=100, dora=25, emil=75)
    away = off(("02", "08"))
    records = {
        "anna": given("anna", *["02", "03", "04"] * 20),
        "ben": given("ben", "10"),
        "carl": given("carl", "11"),
        "dora": given("dora", joined="12"),
        "emil": given("emil", joined="13"),
    }
    given_next = _given_next(kind, records, 140, schedules={"ben": away, "carl": away})
    # What had been given unevenly while all were there, by the 13th, is made up for first.
    shares = {"anna": 40, "ben": 20, "carl": 40, "dora": 10, "emil": 30}
    assert all(abs(given_next[name] - share) <= 2 for name, share in shares.items())


def _given_next(
    kind: EventType,
    records: Mapping[str, HostRecord],
    count: int,
    schedules: Mapping[str, Schedule] = NOBODY_OFF,
) -> Counter[str]:
    choices = simulate(kind, records, NOW, schedules=schedules, count=count)
    return Counter(choice.hosts[0] for choice in choices)


def test_figures_are_told_as_json_with_exact_fractions() -> None:
    found = reckon(weighted(anna=100, ben=50), given("anna", "02"))
    assert found["anna"].as_json() == {
        "host": "anna",
        "weight": 100,
        "priority": 2,
        "bookings": 1,
        "calibration": "0",
        "shortfall": "-1/3",
        "last_booked_at": "2026-11-02T11:00:00+00:00",
    }
    assert found["ben"].as_json()["last_booked_at"] is None
