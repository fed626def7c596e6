"""A team of hosts at Google and on embedded calendars: one protocol, whichever calendar holds the event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.booking.joins import record_joins
from tests.cast.at_vendors import PATIENT, google_section
from tests.cast.clock import HALF_AN_HOUR, PresentClock
from tests.cast.config import Staff, salon_toml
from tests.cast.reading import parse_config
from tests.cast.unruly import UnrulySalon
from tests.vendors.google import FakeGoogle, Fault

TEN = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
HALF_PAST = TEN + HALF_AN_HOUR
ANNA, DORA = (
    Staff(name, "00:00-24:00", calendar=f"google:{name}@example.com/primary") for name in ("anna", "dora")
)
BEN = Staff("ben", "00:00-24:00")
OpenSalon = Callable[..., UnrulySalon]


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as fake:
        for host in (ANNA, DORA):
            fake.add_account(f"{host.name}@example.com")
        yield fake


@pytest.fixture
def open_salon(google: FakeGoogle, sqlite_url: str, tmp_path: Path) -> Iterator[OpenSalon]:
    """Opens a salon whose Google hosts are reached by a service account."""
    section = google_section(google, tmp_path)
    with ExitStack() as stack:

        def opened(*staff: Staff, bridge: str = PATIENT, **event_types: str) -> UnrulySalon:
            text = salon_toml(sqlite_url, *staff, bridge=bridge, rest=section, **event_types)
            salon = UnrulySalon(parse_config(text, environ={}, base=tmp_path), clock=PresentClock())
            stack.callback(salon.bridge.stop)
            record_joins(salon.bridge.context)
            return salon

        yield opened


def ours(google: FakeGoogle, host: str = "anna") -> list[dict[str, Any]]:
    """Return the bookings' events in a host's calendar."""
    return [event for event in google.events(f"{host}@example.com") if "extendedProperties" in event]


def test_a_booking_moves_from_google_to_an_embedded_calendar_and_back(
    open_salon: OpenSalon, google: FakeGoogle
) -> None:
    salon = open_salon(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    booking = salon.booked("visit", "kim", TEN)
    assert (booking.hosts, len(ours(google))) == (("anna",), 1)
    busy = google.add_event("anna@example.com", HALF_PAST, HALF_PAST + HALF_AN_HOUR)
    assert salon.moved(booking, HALF_PAST).hosts == ("ben",)
    assert (ours(google), [each.interval.start for each in salon.events("ben")]) == ([], [HALF_PAST])
    google.delete_event("anna@example.com", busy)
    salon.busy("ben", TEN)
    back = salon.moved(salon.booking(booking), TEN)
    assert (back.hosts, len(ours(google))) == (("anna",), 1)
    assert not [event for event in salon.events("ben") if event.booking_id]
    salon.is_consistent()


def test_co_hosts_are_guests_of_the_google_event(open_salon: OpenSalon, google: FakeGoogle) -> None:
    salon = open_salon(ANNA, BEN, visit='fixed_hosts = ["anna"]\nhosts = ["ben"]')
    booking = salon.booked("visit", "kim", TEN, email="kim@example.org")
    assert booking.hosts == ("anna", "ben")
    (event,) = ours(google)
    assert [guest["email"] for guest in event["attendees"]] == ["ben@example.com", "kim@example.org"]
    assert salon.reception.cancel(booking).success
    salon.bridge.background.run_due()
    assert not ours(google)


def test_an_invited_google_host_does_not_hinder_its_own_booking(
    open_salon: OpenSalon, google: FakeGoogle
) -> None:
    """Dora's calendar shows the invitation as busy; moving by ten minutes overlaps it."""
    salon = open_salon(ANNA, DORA, visit='fixed_hosts = ["anna", "dora"]\nstart_increment_minutes = 10')
    booking = salon.booked("visit", "kim", TEN)
    (event,) = ours(google)
    google.add_event("dora@example.com", TEN, TEN + HALF_AN_HOUR, iCalUID=event["iCalUID"])
    moved = salon.moved(booking, TEN + timedelta(minutes=10))
    assert moved.hosts == ("anna", "dora")
    google.add_event("dora@example.com", TEN, TEN + HALF_AN_HOUR)  # something else does
    assert not salon.reception.move(moved, TEN).success


def test_a_google_host_who_refuses_is_replaced_by_an_embedded_one(
    open_salon: OpenSalon, google: FakeGoogle
) -> None:
    salon = open_salon(ANNA, BEN, visit='hosts = ["anna", "ben"]')
    google.fail_next(Fault.SCOPE, operation="events.insert")
    assert salon.booked("visit", "kim", TEN).hosts == ("ben",)
    assert not ours(google)
    salon.is_consistent()


def test_a_late_event_at_google_of_a_move_that_failed_is_removed(
    open_salon: OpenSalon, google: FakeGoogle
) -> None:
    """The move waits out its deadline."""
    salon = open_salon(BEN, ANNA, bridge="book_deadline_seconds = 10", visit='hosts = ["ben", "anna"]')
    booking = salon.booked("visit", "kim", TEN)
    assert booking.hosts == ("ben",)
    salon.busy("ben", HALF_PAST)
    google.fail_next(Fault.SERVER_ERROR_AFTER, operation="events.insert")
    google.fail_next(Fault.UNAVAILABLE, operation="events.get", times=None)
    assert not salon.reception.move(booking, HALF_PAST).success
    google.come_up()
    assert len(ours(google)) == 1
    salon.settle()
    assert not ours(google)
    assert salon.booking(booking).interval.start == TEN
    salon.is_consistent()


@pytest.mark.parametrize("fails", [False, True])
def test_after_a_move_to_another_google_host_the_link_is_the_new_events(
    open_salon: OpenSalon, google: FakeGoogle, fails: bool
) -> None:
    """Also when that one has none: the old event's link leads nowhere."""
    salon = open_salon(ANNA, DORA, visit='hosts = ["anna", "dora"]\nmeeting_platform = "google_meet"')
    booking = salon.booked("visit", "kim", TEN)
    before = booking.link
    google.add_event("anna@example.com", HALF_PAST, HALF_PAST + HALF_AN_HOUR)
    google.set_meet(fails=fails)
    moved = salon.moved(booking, HALF_PAST)
    (event,) = ours(google, "dora")
    assert before and moved.hosts == ("dora",)
    assert moved.link == salon.booking(booking).link == event.get("hangoutLink", "")
    assert moved.link != before
