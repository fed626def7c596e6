"""Calendars that refuse, fall silent, or do what they were asked too late, and a database that is busy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import CalendarRefused, StoreUnavailable
from bridge.model import BookingState
from providers.base import EventRef
from providers.errors import AccessDenied
from tests.cast.clock import MONDAY
from tests.cast.config import ANNA, salon_config
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon
from tests.vendors.unruly import Trouble

TEN = MONDAY.replace(hour=10)
HALF_PAST = TEN + timedelta(minutes=30)


@pytest.fixture
def unruly(store_url: str) -> Iterator[UnrulySalon]:
    opened = UnrulySalon(salon_config(store_url))
    yield opened
    opened.bridge.stop()


def test_after_a_clear_refusal_the_other_host_takes_the_booking(unruly: UnrulySalon) -> None:
    unruly.plan.writes.append(Trouble.REFUSED)
    outcome = unruly.book("kim", TEN)
    assert outcome.success and outcome.booking is not None
    assert outcome.booking.hosts == ("ben",)
    unruly.settle()
    unruly.is_consistent()


def test_when_every_host_refuses_nothing_is_left(unruly: UnrulySalon) -> None:
    unruly.plan.writes.extend([Trouble.REFUSED, Trouble.REFUSED])
    assert not unruly.book("kim", TEN).success
    unruly.is_consistent()
    assert [booking.state for booking in unruly.bookings()] == [BookingState.FAILED]


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.GARBLED])
def test_an_event_whose_answer_was_lost_is_found_and_confirmed(unruly: UnrulySalon, trouble: Trouble) -> None:
    unruly.plan.writes.append(trouble)
    assert unruly.book("kim", TEN).success
    unruly.settle()
    unruly.is_consistent()
    assert len(unruly.events()) == 1


def test_a_late_event_of_a_failed_booking_is_removed(unruly: UnrulySalon) -> None:
    unruly.plan.every_write = Trouble.LATE
    assert not unruly.book("kim", TEN).success
    unruly.plan.forget()
    unruly.clock.turn(minutes=2)
    unruly.bridge.plan_standing()
    unruly.bridge.background.run_due()
    unruly.unruly.land_all(unruly)
    assert len(unruly.events()) == 1
    unruly.settle()
    assert not unruly.events()
    unruly.is_consistent()


def test_a_caller_who_asks_again_gets_the_late_event_confirmed(unruly: UnrulySalon) -> None:
    unruly.plan.every_write = Trouble.LATE
    assert not unruly.book("kim", TEN).success
    unruly.plan.forget()
    unruly.unruly.land_all(unruly)
    assert unruly.book("kim", TEN).success
    unruly.settle()
    unruly.is_consistent()
    assert len(unruly.events()) == 1


def test_a_caller_who_asks_again_before_the_late_event_lands_gets_one_event(unruly: UnrulySalon) -> None:
    unruly.plan.every_write = Trouble.LATE
    assert not unruly.book("kim", TEN).success
    unruly.plan.forget()
    assert unruly.book("kim", TEN).success
    unruly.unruly.land_all(unruly)
    unruly.settle()
    unruly.is_consistent()
    assert len(unruly.events()) == 1


def test_an_unclear_write_is_made_again_under_the_same_key(unruly: UnrulySalon) -> None:
    unruly.plan.writes.extend([Trouble.LATE, Trouble.LATE])
    assert unruly.book("kim", TEN).success
    unruly.unruly.land_all(unruly)
    unruly.settle()
    unruly.is_consistent()
    assert len(unruly.events()) == 1


def test_a_refusal_after_an_unclear_answer_leaves_no_late_event(unruly: UnrulySalon) -> None:
    unruly.plan.writes.append(Trouble.LATE)
    unruly.plan.every_write = Trouble.REFUSED
    assert not unruly.book("kim", TEN).success
    unruly.plan.forget()
    unruly.unruly.land_all(unruly)
    unruly.settle()
    assert not unruly.events()
    unruly.is_consistent()


def test_a_refusal_keeps_the_vendors_as_its_cause(unruly: UnrulySalon) -> None:
    unruly.book("kim", TEN)
    (booking,) = unruly.confirmed()
    unruly.plan.writes.append(Trouble.REFUSED)
    calendar = unruly.bridge.context.calendar(booking.calendar, unruly.clock.deadline())
    with pytest.raises(CalendarRefused) as refused:
        calendar.remove(EventRef(booking.calendar.calendar, "any"), notify=False)
    assert isinstance(refused.value.__cause__, AccessDenied)


def test_an_unclear_move_is_made_again(unruly: UnrulySalon) -> None:
    unruly.book("kim", TEN)
    (booking,) = unruly.confirmed()
    unruly.plan.writes.extend([Trouble.LATE, Trouble.LATE])
    assert unruly.reception.move(booking, HALF_PAST).success
    unruly.unruly.land_all(unruly)
    unruly.settle()
    unruly.is_consistent()
    assert [event.interval.start for event in unruly.events()] == [HALF_PAST]


def test_while_an_outcome_is_unknown_the_slot_stays_taken(store_url: str) -> None:
    alone = UnrulySalon(salon_config(store_url, ANNA))
    alone.plan.every_write = Trouble.LATE
    assert not alone.book("kim", TEN).success
    alone.plan.forget()
    assert not alone.book("lee", TEN).success
    alone.settle()
    assert alone.book("lee", TEN + timedelta(days=1)).success
    alone.bridge.stop()


def test_a_late_move_that_failed_is_put_back(unruly: UnrulySalon) -> None:
    unruly.book("kim", TEN)
    (booking,) = unruly.confirmed()
    unruly.plan.every_write = Trouble.LATE
    assert not unruly.reception.move(booking, HALF_PAST).success
    unruly.plan.forget()
    unruly.unruly.land_all(unruly)
    assert [event.interval.start for event in unruly.events()] == [HALF_PAST]
    unruly.settle()
    assert [event.interval.start for event in unruly.events()] == [TEN]
    assert [booking.interval.start for booking in unruly.confirmed()] == [TEN]
    unruly.is_consistent()


def test_a_move_whose_answer_was_lost_is_found_and_completed(unruly: UnrulySalon) -> None:
    unruly.book("kim", TEN)
    (booking,) = unruly.confirmed()
    unruly.plan.writes.append(Trouble.LOST)
    assert unruly.reception.move(booking, HALF_PAST).success
    unruly.settle()
    unruly.is_consistent()


def test_a_cancellation_outlasts_a_calendar_that_is_down(unruly: UnrulySalon) -> None:
    unruly.book("kim", TEN)
    (booking,) = unruly.confirmed()
    unruly.plan.writes.extend([Trouble.DOWN, Trouble.REFUSED, Trouble.DOWN])
    assert unruly.reception.cancel(booking).success
    unruly.bridge.background.run_due()
    assert len(unruly.events()) == 1
    unruly.settle()
    assert not unruly.events()


def test_hosts_whose_calendar_is_silent_are_not_offered_and_raise_one_alert(unruly: UnrulySalon) -> None:
    event_type = unruly.reception.event_type(None)
    unruly.plan.reads.append(Trouble.DOWN)
    assert not unruly.reception.offer(event_type).slots
    assert len(unruly.bridge.alerts.open()) == 2
    assert unruly.reception.offer(event_type).slots
    assert not unruly.bridge.alerts.open()


def test_booking_on_a_silent_calendar_says_that_it_cannot_be_reached(unruly: UnrulySalon) -> None:
    unruly.plan.reads.append(Trouble.DOWN)
    outcome = unruly.book("kim", TEN)
    assert outcome.reason == "The calendar cannot be reached right now. Please try again in a moment."
    assert not unruly.bookings()


def test_what_a_busy_database_never_began_is_not_noted(open_small: OpenSalon, tmp_path: Path) -> None:
    salon = open_small(ANNA, around={"state_folder": lambda _file: tmp_path})
    assert salon.bridge.store.file
    with closing(sqlite3.connect(salon.bridge.store.file, isolation_level=None)) as other:

        def keep_busy() -> None:
            other.execute("BEGIN IMMEDIATE")
            salon.clock.turn(seconds=4.9)

        salon.race(keep_busy)
        assert salon.book("kim", TEN).kind == StoreUnavailable.code
    assert not salon.bridge.context.notes.every()
    assert not salon.bookings()
