"""The database breaks off in the middle of bookings, goes away, and comes back: nobody is told a lie."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.booking.told_failed import undo_told_failed
from bridge.errors import EmailDoubtful, StoreUnavailable
from bridge.model import BookingState
from bridge.service.outcome import BookOutcome
from bridge.store.patience import within
from providers.base import Deadline
from tests.booking.conftest import OpenSalon
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, salon_config
from tests.cast.salon import Salon
from tests.cast.unruly import UnrulySalon
from tests.store.proxy import PostgresProxy

_WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def closing_salon(salon: Salon) -> Iterator[Salon]:
    try:
        yield salon
    finally:
        salon.bridge.stop()


def ask_and_lose(salon: Salon, proxy: PostgresProxy, ask: Callable[[], BookOutcome], commit: int) -> bool:
    """Lose the answer of one commit while a caller asks, who must succeed; False when there was none."""
    proxy.lose_answer(commit)
    outcome = ask()
    assert outcome.success, f"commit {commit}: {outcome.reason}"
    was_lost = proxy.commits >= commit
    proxy.lose_answer(0)
    return was_lost


def test_whichever_commit_is_lost_a_caller_is_booked_once(
    open_through: OpenSalon, proxy: PostgresProxy, caplog: pytest.LogCaptureFixture
) -> None:
    salon = open_through()
    caplog.set_level(logging.INFO, "bridge.log")
    for commit in range(1, 20):
        caplog.clear()
        caller = f"caller-{commit}"
        was_lost = ask_and_lose(salon, proxy, lambda who=caller: salon.book(who, TEN), commit)  # type: ignore[misc]
        (booking,) = salon.confirmed()
        assert salon.write_states(booking)[-1] == "done"
        assert caplog.messages.count("booking_booked") == 1
        assert salon.reception.cancel(booking).success
        salon.settle()
        salon.is_consistent()
        salon.clock.moment = TEN.replace(hour=7)
        if not was_lost:
            assert commit > 2  # a turn, a hold with its confirmation, its event and the end of the turn
            return
    pytest.fail("there is no end of commits")


def test_whichever_commit_is_lost_a_caller_is_moved(
    open_through: OpenSalon, proxy: PostgresProxy, caplog: pytest.LogCaptureFixture
) -> None:
    salon = open_through()
    assert salon.book("kim", TEN).success
    caplog.set_level(logging.INFO, "bridge.log")
    for commit in range(1, 20):
        caplog.clear()
        (booking,) = salon.confirmed()
        there = HALF_PAST if booking.interval.start == TEN else TEN
        was_lost = ask_and_lose(salon, proxy, lambda: salon.reception.move(booking, there), commit)  # noqa: B023
        assert [event.interval.start for event in salon.events()] == [there]
        assert caplog.messages.count("booking_moved") == 1
        if commit < 4:  # said twice it is done, by a commit of its own
            ask_and_lose(salon, proxy, lambda: salon.reception.move(booking, there), commit)  # noqa: B023
        salon.is_consistent()
        if not was_lost:
            assert commit > 4
            return
    pytest.fail("there is no end of commits")


def test_whichever_commit_is_lost_a_caller_is_asked_to_spell(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    for commit in (1, 2, 3):
        proxy.lose_answer(commit)
        assert salon.book(f"caller-{commit}", TEN, email="kim@gmaiml.com").kind == EmailDoubtful.code
        proxy.lose_answer(0)


def confirmed_unheard(salon: Salon, proxy: PostgresProxy, ask: Callable[[], BookOutcome]) -> None:
    """Let the answer of the last deciding commit of a request be lost, and the database be away then."""

    def checkpoint(step: str) -> None:
        if step in ("event_created", "event_moved"):
            proxy.lose_answer(1, then_away=True)

    salon.checkpoint = checkpoint
    assert not ask().success
    salon.checkpoint = lambda _step: None
    proxy.lose_answer(0)
    proxy.go_on()


def test_a_booking_told_to_have_failed_is_undone(open_through: OpenSalon, proxy: PostgresProxy) -> None:
    salon = open_through()
    confirmed_unheard(salon, proxy, lambda: salon.book("kim", TEN))
    assert [booking.state for booking in salon.bookings()] == [BookingState.CONFIRMED]
    undo_told_failed(salon.bridge.context)
    assert [booking.state for booking in salon.bookings()] == [BookingState.CANCELLED]
    salon.settle()
    assert not salon.events()
    assert not salon.bridge.context.notes.every()


def book_withheld(salon: Salon, proxy: PostgresProxy) -> None:
    """Tell a caller that booking failed, while its commit is still on its way to the server."""

    def checkpoint(step: str) -> None:
        if step == "event_created":
            proxy.keep_commit()
            salon.clock.turn(seconds=20)

    salon.checkpoint = checkpoint
    assert not salon.book("kim", TEN).success
    salon.checkpoint = lambda _step: None


def test_a_booking_whose_commit_never_came_needs_no_undoing(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    book_withheld(salon, proxy)
    proxy.cut()
    proxy.let_go_of_commit()
    proxy.go_on()
    assert salon.bridge.context.notes.every()
    undo_told_failed(salon.bridge.context)
    assert not salon.bookings()
    assert not salon.bridge.context.notes.every()


def test_a_booking_whose_commit_comes_late_is_waited_for_and_undone(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    book_withheld(salon, proxy)
    with within(Deadline(0.01, time.monotonic), time.sleep), pytest.raises(StoreUnavailable):
        undo_told_failed(salon.bridge.context)  # the transaction is still open, and may yet be committed
    with ThreadPoolExecutor(1) as other:
        undoing = other.submit(undo_told_failed, salon.bridge.context)
        while not salon.bridge.store.ask(_WAITING) and not undoing.done():
            time.sleep(0.01)
        proxy.let_go_of_commit()
        undoing.result()
    assert [booking.state for booking in salon.bookings()] == [BookingState.CANCELLED]
    assert not salon.bridge.context.notes.every()


def test_of_two_told_to_have_failed_the_one_that_was_done_is_undone(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    confirmed_unheard(salon, proxy, lambda: salon.book("kim", TEN))
    (booking,) = salon.confirmed()
    # What was told next of the same booking was never done: its commit did not arrive.
    remember(salon.bridge.context, ToldFailed(booking.id, booking.version + 2))
    assert len(salon.bridge.context.notes.every()) == 2
    undo_told_failed(salon.bridge.context)
    assert not salon.confirmed()
    assert not salon.bridge.context.notes.every()


def test_a_repeat_told_success_meanwhile_stays(open_through: OpenSalon, proxy: PostgresProxy) -> None:
    salon = open_through()
    confirmed_unheard(salon, proxy, lambda: salon.book("kim", TEN))
    salon.clock.turn(seconds=6)  # the turn of the first request could not be given back
    assert salon.book("kim", TEN).success
    undo_told_failed(salon.bridge.context)
    salon.settle()
    assert len(salon.confirmed()) == 1
    salon.is_consistent()


def test_the_next_process_undoes_what_a_dead_one_told(
    open_through: OpenSalon, proxy: PostgresProxy, tmp_path: Path
) -> None:
    confirmed_unheard(first := open_through(), proxy, lambda: first.book("kim", TEN))
    second = open_through()
    undo_told_failed(second.bridge.context)
    assert len(second.confirmed()) == 1, "its process lives, and will undo it itself"
    first.bridge.context.notes.close()  # as the system does for a process that is killed
    undo_told_failed(second.bridge.context)
    assert not second.confirmed()
    assert not list(tmp_path.glob("*told-failed*"))


def test_one_whose_host_has_left_is_left_to_the_owner_and_keeps_no_other(
    open_through: OpenSalon, proxy: PostgresProxy, tmp_path: Path
) -> None:
    first = open_through()
    gone = first.booked("cut", "kim", TEN)
    confirmed_unheard(first, proxy, lambda: first.reception.move(gone, HALF_PAST))
    first.clock.turn(seconds=6)
    confirmed_unheard(first, proxy, lambda: first.book("lee", TEN))
    first.bridge.context.notes.close()
    without_anna = salon_config(proxy.url, BEN)
    with closing_salon(Salon(without_anna, around={"state_folder": lambda _file: tmp_path})) as second:
        undo_told_failed(second.bridge.context)
        (alert,) = second.bridge.alerts.open()
        assert "moved to Monday, November 23 at 10:30" in alert.text
        assert "local:anna" in alert.text
        assert [(each.contact.contact_id, each.interval.start) for each in second.confirmed()] == [
            ("kim", HALF_PAST)
        ]
        assert not second.bridge.context.notes.every()


@pytest.fixture
def salon_apart(proxy: PostgresProxy, tmp_path: Path) -> Iterator[Salon]:
    """A salon through the proxy that makes events between two commits."""
    around = {"state_folder": lambda _file: tmp_path}
    with closing_salon(UnrulySalon(salon_config(proxy.url, ANNA), around=around)) as salon:
        yield salon


def stays_when_repeated(salon: Salon, proxy: PostgresProxy) -> None:
    """Repeat a request that was told to have failed, and now succeeds; nothing undoes that."""
    proxy.lose_answer(0)
    proxy.go_on()
    assert [booking.state for booking in salon.bookings()] == [BookingState.HELD]
    assert salon.bridge.context.notes.every()
    salon.clock.turn(seconds=11)
    assert salon.book("kim", TEN).success
    undo_told_failed(salon.bridge.context)
    salon.settle()
    assert len(salon.confirmed()) == 1
    salon.is_consistent()
    assert not salon.bridge.context.notes.every()


def test_a_hold_that_was_not_heard_of_and_a_repeat_finished_stays(
    salon_apart: Salon, proxy: PostgresProxy
) -> None:
    proxy.lose_answer_after("INSERT INTO bookings ", then_away=True)
    assert not salon_apart.book("kim", TEN).success
    stays_when_repeated(salon_apart, proxy)


def test_a_hold_whose_confirmation_never_came_and_a_repeat_finished_stays(
    salon_apart: Salon, proxy: PostgresProxy
) -> None:
    salon_apart.checkpoint = lambda step: proxy.go_away() if step == "event_created" else None
    assert not salon_apart.book("kim", TEN).success
    salon_apart.checkpoint = lambda _step: None
    stays_when_repeated(salon_apart, proxy)


def test_a_first_try_that_may_be_done_is_noted_though_the_next_is_not_begun(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    salon.checkpoint = lambda step: proxy.lose_answer(1, then_away=True) if step == "event_created" else None
    assert not salon.book("kim", TEN).success
    assert len(salon.bridge.context.notes.every()) == 1
