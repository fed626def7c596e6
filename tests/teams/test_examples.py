"""Worked examples of who is chosen, by what the database holds: each is small enough to check by hand.

It is Monday, 2026-11-23, 07:00 UTC. A history tells who was given a booking of this event type when
(day and hour of November, unless a month is named) and, if it is no longer confirmed, its state.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bridge.booking.round_robin import forecast
from bridge.model import BookingState
from tests.cast.clock import TEN, TurnableClock
from tests.cast.config import ANNA, BEN, CARL, Staff
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon

Figures = dict[str, tuple[int, str, str]]

BY_TURN = 'hosts = ["anna", "ben"]'
BY_PRIORITY = 'assignment = "priority"\nhosts = ["anna", {{ host = "ben", priority = {} }}, "carl"]'
WEIGHTED = 'assignment = "weighted"\nhosts = ["anna", "ben", "carl"]'


def weighted(**weights: int) -> str:
    hosts = ", ".join(f'{{ host = "{name}", weight = {weight} }}' for name, weight in weights.items())
    return f'assignment = "weighted"\nhosts = [{hosts}]'


def november(text: str) -> datetime:
    """Return the moment that `20`, `20 09:30` or `2026-10-31 18:30` means, by default at 08:00."""
    day, _, time = text.partition(" ")
    return datetime.fromisoformat(f"{day if '-' in day else f'2026-11-{day}'} {time or '08:00'}+00:00")


def remember(salon: UnrulySalon, *history: str, of: str = "visit") -> None:
    """Let bookings have been made: `anna 20`, or `anna 20 09:30 cancelled`."""
    for line in history:
        host, _, rest = line.partition(" ")
        when, _, last = rest.rpartition(" ")
        stated = last in set(BookingState)
        state = BookingState(last) if stated else BookingState.CONFIRMED
        salon.given(host, november(when if stated else rest), state, of=of)


def chosen_for(salon: UnrulySalon, start: datetime = TEN) -> tuple[str, str, list[Any]]:
    """Return who a caller gets, by which rule, and each member's figures."""
    booking = salon.booked("visit", "kim", start)
    part: Any = booking.decision[0]
    assert booking.hosts == (part["chosen"],)
    return part["chosen"], part["rule"], part["members"]


def decided(salon: UnrulySalon, start: datetime = TEN) -> tuple[str, str, Figures]:
    """Return who a caller gets by weights, by which rule, and each one's part in the month."""
    chosen, rule, members = chosen_for(salon, start)
    figures: Figures = {
        each["host"]: (each["bookings"], each["calibration"], each["shortfall"]) for each in members
    }
    return chosen, rule, figures


@pytest.mark.parametrize(
    ("lines", "history", "chosen", "rule"),
    [
        pytest.param(BY_TURN, [], "anna", "config_order", id="nobody was ever booked"),
        pytest.param(BY_TURN, ["anna 20"], "ben", "least_recently_booked", id="never booked comes first"),
        pytest.param(BY_TURN, ["anna 20", "ben 19"], "ben", "least_recently_booked", id="longest ago"),
        pytest.param(
            BY_TURN,
            ["anna 15", "ben 16", "anna 20 cancelled", "anna 21 no_show", "anna 22 failed"],
            "anna",
            "least_recently_booked",
            id="what came to nothing does not count",
        ),
        pytest.param(
            BY_TURN, ["anna 15", "ben 16", "anna 22 held"], "ben", "least_recently_booked", id="a hold counts"
        ),
        pytest.param(
            BY_TURN,
            ["anna 2025-11-20", "ben 2026-01-02"],
            "anna",
            "least_recently_booked",
            id="turns are not by the month",
        ),
        pytest.param(
            BY_PRIORITY.format(3), ["ben 22"], "ben", "priority", id="highest priority though just booked"
        ),
        pytest.param(
            BY_PRIORITY.format(1),
            ["anna 22", "carl 21"],
            "carl",
            "least_recently_booked",
            id="equal priorities by turn",
        ),
    ],
)
def test_by_turn_and_by_priority(
    open_salon: OpenSalon, lines: str, history: list[str], chosen: str, rule: str
) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=lines)
    remember(salon, *history)
    who, why, members = chosen_for(salon)
    assert (who, why) == (chosen, rule)
    # Nothing else was read for it, so nothing else is said of it.
    assert all(each.keys() == {"host", "priority", "last_booked_at", "bookable"} for each in members)


@pytest.mark.parametrize(
    ("lines", "history", "chosen", "rule", "figures"),
    [
        pytest.param(
            WEIGHTED,
            ["anna 02", "anna 03", "ben 10", "carl 09"],  # 4, so 4/3 each; carl was booked before ben
            "carl",
            "least_recently_booked",
            [(2, "0", "-2/3"), (1, "0", "1/3"), (1, "0", "1/3")],
            id="all weights equal",
        ),
        pytest.param(
            weighted(anna=200, ben=100, carl=100),
            ["anna 02", "ben 03", "carl 04"],  # 3, of which anna's share is 3/2
            "anna",
            "shortfall",
            [(1, "0", "1/2"), (1, "0", "-1/4"), (1, "0", "-1/4")],
            id="the heavier is due again",
        ),
        pytest.param(
            weighted(anna=100, ben=300),
            [],
            "ben",
            "weight",
            [(0, "0", "0"), (0, "0", "0")],
            id="at first the heaviest",
        ),
        pytest.param(
            weighted(anna=100, ben=100, carl=0),
            ["anna 03", "ben 02"],  # carl's share is nothing, so nothing is missing to him
            "ben",
            "least_recently_booked",
            [(1, "0", "0"), (1, "0", "0"), (0, "0", "0")],
            id="one weight zero",
        ),
        pytest.param(
            weighted(anna=100, ben=100),
            ["anna 2026-10-05", "anna 2026-10-06", "anna 2026-10-31 23:59", "ben 2026-11-01 00:00"],
            "anna",
            "shortfall",
            [(0, "0", "1/2"), (1, "0", "-1/2")],
            id="only this month counts",
        ),
        pytest.param(
            f'{weighted(anna=100, ben=100)}\ntimezone = "Asia/Kolkata"',
            ["anna 2026-10-31 18:29", "ben 2026-10-31 18:30"],  # 23:59 and midnight there
            "anna",
            "shortfall",
            [(0, "0", "1/2"), (1, "0", "-1/2")],
            id="the month is the event type's",
        ),
        pytest.param(
            weighted(anna=100, ben=100),
            ["anna 20 held", "ben 19 cancelled", "ben 20 no_show", "ben 21 failed"],
            "ben",
            "shortfall",
            [(1, "0", "-1/2"), (0, "0", "1/2")],
            id="holds count, and nothing that came to nothing",
        ),
    ],
)
def test_by_weight(
    open_salon: OpenSalon,
    lines: str,
    history: list[str],
    chosen: str,
    rule: str,
    figures: list[tuple[int, str, str]],
) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=lines)
    remember(salon, *history)
    start = TEN.replace(minute=30)  # on the step in Kolkata too
    assert decided(salon, start) == (chosen, rule, dict(zip(("anna", "ben", "carl"), figures, strict=False)))


def test_weight_zero_is_chosen_when_no_other_is_bookable(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=weighted(anna=100, ben=100, carl=0))
    salon.busy("anna", TEN)
    salon.busy("ben", TEN)
    assert decided(salon)[:2] == ("carl", "only_one")


def test_what_another_event_type_gave_does_not_count(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=BY_TURN, other='hosts = ["anna"]')
    remember(salon, "anna 22", of="other")
    remember(salon, "ben 10")
    assert chosen_for(salon)[0] == "anna"


def test_weight_and_priority_may_be_set_per_event_type(open_salon: OpenSalon) -> None:
    own = "weight = 10\npriority = 4"
    salon = open_salon(
        ANNA,
        Staff("ben", lines=own),
        visit='hosts = ["anna", { host = "ben", weight = 300 }]\nassignment = "weighted"',
        other='hosts = ["anna", "ben"]\nassignment = "weighted"',
    )
    due = [forecast(salon.bridge.context, salon.event_type(each), 0)[0][0] for each in ("visit", "other")]
    assert [(each.figures[0].member.host, each.rule) for each in due] == [
        ("ben", "weight"),
        ("anna", "weight"),
    ]
    assert [each.member.priority for each in due[0].figures] == [4, 2]


def test_a_newcomer_in_mid_month_is_not_flooded(open_salon: OpenSalon) -> None:
    """Carl comes on the 15th, when anna had 4 and ben 2: he is reckoned 3. Then anna is given 1 more.

    In all 7 given and 3 reckoned, so 10/3 each: to ben 4/3 are missing, to carl 1/3. Had he been
    reckoned nothing, all would go to him.
    """
    clock = TurnableClock(november("10"))
    open_salon(ANNA, BEN, clock=clock, visit='assignment = "weighted"\nhosts = ["anna", "ben"]')
    clock.moment = november("15")
    salon = open_salon(ANNA, BEN, CARL, clock=clock, visit=WEIGHTED)
    clock.moment = november("23")
    remember(salon, "anna 10", "anna 11", "anna 12", "anna 13", "ben 13", "ben 14", "anna 16")
    assert decided(salon) == (
        "ben",
        "shortfall",
        {"anna": (5, "0", "-5/3"), "ben": (2, "0", "4/3"), "carl": (0, "3", "1/3")},
    )


def test_a_host_back_from_time_off_is_not_flooded(open_salon: OpenSalon) -> None:
    """Ben was off from the 16th to the 18th, when anna was given 3 and carl 1: he is reckoned 2.

    In all 4 given and 2 reckoned, so 2 each: to carl 1 is missing, to ben nothing.
    """
    ben = Staff("ben", lines='time_off = ["2026-11-16/2026-11-18"]')
    clock = TurnableClock(november("01"))
    salon = open_salon(ANNA, ben, CARL, clock=clock, visit=WEIGHTED)
    clock.moment = november("23")
    remember(salon, "anna 16 00:00", "anna 17", "anna 18 23:59", "carl 17")
    assert decided(salon) == (
        "carl",
        "shortfall",
        {"anna": (3, "0", "-1"), "ben": (0, "2", "0"), "carl": (1, "0", "1")},
    )


def test_a_host_who_comes_back_to_an_event_type_is_reckoned_what_was_missed(open_salon: OpenSalon) -> None:
    """Ben had 1 when he was taken out on the 14th. When he came back on the 20th, anna had 5.

    He is reckoned the 4 that are missing to hers, so nothing is missing to either; turns decide.
    """
    both = 'assignment = "weighted"\nhosts = ["anna", "ben"]'
    clock = TurnableClock(november("10"))
    open_salon(ANNA, BEN, clock=clock, visit=both)
    clock.moment = november("14")
    open_salon(ANNA, BEN, clock=clock, visit='assignment = "weighted"\nhosts = ["anna"]')
    clock.moment = november("20")
    salon = open_salon(ANNA, BEN, clock=clock, visit=both)
    clock.moment = november("23")
    remember(salon, "anna 11", "ben 12", "anna 13", "anna 15", "anna 16", "anna 17")
    assert decided(salon) == (
        "ben",
        "least_recently_booked",
        {"anna": (5, "0", "0"), "ben": (1, "4", "0")},
    )


def test_who_comes_next_is_who_is_given_the_next_bookings(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, CARL, visit=weighted(anna=300, ben=200, carl=100))
    remember(salon, "anna 02", "carl 20")
    foretold = [each.hosts for each in forecast(salon.bridge.context, salon.event_type("visit"), 6)[1]]
    given = []
    for number in range(6):
        salon.clock.turn(seconds=1)
        given.append(salon.booked("visit", f"caller {number}", TEN.replace(hour=10 + number)).hosts)
    assert given == foretold
