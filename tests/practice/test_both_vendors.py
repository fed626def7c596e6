"""One team of a Google host and a Microsoft host, through the whole bridge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model import BookingState
from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT
from tests.cast.clock import tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle
from tests.vendors.google import Fault as GoogleFault
from tests.vendors.microsoft import FakeMicrosoft
from tests.vendors.microsoft import Fault as MicrosoftFault
from tests.vendors.microsoft.state import TEAMS

HALF_AN_HOUR = timedelta(minutes=30)


def test_two_callers_of_one_start_go_to_both_vendors(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    assert salon.book("kim", ten).success
    assert salon.book("lee", ten).success
    assert not salon.book("max", ten).success
    assert len(google.events(ANNA_GOOGLE)) == len(microsoft.events(BEN_MICROSOFT)) == 1
    salon.is_consistent()


def test_a_host_busy_in_the_real_calendar_is_not_booked(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    google.add_event(ANNA_GOOGLE, ten, ten + HALF_AN_HOUR)
    outcome = salon.book("kim", ten)
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)
    microsoft.add_event(BEN_MICROSOFT, ten + HALF_AN_HOUR, ten + 2 * HALF_AN_HOUR)
    outcome = salon.book("lee", ten + HALF_AN_HOUR)
    assert outcome.booking is not None and outcome.booking.hosts == ("anna",)


def test_one_silent_vendor_leaves_the_other_ones_hosts_on_offer(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    google.go_down()
    assert salon.reception.offer(salon.reception.event_type(None)).slots
    outcome = salon.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)


def test_a_booking_moves_to_the_other_vendor_when_its_host_is_busy(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    booking = salon.book("kim", ten).booking
    assert booking is not None and booking.hosts == ("anna",)
    google.add_event(ANNA_GOOGLE, ten + HALF_AN_HOUR, ten + 2 * HALF_AN_HOUR)
    moved = salon.reception.move(booking, ten + HALF_AN_HOUR)
    assert moved.booking is not None and moved.booking.hosts == ("ben",)
    salon.bridge.background.run_due()
    assert [event["summary"] for event in google.events(ANNA_GOOGLE) if "extendedProperties" in event] == []
    assert len(microsoft.events(BEN_MICROSOFT)) == 1
    salon.is_consistent()


def test_a_clear_refusal_of_one_vendor_books_with_the_other(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    google.fail_next(GoogleFault.SCOPE, operation="events.insert")
    outcome = salon.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)
    salon.is_consistent()


def test_an_answer_lost_by_either_vendor_is_found_again(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    google.fail_next(GoogleFault.DROP_AFTER, operation="events.insert")
    microsoft.fail_next(MicrosoftFault.DROP_AFTER, operation="events.create")
    assert salon.book("kim", tomorrow_at(10)).success
    assert salon.book("lee", tomorrow_at(10)).success
    assert len(google.events(ANNA_GOOGLE)) == len(microsoft.events(BEN_MICROSOFT)) == 1
    salon.is_consistent()


def test_what_owners_do_in_either_calendar_is_followed(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    ten, three = tomorrow_at(10), tomorrow_at(15)
    salon.book("kim", ten)
    salon.book("lee", ten)
    follow(salon)
    (at_google,), (at_microsoft,) = google.events(ANNA_GOOGLE), microsoft.events(BEN_MICROSOFT)
    google.move_event(ANNA_GOOGLE, at_google["id"], three, three + HALF_AN_HOUR)
    microsoft.delete_event(BEN_MICROSOFT, at_microsoft["id"])
    follow(salon)
    follow(salon)  # a deletion rests before it cancels
    states = {booking.hosts[0]: booking for booking in salon.bookings()}
    assert states["anna"].interval.start == three
    assert states["anna"].by_person
    assert states["ben"].state is BookingState.CANCELLED
    salon.is_consistent()


def follow(salon: Salon) -> None:
    salon.clock.turn(minutes=6)
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()


def test_available_asks_google_exactly_once(open_at_vendors: OpenThere, google: FakeGoogle) -> None:
    salon = open_at_vendors(google=google)
    salon.bridge.connections.keep_fresh()  # as the background does: the call itself fetches no token
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()  # which also learns once what "primary" means
    google.requests.clear()
    assert salon.reception.offer(salon.reception.event_type(None)).slots
    assert google.operations() == ["freebusy.query"]


def test_available_asks_microsoft_once_per_page(open_at_vendors: OpenThere, microsoft: FakeMicrosoft) -> None:
    salon = open_at_vendors(microsoft=microsoft)
    salon.bridge.connections.keep_fresh()
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    microsoft.requests.clear()
    assert salon.reception.offer(salon.reception.event_type(None)).slots
    assert microsoft.operations() == ["calendarView"]


def test_a_calendar_that_may_invite_nobody_gets_the_event_without_guests(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    salon = open_at_vendors(google=google)
    google.fail_next(GoogleFault.QUOTA, operation="events.insert")
    assert salon.book("kim", tomorrow_at(10), email="kim@example.com").success
    (event,) = google.events(ANNA_GOOGLE)
    assert "attendees" not in event
    salon.bridge.health.write_down()
    assert any(alert.key.startswith("invite:") for alert in salon.bridge.alerts.open())


@pytest.mark.parametrize("vendor", ["google", "microsoft"])
def test_a_link_that_was_refused_is_made_again_until_it_is_there(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft, vendor: str
) -> None:
    if vendor == "google":
        salon = open_at_vendors(google=google, event_type='meeting_platform = "google_meet"')
        google.fail_next(GoogleFault.CONFERENCE, operation="events.insert")
        google.fail_next(GoogleFault.CONFERENCE, operation="events.patch")
    else:
        salon = open_at_vendors(microsoft=microsoft, event_type='meeting_platform = "microsoft_teams"')
        microsoft.world.account(BEN_MICROSOFT).default.providers = ()
    outcome = salon.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and not outcome.booking.link
    salon.bridge.health.write_down()
    kinds = {alert.key.partition(":")[0] for alert in salon.bridge.alerts.open()}
    assert kinds == {"link"}
    salon.clock.turn(minutes=1)
    salon.bridge.background.run_due()
    assert any(alert.key == f"no_link:{outcome.booking.id}" for alert in salon.bridge.alerts.open())
    if vendor == "microsoft":
        microsoft.world.account(BEN_MICROSOFT).default.providers = (TEAMS,)
    salon.clock.turn(hours=2)
    salon.bridge.connections.keep_fresh()
    salon.bridge.background.run_due()
    salon.bridge.health.write_down()
    assert salon.booking(outcome.booking).link
    assert not salon.bridge.alerts.open()
    assert salon.moved(salon.booking(outcome.booking), tomorrow_at(15)).link


def test_a_service_by_video_instead_has_a_link_and_not_the_old_place(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    place = 'meeting_platform = "in_person"\naddress = "Hauptstr. 1"'
    video = '[event_types.cut.services.video]\ntitle = "By video"\nmeeting_platform = "google_meet"'
    salon = open_at_vendors(google=google, event_type=f"{place}\n{video}")
    assert salon.booked("cut", "kim", tomorrow_at(10)).location == "Hauptstr. 1"
    by_video = salon.booked("cut", "kim", tomorrow_at(10), service="video")
    assert by_video.link and not by_video.location
    salon.bridge.background.run_due()
    (event,) = [each for each in salon.events() if each.booking_id == by_video.id]
    assert event.link == by_video.link
    salon.clock.turn(seconds=61)
    again = salon.booked("cut", "kim", tomorrow_at(10), service="haircut")
    assert (again.link, again.location) == ("", "Hauptstr. 1")


def test_a_meet_link_that_is_made_late_is_completed_in_the_background(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    salon = open_at_vendors(google=google, event_type='meeting_platform = "google_meet"')
    google.set_meet(reads=40)
    outcome = salon.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and not outcome.booking.link
    salon.clock.turn(minutes=11)
    salon.bridge.background.run_due()
    assert [alert.key for alert in salon.bridge.alerts.open()] == [f"no_link:{outcome.booking.id}"]
    google.set_meet(reads=1)
    for _ in range(6):
        salon.clock.turn(minutes=11)
        salon.bridge.background.run_due()
    (booking,) = salon.confirmed()
    assert booking.link
    assert not salon.bridge.alerts.open()
