"""A vendor that answers badly for a moment costs a caller a moment, not the appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT
from tests.cast.clock import HALF_AN_HOUR, tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.vendors.common.faults import Fault
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

INSERT = {"google": "events.insert", "microsoft": "events.create"}
PATCH = {"google": "events.patch", "microsoft": "events.update"}
BAD_ANSWERS = [Fault.UNAVAILABLE, Fault.TRUNCATE, Fault.GARBAGE, Fault.SERVER_ERROR_AFTER]


def test_with_every_second_insert_answered_badly_every_caller_gets_through(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    for number in range(8):
        for fake, insert in ((google, INSERT["google"]), (microsoft, INSERT["microsoft"])):
            fake.faults.clear()
            if number % 2:
                fake.fail_next(BAD_ANSWERS[number // 2], operation=insert)
        start = tomorrow_at(9) + number * HALF_AN_HOUR
        assert salon.book(f"kim-{number}", start).success
        assert salon.book(f"lee-{number}", start).success  # at the other vendor
    salon.settle()
    assert len(google.events(ANNA_GOOGLE)) == len(microsoft.events(BEN_MICROSOFT)) == 8
    salon.is_consistent()


@pytest.mark.parametrize("fault", BAD_ANSWERS)
def test_a_move_answered_badly_twice_is_made(
    open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft, fault: Fault
) -> None:
    salon = open_at_vendors(google=google, microsoft=microsoft)
    ten = tomorrow_at(10)
    for caller in ("kim", "lee"):  # one at each vendor
        booking = salon.book(caller, ten).booking
        assert booking is not None
        fake, vendor = (google, "google") if booking.hosts == ("anna",) else (microsoft, "microsoft")
        fake.fail_next(fault, operation=PATCH[vendor], times=2)
        moved = salon.reception.move(booking, ten + timedelta(hours=2)).booking
        assert moved is not None and moved.hosts == booking.hosts
    salon.settle()
    salon.is_consistent()
