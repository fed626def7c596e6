"""What people do in their calendars: their calendar wins, with safeguards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bridge.booking.book import book_appointment
from bridge.booking.job_names import READ_BACK
from bridge.model import Attendee, Booking, BookingState, Contact, Wish
from bridge.store.sql import jobs
from providers.base import Event, EventDraft, Interval
from tests.cast.clock import MONDAY
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenSalon
from tests.cast.salon import Salon

TEN = MONDAY.replace(hour=10)
HALF_AN_HOUR = timedelta(minutes=30)


def event_of(salon_with: Salon, booking: Booking) -> Event:
    return next(event for event in salon_with.events() if event.booking_id == booking.id)


def person_moves(salon_with: Salon, booking: Booking, start: datetime, minutes: int = 30) -> None:
    provider = salon_with.bridge.opened.provider(booking.calendar)
    ref = replace(event_of(salon_with, booking).ref, etag=None)
    interval = Interval(start, start + timedelta(minutes=minutes))
    provider.move_event(ref, interval, timezone="UTC", deadline=salon_with.patience())


def person_deletes(salon_with: Salon, booking: Booking) -> None:
    provider = salon_with.bridge.opened.provider(booking.calendar)
    provider.cancel_event(event_of(salon_with, booking).ref, notify=False, deadline=salon_with.patience())


def follow(salon_with: Salon) -> None:
    salon_with.clock.turn(minutes=1)
    salon_with.plan_standing()
    salon_with.bridge.background.run_due()


def rest(salon_with: Salon) -> None:
    """Let the calendars be read, and what was deleted rest."""
    follow(salon_with)
    follow(salon_with)


def booked(salon_with: Salon, who: str, start: datetime) -> Booking:
    booking = salon_with.book(who, start).booking
    assert booking is not None
    follow(salon_with)
    return booking


def test_an_event_moved_by_its_owner_moves_the_booking_and_its_claim(salon_with: Salon) -> None:
    booking = booked(salon_with, "kim", TEN)
    person_moves(salon_with, booking, TEN + timedelta(hours=3), minutes=45)
    follow(salon_with)
    (moved,) = salon_with.confirmed()
    assert moved.by_person
    assert moved.interval == (TEN + timedelta(hours=3), TEN + timedelta(hours=3, minutes=45))
    assert salon_with.claims_of(moved) == [moved.interval]


def test_a_booking_that_a_person_moved_is_not_replaced_by_the_next_request(salon_with: Salon) -> None:
    booking = booked(salon_with, "kim", TEN)
    person_moves(salon_with, booking, TEN + timedelta(hours=3))
    follow(salon_with)
    assert salon_with.book("kim", TEN + HALF_AN_HOUR).success
    assert len(salon_with.confirmed()) == 2


def test_an_event_deleted_by_its_owner_cancels_the_booking(salon_with: Salon) -> None:
    booking = booked(salon_with, "kim", TEN)
    person_deletes(salon_with, booking)
    rest(salon_with)
    (cancelled,) = salon_with.bookings()
    assert cancelled.state is BookingState.CANCELLED
    assert cancelled.by_person
    assert not salon_with.claims_of(cancelled)


def test_a_deletion_before_the_calendar_was_ever_followed_is_seen_too(salon_with: Salon) -> None:
    booking = salon_with.book("kim", TEN).booking
    assert booking is not None
    person_deletes(salon_with, booking)
    rest(salon_with)
    assert [each.state for each in salon_with.bookings()] == [BookingState.CANCELLED]


def test_an_event_moved_onto_another_keeps_no_claim_and_alerts(salon_with: Salon) -> None:
    mine = booked(salon_with, "kim", TEN)
    for who in ("lee", "max"):
        booked(salon_with, who, TEN + HALF_AN_HOUR)
    person_moves(salon_with, mine, TEN + HALF_AN_HOUR)
    follow(salon_with)
    moved = next(booking for booking in salon_with.confirmed() if booking.id == mine.id)
    assert moved.interval.start == TEN + HALF_AN_HOUR
    assert not salon_with.claims_of(moved)
    assert any(alert.key == f"overlap:{mine.id}" for alert in salon_with.bridge.alerts.open())
    person_moves(salon_with, mine, TEN + timedelta(hours=2))
    follow(salon_with)
    assert salon_with.bridge.alerts.open() == []


def test_an_overlap_ends_within_the_hour_when_the_other_one_leaves(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    mine, lee = booked(salon, "kim", TEN), booked(salon, "lee", TEN + HALF_AN_HOUR)
    person_moves(salon, mine, TEN + HALF_AN_HOUR)
    follow(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{mine.id}"]
    salon.clock.turn(hours=1)
    salon.bridge.background.run_due()
    assert len(salon.bridge.alerts.open()) == 1
    person_moves(salon, lee, TEN + timedelta(hours=2))
    follow(salon)
    salon.clock.turn(hours=1)
    salon.bridge.background.run_due()
    assert salon.bridge.alerts.open() == []


def test_a_foreign_event_over_a_new_booking_alerts_the_owner(salon_with: Salon) -> None:
    booking = salon_with.book("kim", TEN).booking
    assert booking is not None
    foreign = event_of(salon_with, booking)
    provider = salon_with.bridge.opened.provider(booking.calendar)
    provider.create_event(
        booking.calendar.calendar,
        "f" * 32,
        EventDraft("Dentist", foreign.interval, "UTC"),
        deadline=salon_with.patience(),
    )
    follow(salon_with)
    assert any(alert.key == f"overlap:{booking.id}" for alert in salon_with.bridge.alerts.open())


def test_what_was_entered_and_read_before_a_booking_was_confirmed_alerts_the_owner(
    open_small: OpenSalon,
) -> None:
    salon = open_small(ANNA)

    def enter(step: str) -> None:
        if step == "held":  # its calendar was asked before
            salon.checkpoint = lambda _step: None
            salon.busy("anna", TEN)
            salon.bridge.plan_standing()
            salon.bridge.background.run_due()

    follow(salon)
    salon.checkpoint = enter
    booking = salon.book("kim", TEN).booking
    assert booking is not None
    follow(salon)
    follow(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{booking.id}"]


def test_what_was_entered_beside_a_booking_long_before_the_first_reading_alerts(
    open_small: OpenSalon,
) -> None:
    salon = open_small(ANNA)
    booking = salon.book("kim", TEN).booking
    assert booking is not None
    salon.busy("anna", TEN)
    salon.clock.turn(minutes=5)
    follow(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{booking.id}"]


def test_what_was_entered_beside_a_booking_while_the_clock_was_set_back_alerts(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    salon.busy("anna", TEN + 4 * HALF_AN_HOUR)
    follow(salon)
    salon.clock.turn(hours=-1)
    booking = salon.book("kim", TEN).booking
    assert booking is not None
    salon.busy("anna", TEN)
    follow(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{booking.id}"]


def test_an_overlap_ends_when_the_caller_moves_away(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    booking = salon.book("kim", TEN).booking
    assert booking is not None
    salon.busy("anna", TEN)
    follow(salon)
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"overlap:{booking.id}"]
    salon.moved(booking, TEN + 4 * HALF_AN_HOUR)
    assert salon.bridge.alerts.open() == []


@pytest.mark.parametrize("busy", ['["local:anna"]', '["local:anna", "local:private"]'])
def test_only_what_others_may_lie_beside_unseen_is_read_back(open_small: OpenSalon, busy: str) -> None:
    salon = open_small(replace(ANNA, lines=f"busy_calendars = {busy}"))
    assert salon.book("kim", TEN).success
    with salon.bridge.store.read() as connection:
        planned = {job.kind for job in jobs.due(connection, salon.clock.now())}
    assert (READ_BACK in planned) == ("private" in busy)


@pytest.mark.parametrize("is_entered", [False, True])
def test_what_came_and_was_followed_while_a_booking_was_made_is_seen_by_reading_back(
    open_small: OpenSalon, is_entered: bool
) -> None:
    salon = open_small(ANNA)
    follow(salon)

    def who(_known: Attendee | None) -> Attendee:
        # The calendar was asked before, and does not hold the booking's event yet.
        if is_entered:
            salon.busy("anna", TEN)
        salon.plan_standing()
        salon.bridge.background.run_due()
        return Attendee("Kim Example", "kim@example.com")

    wish = Wish(salon.event_type(None), Contact(contact_id="kim"), TEN)
    booking = book_appointment(salon.bridge.context, wish, who, salon.patience())
    salon.bridge.background.run_due()
    told = [alert.key for alert in salon.bridge.alerts.open()]
    assert told == ([f"overlap:{booking.id}"] if is_entered else [])


@pytest.mark.parametrize("is_known", [False, True])
def test_nothing_is_read_back_only_because_the_calendar_was_followed(
    open_small: OpenSalon, is_known: bool
) -> None:
    salon = open_small(ANNA)
    if is_known:
        salon.busy("anna", TEN + HALF_AN_HOUR)
    follow(salon)
    assert salon.book("kim", TEN).success
    with salon.bridge.store.read() as connection:
        assert READ_BACK not in {job.kind for job in jobs.due(connection, salon.clock.now())}


def test_another_start_after_the_owner_deleted_the_event_is_a_new_booking(salon_with: Salon) -> None:
    booking = booked(salon_with, "kim", TEN)
    person_deletes(salon_with, booking)
    again = salon_with.book("kim", TEN + HALF_AN_HOUR)
    assert again.success and again.booking is not None
    assert again.booking.id != booking.id
    rest(salon_with)
    assert [each.id for each in salon_with.confirmed()] == [again.booking.id]
    salon_with.is_consistent()


def test_a_move_by_its_caller_after_its_owner_moved_it_is_refused(salon_with: Salon) -> None:
    booking = booked(salon_with, "kim", TEN)
    person_moves(salon_with, booking, TEN + timedelta(hours=3))
    assert not salon_with.book("kim", TEN + HALF_AN_HOUR).success
    follow(salon_with)
    (moved,) = salon_with.confirmed()
    assert moved.interval.start == TEN + timedelta(hours=3)
    salon_with.is_consistent()
