"""A repeat that the vendor throttles is waited with: the first request may have been the appointment."""

from __future__ import annotations

import pytest

from bridge.model import Booking, BookingState
from tests.cast.clock import tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.vendors.common.faults import Fault
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

TEN, NOON = tomorrow_at(10), tomorrow_at(12)
Fake = FakeGoogle | FakeMicrosoft

INSERT, PATCH, DELETE = "create", "move", "remove"
OPERATIONS = {
    FakeGoogle: {INSERT: "events.insert", PATCH: "events.patch", DELETE: "events.delete"},
    FakeMicrosoft: {INSERT: "events.create", PATCH: "events.update", DELETE: "events.delete"},
}


@pytest.fixture(
    params=[
        ("google", Fault.RATE_429),
        ("google", Fault.RATE_403_PROJECT),
        ("google", Fault.QUOTA),
        ("microsoft", Fault.RATE_429),
    ],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def throttling(request: pytest.FixtureRequest, open_at_vendors: OpenThere) -> tuple[Salon, Fake, Fault]:
    vendor, fault = request.param
    fake = request.getfixturevalue(vendor)
    return open_at_vendors(**{vendor: fake}), fake, fault


def throttle(fake: Fake, fault: Fault, write: str, first: Fault, times: int | None = 5) -> int:
    """Let the next write have no clear answer and its repeats be throttled; return how many were asked."""
    operation = OPERATIONS[type(fake)][write]
    fake.fail_next(first, operation=operation)
    fake.fail_next(fault, operation=operation, times=times)
    return len(fake.requests)


def booked(salon: Salon) -> Booking:
    booking = salon.book("kim", TEN).booking
    assert booking is not None
    return booking


def between_the_first_two(fake: Fake, before: int, write: str) -> list[str]:
    """Return what was asked between a write and its first repeat."""
    asked = [each.operation for each in fake.requests[before:]]
    operation = OPERATIONS[type(fake)][write]
    first = asked.index(operation)
    return asked[first + 1 : asked.index(operation, first + 1)]


def test_a_booking_is_made_when_the_throttling_ends(throttling: tuple[Salon, Fake, Fault]) -> None:
    salon, fake, fault = throttling
    before = throttle(fake, fault, INSERT, Fault.UNAVAILABLE)
    booked(salon)
    assert between_the_first_two(fake, before, INSERT)
    assert len(salon.events()) == 1
    salon.is_consistent()


def test_a_first_request_that_is_throttled_is_waited_with_where_no_other_host_can_come(
    throttling: tuple[Salon, Fake, Fault],
) -> None:
    salon, fake, fault = throttling
    fake.fail_next(fault, operation=OPERATIONS[type(fake)][INSERT], times=9)
    outcome = salon.book("kim", TEN)
    # A quota's minutes are no caller's.
    assert outcome.success is (fault is not Fault.QUOTA)
    assert len(salon.events()) == int(outcome.success)


def test_a_booking_that_landed_unseen_is_found_though_repeats_are_throttled(
    throttling: tuple[Salon, Fake, Fault],
) -> None:
    salon, fake, fault = throttling
    throttle(fake, fault, INSERT, Fault.SERVER_ERROR_AFTER, times=None)
    booked(salon)
    assert len(salon.events()) == 1
    salon.is_consistent()


def test_a_move_is_made_when_the_throttling_ends(throttling: tuple[Salon, Fake, Fault]) -> None:
    salon, fake, fault = throttling
    booking = booked(salon)
    before = throttle(fake, fault, PATCH, Fault.UNAVAILABLE)
    assert salon.reception.move(booking, NOON).success
    assert between_the_first_two(fake, before, PATCH)
    assert [event.interval.start for event in salon.events()] == [NOON]
    salon.is_consistent()


def test_a_removal_is_made_when_the_throttling_ends(throttling: tuple[Salon, Fake, Fault]) -> None:
    salon, fake, fault = throttling
    booking = booked(salon)
    throttle(fake, fault, DELETE, Fault.UNAVAILABLE)
    assert salon.reception.cancel(booking).success
    salon.bridge.background.run_due()
    assert not salon.events()
    salon.is_consistent()


@pytest.mark.parametrize(
    "throttling", [("google", Fault.RATE_429), ("microsoft", Fault.RATE_429)], indirect=True
)
def test_what_is_throttled_to_the_end_is_settled(throttling: tuple[Salon, Fake, Fault]) -> None:
    salon, fake, fault = throttling
    throttle(fake, fault, INSERT, Fault.UNAVAILABLE, times=None)
    assert not salon.book("kim", TEN).success
    fake.faults.clear()
    salon.settle()
    assert not salon.events()
    assert [booking.state for booking in salon.bookings()] == [BookingState.FAILED]
    salon.is_consistent()
