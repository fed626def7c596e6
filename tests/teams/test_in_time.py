"""The first choice is lost: to another caller, to its own calendar, or to silence. The next is tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.model import BookingState
from tests.teams.conftest import OpenFirm
from tests.teams.firm import ANNA, BEN, CARL, HALF_PAST, TEN, Firm
from tests.vendors.unruly import Trouble

TRIO = 'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]'
UNREACHABLE = "The calendar cannot be reached right now. Please try again in a moment."
GONE = "Appointment slot is no longer available"


def once(step: str, happen: Callable[[], object]) -> Callable[[str], None]:
    """Return what to do at a step, the first time only."""
    waiting = [happen]

    def watch(reached: str) -> None:
        if reached == step and waiting:
            waiting.pop()()

    return watch


def slow(firm: Firm, *meanwhile: Callable[[], object], seconds: float = 1.5) -> None:
    """Let the next hold take longer than an answer stays fresh, and things happen meanwhile."""

    def happen() -> None:
        firm.clock.turn(seconds=seconds)
        for each in meanwhile:
            each()

    firm.watch = once("held", happen)


def assert_nothing_is_left(firm: Firm) -> None:
    (failed,) = firm.bookings()
    assert failed.state is BookingState.FAILED
    assert not firm.claims(failed)
    assert set(firm.write_states(failed)) == {"gone"}
    assert not [event for event in firm.events() if event.booking_id]


def test_a_host_whose_calendar_fills_in_this_moment_is_passed_over(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(firm, lambda: firm.busy("anna", TEN))
    booking = firm.booked("visit", "kim", TEN)
    assert booking.hosts == firm.booking(booking).hosts == ("ben",)
    assert firm.claimed(booking) == ["ben"]
    assert firm.write_states(booking) == ["gone", "done"]
    assert firm.calendars_of(booking) == ["ben"]
    firm.is_consistent()


def test_the_next_host_is_asked_again_too(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, CARL, visit='hosts = ["anna", "ben", "carl"]')
    slow(firm, lambda: firm.busy("anna", TEN), lambda: firm.busy("ben", TEN))
    assert firm.booked("visit", "kim", TEN).hosts == ("carl",)
    firm.is_consistent()


def test_when_all_hosts_turn_out_busy_the_slot_is_gone_and_nothing_is_left(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(firm, lambda: firm.busy("anna", TEN), lambda: firm.busy("ben", TEN))
    assert firm.ask("visit", "kim", TEN).reason.startswith(GONE)
    assert_nothing_is_left(firm)


def test_a_fixed_host_who_turns_out_busy_has_no_substitute(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, CARL, visit=TRIO)
    slow(firm, lambda: firm.busy("anna", TEN))
    assert firm.ask("visit", "kim", TEN).reason.startswith(GONE)
    assert_nothing_is_left(firm)


def test_of_a_team_only_who_turned_out_busy_is_replaced(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, CARL, visit=TRIO)
    slow(firm, lambda: firm.busy("ben", TEN))
    booking = firm.booked("visit", "kim", TEN)
    assert booking.hosts == ("anna", "carl")
    assert firm.guests(booking) == ["carl@example.com"]
    firm.is_consistent()


def test_a_bookings_own_hold_is_not_counted_when_the_next_host_is_chosen(open_firm: OpenFirm) -> None:
    """Anna's one appointment of the day is the one being made."""
    firm = open_firm(ANNA, BEN, CARL, visit=f"{TRIO}\nmax_bookings_per_day = 1")
    slow(firm, lambda: firm.busy("ben", TEN))
    assert firm.booked("visit", "kim", TEN).hosts == ("anna", "carl")


def test_a_host_who_falls_silent_is_passed_over(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(firm, lambda: firm.plan.reads.append(Trouble.DOWN))
    assert firm.booked("visit", "kim", TEN).hosts == ("ben",)


def test_when_the_only_host_falls_silent_the_calendar_is_named_as_the_reason(
    open_small_firm: OpenFirm,
) -> None:
    firm = open_small_firm(ANNA, visit='hosts = ["anna"]')
    slow(firm, lambda: firm.plan.reads.append(Trouble.DOWN))
    assert firm.ask("visit", "kim", TEN).reason == UNREACHABLE
    assert_nothing_is_left(firm)


def test_without_time_left_to_ask_again_nothing_is_booked(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(firm, seconds=4.5)  # of 5
    assert not firm.ask("visit", "kim", TEN).success
    assert_nothing_is_left(firm)
    assert all(set(account.made.values()) == {0} for account in firm.raced.opened.values())


def test_a_fresh_answer_is_not_asked_for_again(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    slow(firm, lambda: firm.busy("anna", TEN), seconds=0.9)
    assert firm.booked("visit", "kim", TEN).hosts == ("anna",)


def test_the_loser_of_a_race_gets_the_next_host(open_firm: OpenFirm) -> None:
    """Anna is chosen for lee through another event type, after kim's calendars were asked."""
    firm = open_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]', other='hosts = ["anna"]')
    firm.race(lambda: firm.booked("other", "lee", TEN))
    assert firm.booked("visit", "kim", TEN).hosts == ("ben",)
    assert {booking.hosts for booking in firm.confirmed()} == {("anna",), ("ben",)}
    firm.is_consistent()


@pytest.mark.parametrize("lines", ['hosts = ["anna"]', TRIO, 'groups = [["anna"], ["ben"]]'])
def test_the_loser_of_a_race_for_the_only_host_is_told(open_firm: OpenFirm, lines: str) -> None:
    firm = open_firm(ANNA, BEN, CARL, visit=lines, other='hosts = ["anna"]')
    firm.race(lambda: firm.booked("other", "lee", TEN))
    refusal = firm.ask("visit", "kim", TEN)
    assert refusal.reason.startswith(f"{GONE}. The next free times are")
    assert [booking.event_type for booking in firm.bookings()] == ["other"]


def test_a_move_that_loses_a_race_takes_another_host(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]', other='hosts = ["anna"]')
    booking = firm.booked("visit", "kim", TEN)
    firm.race(lambda: firm.booked("other", "lee", HALF_PAST))
    assert firm.moved(booking, HALF_PAST).hosts == ("ben",)
    firm.is_consistent()
