"""A caller who did not come: recorded once the appointment has begun, counted for nobody, taken back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.booking.round_robin import forecast
from bridge.errors import BookingClosed, SlotTaken
from bridge.model import Booking, BookingState
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import Killed, UnrulySalon

PAIR = 'fixed_hosts = ["anna", "ben"]'
WEIGHTED = 'hosts = ["anna", "ben"]\nassignment = "weighted"'


def begun(salon: UnrulySalon, event_type: str = "visit") -> Booking:
    """Return a booking that began a minute ago."""
    booking = salon.booked(event_type, "kim", TEN)
    salon.clock.moment = TEN + timedelta(minutes=1)
    return booking


def counted(salon: UnrulySalon) -> dict[str, int]:
    (standing,) = forecast(salon.bridge.context, salon.event_type("visit"), 0)[0]
    return {each.member.host: each.bookings for each in standing.figures}


def test_a_no_show_gives_back_its_claims_and_keeps_its_event(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=PAIR)
    booking = begun(salon)
    marked = mark_no_show(salon.bridge.context, booking)
    assert marked.state is salon.booking(booking).state is BookingState.NO_SHOW
    assert not salon.claims(booking)
    salon.settle()
    assert salon.calendars_of(booking) == ["anna"]
    assert salon.booking(booking).state is BookingState.NO_SHOW


def test_said_twice_it_is_done(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=PAIR)
    booking = begun(salon)
    first = mark_no_show(salon.bridge.context, booking)
    assert mark_no_show(salon.bridge.context, booking).state is BookingState.NO_SHOW
    assert undo_no_show(salon.bridge.context, first).state is BookingState.CONFIRMED
    assert undo_no_show(salon.bridge.context, first).state is BookingState.CONFIRMED
    assert salon.claimed(booking) == ["anna", "ben"]


def test_an_appointment_that_has_not_begun_is_no_no_show(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = salon.booked("visit", "kim", TEN)
    salon.clock.moment = TEN - timedelta(seconds=1)
    with pytest.raises(BookingClosed, match="has not begun yet"):
        mark_no_show(salon.bridge.context, booking)
    assert salon.booking(booking).state is BookingState.CONFIRMED
    assert salon.claimed(booking) == ["anna", "ben"]
    salon.clock.moment = TEN
    assert mark_no_show(salon.bridge.context, booking).state is BookingState.NO_SHOW


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.HELD, BookingState.FAILED])
def test_only_a_confirmed_booking_can_be_a_no_show(open_small: OpenSalon, state: BookingState) -> None:
    salon = open_small(ANNA, visit='hosts = ["anna"]')
    salon.given("anna", salon.clock.now() - timedelta(days=1), state)
    (booking,) = salon.bookings()
    for change in (mark_no_show, undo_no_show):
        with pytest.raises(BookingClosed, match=f"is {state}"):
            change(salon.bridge.context, booking)
    assert salon.booking(booking).state is state


def test_a_no_show_counts_for_nobody_until_it_is_taken_back(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=WEIGHTED)
    booking = begun(salon)
    assert counted(salon) == {"ben": 0, "anna": 1}
    mark_no_show(salon.bridge.context, booking)
    assert counted(salon) == {"anna": 0, "ben": 0}
    undo_no_show(salon.bridge.context, booking)
    assert counted(salon) == {"ben": 0, "anna": 1}


def test_the_next_caller_goes_to_the_host_whose_caller_did_not_come(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    mark_no_show(salon.bridge.context, begun(salon))
    assert salon.booked("visit", "lee", TEN.replace(hour=12)).hosts == ("anna",)


def test_taken_back_it_claims_its_time_again(open_salon: OpenSalon) -> None:
    salon = open_salon(ANNA, BEN, visit=f"{PAIR}\nbuffer_after_minutes = 15", solo='hosts = ["ben"]')
    booking = begun(salon)
    before = salon.claims(booking)
    mark_no_show(salon.bridge.context, booking)
    undo_no_show(salon.bridge.context, booking)
    assert salon.claims(booking) == before
    assert not salon.ask("solo", "lee", HALF_PAST).success
    salon.settle()
    assert [each.state for each in salon.bookings()] == [BookingState.CONFIRMED]


def test_what_was_given_to_somebody_else_cannot_be_taken_back(open_salon: OpenSalon) -> None:
    """Ben, whose own calendar shows nothing of it, took another caller into the rest of the time."""
    salon = open_salon(
        ANNA, BEN, visit=PAIR, solo='hosts = ["ben"]\nduration_minutes = 5\nstart_increment_minutes = 5'
    )
    booking = begun(salon)
    mark_no_show(salon.bridge.context, booking)
    salon.booked("solo", "lee", TEN.replace(minute=10))
    with pytest.raises(SlotTaken, match="it stays a no-show"):
        undo_no_show(salon.bridge.context, booking)
    assert salon.booking(booking).state is BookingState.NO_SHOW
    assert not salon.claims(booking)


@pytest.mark.parametrize("dies", [False, True])
def test_a_move_under_way_loses_against_a_no_show(open_small: OpenSalon, dies: bool) -> None:
    salon = open_small(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    booking = begun(salon)

    def meanwhile(step: str) -> None:
        if step == "event_moved":
            mark_no_show(salon.bridge.context, booking)
            if dies:
                raise Killed

    salon.watch = meanwhile
    with suppress(Killed):
        assert not salon.reception.move(booking, TEN.replace(hour=12)).success
    salon.watch = lambda _step: None
    salon.settle()
    now = salon.booking(booking)
    assert (now.state, now.interval.start) == (BookingState.NO_SHOW, TEN)
    assert not salon.claims(booking)
    assert [event.interval.start for event in salon.events()] == [TEN]


def test_changes_of_the_event_of_a_no_show_are_not_followed(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, visit=PAIR)
    booking = begun(salon)
    mark_no_show(salon.bridge.context, booking)
    (event,) = salon.events("anna")
    provider = salon.bridge.opened.provider(booking.calendar)
    provider.cancel_event(event.ref, notify=False, deadline=salon.patience())
    salon.settle()
    assert salon.booking(booking).state is BookingState.NO_SHOW
