"""One deadline for a booking: the questions before its write leave the write its time, whoever is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cast.at_vendors import vendors_toml
from tests.cast.clock import HALF_AN_HOUR, PresentClock, RunningClock, tomorrow_at
from tests.cast.config import read_toml
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.vendors.common.faults import Fault
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

OpenMixed = Callable[..., Salon]
SHORT = "book_deadline_seconds = 6"  # so that a hanging vendor costs 2.4 s, and a busy machine has the rest


@pytest.fixture
def open_mixed(
    sqlite_url: str, google: FakeGoogle, microsoft: FakeMicrosoft, tmp_path: Path
) -> Iterator[OpenMixed]:
    """Opens a salon of a Google host and a Microsoft host."""
    with ExitStack() as stack:

        def opened(bridge: str = "", *, clock: PresentClock | None = None, is_met: bool = True) -> Salon:
            text = vendors_toml(sqlite_url, tmp_path, google=google, microsoft=microsoft, bridge=bridge)
            salon = Salon(read_toml(text, tmp_path), clock=clock or PresentClock())
            stack.callback(salon.bridge.stop)
            salon.bridge.connections.keep_fresh()
            if is_met:
                salon.bridge.plan_standing()
                salon.bridge.background.run_due()
            return salon

        yield opened


@pytest.mark.parametrize("hanging", ["google", "microsoft"])
def test_of_a_mixed_team_only_the_hanging_vendors_host_is_lost(
    open_mixed: OpenMixed, google: FakeGoogle, microsoft: FakeMicrosoft, hanging: str
) -> None:
    salon = open_mixed(SHORT, clock=RunningClock())
    {"google": google, "microsoft": microsoft}[hanging].fail_next(Fault.HANG, times=None)
    told = [salon.book(f"kim-{number}", tomorrow_at(9) + number * HALF_AN_HOUR) for number in range(4)]
    healthy = "ben" if hanging == "google" else "anna"
    assert [booked.booking and booked.booking.hosts for booked in told] == [(healthy,)] * 4
    assert told[0].booking is not None
    assert salon.reception.move(told[0].booking, tomorrow_at(16)).success
    salon.bridge.health.write_down()
    (alert,) = salon.bridge.alerts.open()
    assert hanging in alert.text


def test_a_vendor_that_hangs_from_the_start_on_costs_its_own_host_alone(
    open_mixed: OpenMixed, google: FakeGoogle
) -> None:
    salon = open_mixed(SHORT, clock=RunningClock(), is_met=False)
    google.fail_next(Fault.HANG, times=None)
    outcome = salon.book("kim", tomorrow_at(10))
    assert outcome.booking is not None and outcome.booking.hosts == ("ben",)


def test_beside_a_hanging_vendor_a_write_at_another_has_time_to_be_repeated(
    open_mixed: OpenMixed, google: FakeGoogle, microsoft: FakeMicrosoft
) -> None:
    salon = open_mixed("book_deadline_seconds = 10", clock=RunningClock())
    google.fail_next(Fault.HANG, times=None)
    microsoft.fail_next(Fault.UNAVAILABLE, operation="events.create")

    def sleep(seconds: float) -> None:
        if microsoft.operations()[-1] in ("events.create", "events.update"):
            salon.clock.turn(seconds=seconds)

    # The questions leave six of ten seconds, and no try begins with less than one.
    microsoft.set_latency(2.4, sleep=sleep)
    booking = salon.book("kim", tomorrow_at(10)).booking
    assert booking is not None and booking.hosts == ("ben",)
    moved = salon.reception.move(booking, tomorrow_at(10, 30)).booking
    assert moved is not None and moved.hosts == ("ben",)
    assert salon.reception.cancel(moved).success


def test_an_answer_ages_from_when_it_came_not_from_when_it_was_asked_for(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    salon = open_at_vendors(microsoft=microsoft, bridge="book_deadline_seconds = 10")
    salon.bridge.connections.keep_fresh()
    assert salon.reception.offer(salon.event_type(None)).slots  # so that the account is met
    microsoft.requests.clear()
    microsoft.set_latency(1.5, sleep=lambda seconds: salon.clock.turn(seconds=seconds))
    assert salon.book("kim", tomorrow_at(10)).success
    assert microsoft.operations() == ["calendarView", "events.create"]


@pytest.mark.parametrize("slow", ["google", "microsoft"])
def test_at_one_and_a_half_seconds_a_request_a_caller_books_moves_and_cancels(
    open_mixed: OpenMixed, google: FakeGoogle, microsoft: FakeMicrosoft, slow: str
) -> None:
    salon = open_mixed()
    {"google": google, "microsoft": microsoft}[slow].set_latency(
        1.5, sleep=lambda seconds: salon.clock.turn(seconds=seconds)
    )
    for number, caller in enumerate(("kim", "lee")):  # one of them with the slow vendor's host
        booking = salon.book(caller, tomorrow_at(10)).booking
        assert booking is not None
        moved = salon.reception.move(booking, tomorrow_at(12 + number)).booking
        assert moved is not None and moved.hosts == booking.hosts
        assert salon.reception.cancel(moved).success
