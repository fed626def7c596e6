"""What `bridge team`, `bridge no-show` and `bridge explain` say of a team."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bridge.booking.joins import record_joins
from bridge.cli import main
from bridge.model import BookingState
from tests.cast.clock import PresentClock
from tests.cast.config import ANNA, BEN, CARL, DORA, salon_toml
from tests.cast.reading import load_config
from tests.cast.unruly import UnrulySalon

TEAMS = {
    "visit": 'hosts = ["anna", { host = "ben", weight = 50 }, { host = "carl", weight = 0 }]\n'
    'assignment = "weighted"',
    "pair": 'fixed_hosts = ["dora"]\ngroups = [["anna", "ben"], ["carl"]]\nassignment = "priority"',
    "both": 'fixed_hosts = ["anna", "ben"]',
}
Command = Callable[..., Result]


@pytest.fixture
def config(sqlite_url: str, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    staff = (ANNA, replace(BEN, lines="priority = 4"), CARL, DORA)
    path.write_text(salon_toml(sqlite_url, *staff, **TEAMS))
    return path


@pytest.fixture
def command(config: Path) -> Command:
    """Runs the command on the salon's configuration."""
    runner = CliRunner()
    return lambda *words: runner.invoke(main, ["--config", str(config), *words])


@pytest.fixture
def salon(config: Path) -> Iterator[UnrulySalon]:
    """The salon on the same database, now: anna was given two visits, ben one."""
    opened = UnrulySalon(load_config(config, {}), clock=PresentClock())
    record_joins(opened.bridge.context)
    now = opened.clock.now()
    for number, host in enumerate(("anna", "ben", "anna")):
        opened.given(host, now + timedelta(microseconds=number))
    yield opened
    opened.bridge.stop()


def lines(result: Result) -> list[str]:
    """Return the lines of an answer with single blanks."""
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.output.splitlines()]


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.mark.usefixtures("salon")
def test_a_team_is_shown_in_the_order_in_which_its_hosts_are_due(command: Command) -> None:
    """Of three visits anna's share is 100/150, so 2, and ben's 50/150, so 1: both have them."""
    said = lines(command("team", "visit"))
    assert said[0].startswith("Visit: bookings made since ")
    assert said[2] == "host weight priority bookings calibration shortfall last booked"
    figures = [" ".join(row.split()[:6]) for row in said[3:5]]
    assert figures == ["anna 100 2 2 0 0", "ben 50 4 1 0 0"]
    assert said[5:] == ["carl 0 2 0 0 0 never", "Next: anna (an equal shortfall and a larger weight)."]


@pytest.mark.usefixtures("salon")
def test_programs_get_the_figures_exactly_and_as_decimals(command: Command) -> None:
    told = answer(command("team", "visit", "--simulate", "2", "--json"))
    assert (told["event_type"], told["assignment"], told["fixed_hosts"]) == ("visit", "weighted", [])
    (group,) = told["groups"]
    assert (group["next"], group["rule"]) == ("anna", "weight")
    assert [each["host"] for each in group["members"]] == ["anna", "ben", "carl"]
    assert told["simulated"] == [
        {"hosts": ["anna"], "rules": ["weight"]},
        {"hosts": ["ben"], "rules": ["shortfall"]},
    ]


def test_a_fraction_is_told_exactly_and_as_a_decimal(command: Command, salon: UnrulySalon) -> None:
    salon.given("ben", salon.clock.now())
    anna, ben, _ = answer(command("team", "visit", "--json"))["groups"][0]["members"]
    assert (anna["shortfall"], anna["shortfall_decimal"]) == ("2/3", 0.6667)
    assert (ben["shortfall"], ben["shortfall_decimal"]) == ("-2/3", -0.6667)
    assert any("2/3 (0.67)" in line for line in lines(command("team", "visit")))


@pytest.mark.usefixtures("salon")
def test_a_simulation_says_who_the_next_bookings_would_go_to(command: Command) -> None:
    said = lines(command("team", "visit", "--simulate", "6"))
    begin = said.index("The next 6 bookings, if all are bookable") + 2
    assert [row.split()[1] for row in said[begin : begin + 6]] == ["anna", "ben", "anna"] * 2
    assert said[-1] == "In all: anna 4, ben 2."
    assert lines(command("team", "visit"))[-1].startswith("Next: anna")  # nothing was booked


@pytest.mark.usefixtures("salon")
def test_each_group_and_who_always_attends_is_shown(command: Command) -> None:
    said = lines(command("team", "pair", "--simulate", "1"))
    assert said[1:3] == ["Always attending: dora.", "Group 1, priority"]
    assert "Next: ben (the highest priority)." in said
    assert "Next: carl (nobody else could be chosen)." in said
    assert said[-1] == "In all: dora 1, ben 1, carl 1."


def test_a_team_of_fixed_hosts_has_nobody_to_choose(command: Command) -> None:
    assert lines(command("team", "both", "--simulate", "3"))[1:] == [
        "Always attending: anna, ben.",
        "Nobody has to be chosen.",
    ]


def test_an_unknown_event_type_is_not_found(command: Command) -> None:
    assert command("team", "haircut").exit_code == 5


def test_a_no_show_is_recorded_and_taken_back(command: Command, salon: UnrulySalon) -> None:
    booking = salon.bookings()[0]
    (said,) = lines(command("no-show", booking.id[:8]))
    assert said == f"Booking {booking.id[:8]} is recorded as a no-show."
    assert salon.booking(booking).state is BookingState.NO_SHOW
    told = answer(command("no-show", booking.id, "--undo", "--json"))
    assert (told["status"], told["booking"]["state"]) == ("success", "confirmed")
    assert salon.booking(booking).state is BookingState.CONFIRMED


def test_a_coming_appointment_is_refused_as_a_no_show(command: Command, salon: UnrulySalon) -> None:
    start = (salon.clock.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    booking = salon.booked("visit", "kim", start)
    refused = command("no-show", booking.id)
    assert (refused.exit_code, refused.output.strip()) == (
        1,
        "This appointment has not begun yet; until then it can be cancelled.",
    )
    assert command("no-show", "ffffffff").exit_code == 5


def test_explain_says_who_was_chosen_by_which_rule_and_figures(command: Command, salon: UnrulySalon) -> None:
    start = (salon.clock.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    salon.busy("anna", start)
    booking = salon.booked("visit", "kim", start)
    said = lines(command("explain", "visit", start.isoformat()))
    begin = next(number for number, line in enumerate(said) if line.startswith("Booking "))
    assert said[begin].startswith(f"Booking {booking.id[:8]} (confirmed) with ben, made ")
    assert said[begin + 1] == "ben was chosen (weighted): all others have weight 0"
    figures = [row.split()[:7] for row in said[begin + 3 :]]
    assert figures[0] == ["anna", "not", "bookable", "100", "2", "2", "0"]
    assert figures[1] == ["ben", "chosen", "50", "4", "1", "0", "0"]
    assert figures[2] == ["carl", "bookable", "0", "2", "0", "0", "0"]


def test_explain_says_that_fixed_hosts_were_not_chosen(command: Command, salon: UnrulySalon) -> None:
    start = (salon.clock.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    salon.booked("both", "kim", start)
    assert lines(command("explain", "both", start.isoformat()))[-1].endswith("; nobody had to be chosen.")
