from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from bridge.attendee import CallerRequest
from bridge.model import BookingState, Contact, Source
from tests.cast.clock import MONDAY
from tests.cast.config import salon_config
from tests.cast.salon import Salon

TEN = MONDAY.replace(hour=10)
HALF_AN_HOUR = timedelta(minutes=30)


def test_a_booking_puts_one_event_into_the_hosts_calendar(salon_with: Salon) -> None:
    outcome = salon_with.book("kim", TEN)
    assert outcome.success
    (event,) = salon_with.events()
    assert event.interval == (TEN, TEN + HALF_AN_HOUR)
    assert outcome.booking is not None
    assert event.booking_id == outcome.booking.id
    salon_with.is_consistent()


def test_the_same_request_again_is_the_same_success(salon_with: Salon) -> None:
    first, second = salon_with.book("kim", TEN), salon_with.book("kim", TEN)
    assert second.success
    assert first.booking is not None and second.booking is not None
    assert second.booking.id == first.booking.id
    assert len(salon_with.events()) == 1


def test_a_replay_succeeds_although_the_slot_has_passed_its_notice(salon_with: Salon) -> None:
    salon_with.book("kim", TEN)
    salon_with.clock.turn(hours=4)
    assert salon_with.book("kim", TEN).success


def test_two_hosts_take_two_callers_and_refuse_the_third_with_alternatives(salon_with: Salon) -> None:
    assert salon_with.book("kim", TEN).success
    assert salon_with.book("lee", TEN).success
    third = salon_with.book("max", TEN)
    assert not third.success
    assert third.reason.startswith("Appointment slot is no longer available. The next free times are Monday")
    assert {booking.hosts for booking in salon_with.confirmed()} == {("anna",), ("ben",)}


def test_another_start_within_minutes_moves_the_booking(salon_with: Salon) -> None:
    first = salon_with.book("kim", TEN)
    salon_with.clock.turn(minutes=2)
    second = salon_with.book("kim", TEN + HALF_AN_HOUR)
    assert second.success
    assert first.booking is not None and second.booking is not None
    assert second.booking.id == first.booking.id
    assert [event.interval.start for event in salon_with.events()] == [TEN + HALF_AN_HOUR]
    salon_with.settle()
    salon_with.is_consistent()


@pytest.mark.parametrize(
    "sources",
    [
        (Source.TERMINAL, Source.TELLI),
        (Source.TELLI, Source.TERMINAL),
        (Source.TERMINAL, Source.TERMINAL),
    ],
)
def test_a_booking_from_the_terminal_neither_replaces_nor_is_replaced(
    salon_with: Salon, sources: tuple[Source, Source]
) -> None:
    kim = CallerRequest(contact=Contact(contact_id="kim"), contact_details={"name": "Kim Example"})
    for start, source in zip((TEN, TEN + HALF_AN_HOUR), sources, strict=True):
        kind = salon_with.reception.event_type(None)
        assert salon_with.reception.book(kind, kim, start, source=source).success
    booked = {booking.interval.start: booking.source for booking in salon_with.confirmed()}
    assert booked == dict(zip((TEN, TEN + HALF_AN_HOUR), sources, strict=True))


def test_a_repeat_of_the_request_moved_away_from_names_the_present_appointment(salon_with: Salon) -> None:
    salon_with.book("kim", TEN)
    salon_with.book("kim", TEN + HALF_AN_HOUR)
    late = salon_with.book("kim", TEN)
    assert not late.success
    assert "10:30" in late.reason
    assert len(salon_with.confirmed()) == 1


def test_another_start_much_later_is_a_second_booking(salon_with: Salon) -> None:
    salon_with.book("kim", TEN)
    salon_with.clock.turn(minutes=16)
    assert salon_with.book("kim", TEN + HALF_AN_HOUR).success
    assert len(salon_with.confirmed()) == 2


def test_another_person_under_the_same_contact_is_a_second_booking(salon_with: Salon) -> None:
    salon_with.book("kim", TEN, name="Mia")
    assert salon_with.book("kim", TEN + HALF_AN_HOUR, name="Ben").success
    assert len(salon_with.confirmed()) == 2


def test_a_move_to_a_taken_slot_leaves_the_old_appointment(salon_with: Salon) -> None:
    eleven = TEN + timedelta(hours=1)
    salon_with.book("lee", eleven)
    salon_with.book("max", eleven)
    salon_with.book("kim", TEN)
    assert not salon_with.book("kim", eleven).success
    assert [b.interval.start for b in salon_with.confirmed() if b.contact.contact_id == "kim"] == [TEN]
    salon_with.settle()
    salon_with.is_consistent()


def test_nobody_is_never_replayed_nor_moved(salon_with: Salon) -> None:
    assert salon_with.book("", TEN).success
    assert salon_with.book("", TEN).success
    assert salon_with.book("", TEN + HALF_AN_HOUR).success
    assert len(salon_with.confirmed()) == 3


def test_a_start_off_the_step_or_outside_the_hours_is_not_offered(salon_with: Salon) -> None:
    assert salon_with.book("kim", TEN + timedelta(minutes=7)).reason.startswith("No appointment starts")
    assert salon_with.book("kim", MONDAY.replace(hour=22)).reason.startswith("Appointments are not offered")
    assert salon_with.book("kim", MONDAY - timedelta(days=1)).reason.startswith("It is too late")
    assert not salon_with.bookings()


def test_a_missing_start_is_said(salon_with: Salon) -> None:
    outcome = salon_with.reception.book(salon_with.reception.event_type(None), _nobody(), None)
    assert outcome.reason == "The start time is missing or could not be understood."


def test_a_cancelled_booking_leaves_no_event_and_frees_the_slot(salon_with: Salon) -> None:
    booking = salon_with.book("kim", TEN).booking
    assert booking is not None
    assert salon_with.reception.cancel(booking).success
    assert salon_with.reception.cancel(booking).success  # twice is done
    salon_with.settle()
    assert not salon_with.events()
    assert [each.state for each in salon_with.bookings()] == [BookingState.CANCELLED]
    assert salon_with.book("kim", TEN + timedelta(days=1)).success
    salon_with.is_consistent()


def test_the_same_slot_can_be_booked_again_after_cancelling(salon_with: Salon) -> None:
    first = salon_with.book("kim", TEN).booking
    assert first is not None
    salon_with.reception.cancel(first)
    again = salon_with.book("kim", TEN)
    assert again.success
    assert again.booking is not None and again.booking.id != first.id


def test_a_dry_run_changes_nothing(salon_with: Salon) -> None:
    reception = salon_with.reception
    outcome = reception.book(reception.event_type(None), _nobody(), TEN, dry_run=True)
    assert outcome.success
    assert not salon_with.bookings() and not salon_with.events()


def test_offers_follow_claims_at_once(salon_with: Salon) -> None:
    event_type = salon_with.reception.event_type(None)
    first = salon_with.reception.offer(event_type).slots[0].start
    salon_with.book("kim", first)
    assert salon_with.reception.offer(event_type).slots[0].start == first  # the other host is free
    salon_with.book("lee", first)
    assert salon_with.reception.offer(event_type).slots[0].start == first + HALF_AN_HOUR


def _nobody() -> CallerRequest:
    return CallerRequest()


def test_an_answer_that_aged_before_hosts_were_chosen_is_asked_for_again(store_url: str) -> None:
    """As where the database was waited for: then the hold is a commit of its own, and calendars come next."""
    happening: list[Callable[[], None]] = []
    ids = count()
    steps: list[str] = []

    def new_id() -> str:
        # The second of a booking, after its turn's: the calendars have answered.
        if len(happening) == 2:
            happening.pop()
        elif happening:
            happening.pop()()
        return f"{next(ids):032x}"

    salon = Salon(salon_config(store_url), checkpoint=steps.append, around={"new_id": new_id})

    def happen() -> None:
        salon.clock.turn(seconds=2)
        salon.busy("anna", TEN)

    happening.extend([happen, happen])
    booking = salon.booked("cut", "kim", TEN)
    assert booking.hosts == ("ben",)
    assert "held" in steps
    salon.is_consistent()
    assert salon.book("lee", TEN + HALF_AN_HOUR).success
    assert steps.count("held") == 1
    salon.bridge.stop()
