"""One team of a Google host and a Microsoft host, through the whole bridge."""

from __future__ import annotations

from datetime import timedelta

from bridge.model import BookingState
from tests.booking.salon import Salon
from tests.practice.building import ANNA, BEN, tomorrow_at
from tests.practice.conftest import Opener
from tests.vendors.google import FakeGoogle
from tests.vendors.google import Fault as GoogleFault
from tests.vendors.microsoft import FakeMicrosoft
from tests.vendors.microsoft import Fault as MicrosoftFault

HALF_AN_HOUR = timedelta(minutes=30)


def test_two_callers_of_one_start_go_to_both_vendors(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    assert practice.book("kim", ten).success
    assert practice.book("lee", ten).success
    assert not practice.book("max", ten).success
    assert len(google.events(ANNA)) == len(microsoft.events(BEN)) == 1
    practice.is_consistent()


def test_a_host_busy_in_the_real_calendar_is_not_booked(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    google.add_event(ANNA, ten, ten + HALF_AN_HOUR)
    outcome = practice.book("kim", ten)
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)
    microsoft.add_event(BEN, ten + HALF_AN_HOUR, ten + 2 * HALF_AN_HOUR)
    outcome = practice.book("lee", ten + HALF_AN_HOUR)
    assert outcome.booking is not None and outcome.booking.hosts == ("anna",)


def test_one_silent_vendor_leaves_the_other_ones_hosts_on_offer(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    google.go_down()
    assert practice.reception.offer(practice.reception.event_type(None)).slots
    outcome = practice.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)


def test_a_booking_moves_to_the_other_vendor_when_its_host_is_busy(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    booking = practice.book("kim", ten).booking
    assert booking is not None and booking.hosts == ("anna",)
    google.add_event(ANNA, ten + HALF_AN_HOUR, ten + 2 * HALF_AN_HOUR)
    moved = practice.reception.move(booking, ten + HALF_AN_HOUR)
    assert moved.booking is not None and moved.booking.hosts == ("ben",)
    practice.bridge.background.run_due()
    assert [event["summary"] for event in google.events(ANNA) if "extendedProperties" in event] == []
    assert len(microsoft.events(BEN)) == 1
    practice.is_consistent()


def test_a_clear_refusal_of_one_vendor_books_with_the_other(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    google.fail_next(GoogleFault.SCOPE, operation="events.insert")
    outcome = practice.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)
    practice.is_consistent()


def test_an_answer_lost_by_either_vendor_is_found_again(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    google.fail_next(GoogleFault.DROP_AFTER, operation="events.insert")
    microsoft.fail_next(MicrosoftFault.DROP_AFTER, operation="events.create")
    assert practice.book("kim", tomorrow_at(10)).success
    assert practice.book("lee", tomorrow_at(10)).success
    assert len(google.events(ANNA)) == len(microsoft.events(BEN)) == 1
    practice.is_consistent()


def test_what_owners_do_in_either_calendar_is_followed(
    open_practice: Opener, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    practice = open_practice(google=google, microsoft=microsoft)
    ten, three = tomorrow_at(10), tomorrow_at(15)
    practice.book("kim", ten)
    practice.book("lee", ten)
    follow(practice)
    (at_google,), (at_microsoft,) = google.events(ANNA), microsoft.events(BEN)
    google.move_event(ANNA, at_google["id"], three, three + HALF_AN_HOUR)
    microsoft.delete_event(BEN, at_microsoft["id"])
    follow(practice)
    states = {booking.hosts[0]: booking for booking in practice.bookings()}
    assert states["anna"].interval.start == three
    assert states["anna"].by_person
    assert states["ben"].state is BookingState.CANCELLED
    practice.is_consistent()


def follow(practice: Salon) -> None:
    practice.clock.turn(minutes=6)
    practice.bridge.plan_standing()
    practice.bridge.background.run_due()


def test_available_asks_google_exactly_once(open_practice: Opener, google: FakeGoogle) -> None:
    practice = open_practice(google=google)
    practice.bridge.connections.keep_fresh()  # as the background does: the call itself fetches no token
    google.requests.clear()
    assert practice.reception.offer(practice.reception.event_type(None)).slots
    assert google.operations() == ["freebusy.query"]


def test_available_asks_microsoft_once_per_page(open_practice: Opener, microsoft: FakeMicrosoft) -> None:
    practice = open_practice(microsoft=microsoft)
    practice.bridge.connections.keep_fresh()
    microsoft.requests.clear()
    assert practice.reception.offer(practice.reception.event_type(None)).slots
    assert microsoft.operations() == ["calendarView"]


def test_a_calendar_that_may_invite_nobody_gets_the_event_without_guests(
    open_practice: Opener, google: FakeGoogle
) -> None:
    practice = open_practice(google=google)
    google.fail_next(GoogleFault.QUOTA, operation="events.insert")
    assert practice.book("kim", tomorrow_at(10), email="kim@example.com").success
    (event,) = google.events(ANNA)
    assert "attendees" not in event
    assert any(alert.key.startswith("invitations:") for alert in practice.bridge.alerts.open())


def test_a_calendar_that_makes_no_meet_link_gets_the_event_without_one(
    open_practice: Opener, google: FakeGoogle
) -> None:
    practice = open_practice(google=google, event_type='meeting_platform = "google_meet"')
    google.fail_next(GoogleFault.CONFERENCE, operation="events.insert")
    outcome = practice.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and not outcome.booking.link
    assert any(alert.key.startswith("conference:") for alert in practice.bridge.alerts.open())


def test_a_meet_link_that_is_made_late_is_completed_in_the_background(
    open_practice: Opener, google: FakeGoogle
) -> None:
    practice = open_practice(google=google, event_type='meeting_platform = "google_meet"')
    google.set_meet(reads=40)
    outcome = practice.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and not outcome.booking.link
    google.set_meet(reads=1)
    for _ in range(6):
        practice.clock.turn(minutes=11)
        practice.bridge.background.run_due()
    (booking,) = practice.confirmed()
    assert booking.link
