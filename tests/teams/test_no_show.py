"""A caller who did not come: recorded once the appointment has begun, counted for nobody, taken back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.booking.round_robin import who_is_due
from bridge.errors import BookingClosed, SlotTaken
from bridge.model import Booking, BookingState
from tests.booking.unruly_salon import Killed
from tests.teams.conftest import OpenFirm
from tests.teams.firm import ANNA, BEN, HALF_PAST, TEN, Firm

PAIR = 'fixed_hosts = ["anna", "ben"]'
WEIGHTED = 'hosts = ["anna", "ben"]\nassignment = "weighted"'


def begun(firm: Firm, event_type: str = "visit") -> Booking:
    """Return a booking that began a minute ago."""
    booking = firm.booked(event_type, "kim", TEN)
    firm.clock.moment = TEN + timedelta(minutes=1)
    return booking


def counted(firm: Firm) -> dict[str, int]:
    (standing,) = who_is_due(firm.bridge.context, firm.event_type("visit"))
    return {each.member.host: each.bookings for each in standing.figures}


def test_a_no_show_gives_back_its_claims_and_keeps_its_event(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=PAIR)
    booking = begun(firm)
    marked = mark_no_show(firm.bridge.context, booking)
    assert marked.state is firm.booking(booking).state is BookingState.NO_SHOW
    assert not firm.claims(booking)
    firm.settle()
    assert firm.calendars_of(booking) == ["anna"]
    assert firm.booking(booking).state is BookingState.NO_SHOW


def test_said_twice_it_is_done(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=PAIR)
    booking = begun(firm)
    first = mark_no_show(firm.bridge.context, booking)
    assert mark_no_show(firm.bridge.context, booking).state is BookingState.NO_SHOW
    assert undo_no_show(firm.bridge.context, first).state is BookingState.CONFIRMED
    assert undo_no_show(firm.bridge.context, first).state is BookingState.CONFIRMED
    assert firm.claimed(booking) == ["anna", "ben"]


def test_an_appointment_that_has_not_begun_is_no_no_show(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = firm.booked("visit", "kim", TEN)
    firm.clock.moment = TEN - timedelta(seconds=1)
    with pytest.raises(BookingClosed, match="has not begun yet"):
        mark_no_show(firm.bridge.context, booking)
    assert firm.booking(booking).state is BookingState.CONFIRMED
    assert firm.claimed(booking) == ["anna", "ben"]
    firm.clock.moment = TEN
    assert mark_no_show(firm.bridge.context, booking).state is BookingState.NO_SHOW


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.HELD, BookingState.FAILED])
def test_only_a_confirmed_booking_can_be_a_no_show(open_small_firm: OpenFirm, state: BookingState) -> None:
    firm = open_small_firm(ANNA, visit='hosts = ["anna"]')
    firm.given("anna", firm.clock.now() - timedelta(days=1), state)
    (booking,) = firm.bookings()
    for change in (mark_no_show, undo_no_show):
        with pytest.raises(BookingClosed, match=f"is {state}"):
            change(firm.bridge.context, booking)
    assert firm.booking(booking).state is state


def test_a_no_show_counts_for_nobody_until_it_is_taken_back(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=WEIGHTED)
    booking = begun(firm)
    assert counted(firm) == {"ben": 0, "anna": 1}
    mark_no_show(firm.bridge.context, booking)
    assert counted(firm) == {"anna": 0, "ben": 0}
    undo_no_show(firm.bridge.context, booking)
    assert counted(firm) == {"ben": 0, "anna": 1}


def test_the_next_caller_goes_to_the_host_whose_caller_did_not_come(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    mark_no_show(firm.bridge.context, begun(firm))
    assert firm.booked("visit", "lee", TEN.replace(hour=12)).hosts == ("anna",)


def test_taken_back_it_claims_its_time_again(open_firm: OpenFirm) -> None:
    firm = open_firm(ANNA, BEN, visit=f"{PAIR}\nbuffer_after_minutes = 15", solo='hosts = ["ben"]')
    booking = begun(firm)
    before = firm.claims(booking)
    mark_no_show(firm.bridge.context, booking)
    undo_no_show(firm.bridge.context, booking)
    assert firm.claims(booking) == before
    assert not firm.ask("solo", "lee", HALF_PAST).success
    firm.settle()
    assert [each.state for each in firm.bookings()] == [BookingState.CONFIRMED]


def test_what_was_given_to_somebody_else_cannot_be_taken_back(open_firm: OpenFirm) -> None:
    """Ben, whose own calendar shows nothing of it, took another caller into the rest of the time."""
    firm = open_firm(
        ANNA, BEN, visit=PAIR, solo='hosts = ["ben"]\nduration_minutes = 5\nstart_increment_minutes = 5'
    )
    booking = begun(firm)
    mark_no_show(firm.bridge.context, booking)
    firm.booked("solo", "lee", TEN.replace(minute=10))
    with pytest.raises(SlotTaken, match="it stays a no-show"):
        undo_no_show(firm.bridge.context, booking)
    assert firm.booking(booking).state is BookingState.NO_SHOW
    assert not firm.claims(booking)


@pytest.mark.parametrize("dies", [False, True])
def test_a_move_under_way_loses_against_a_no_show(open_small_firm: OpenFirm, dies: bool) -> None:
    firm = open_small_firm(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    booking = begun(firm)

    def meanwhile(step: str) -> None:
        if step == "event_moved":
            mark_no_show(firm.bridge.context, booking)
            if dies:
                raise Killed

    firm.watch = meanwhile
    with suppress(Killed):
        assert not firm.reception.move(booking, TEN.replace(hour=12)).success
    firm.watch = lambda _step: None
    firm.settle()
    now = firm.booking(booking)
    assert (now.state, now.interval.start) == (BookingState.NO_SHOW, TEN)
    assert not firm.claims(booking)
    assert [event.interval.start for event in firm.events()] == [TEN]


def test_changes_of_the_event_of_a_no_show_are_not_followed(open_small_firm: OpenFirm) -> None:
    firm = open_small_firm(ANNA, BEN, visit=PAIR)
    booking = begun(firm)
    mark_no_show(firm.bridge.context, booking)
    (event,) = firm.events("anna")
    provider = firm.bridge.opened.provider(booking.calendar)
    provider.cancel_event(event.ref, notify=False, deadline=firm.patience())
    firm.settle()
    assert firm.booking(booking).state is BookingState.NO_SHOW
