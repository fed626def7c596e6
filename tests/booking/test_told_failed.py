"""The database breaks off in the middle of bookings, goes away, and comes back: nobody is told a lie."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.booking.told_failed import undo_told_failed
from bridge.errors import EmailDoubtful
from bridge.model import BookingState
from bridge.service.outcome import BookOutcome
from providers.base import Interval
from tests.cast.clock import HALF_AN_HOUR, HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, salon_config
from tests.cast.salon import Salon
from tests.cast.unruly import UnrulySalon
from tests.store.proxy import PostgresProxy
from tests.vendors.unruly import Trouble

OpenSalon = Callable[[], Salon]


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    """A proxy before the database."""
    with closing(PostgresProxy(postgres_url)) as opened:
        yield opened


@pytest.fixture
def open_through(proxy: PostgresProxy, tmp_path: Path) -> Iterator[OpenSalon]:
    """Opens salons whose database is reached through the proxy."""
    with ExitStack() as stack:

        def opened() -> Salon:
            salon = Salon(salon_config(proxy.url, ANNA), around={"state_folder": lambda _file: tmp_path})
            stack.callback(salon.bridge.stop)
            return salon

        yield opened


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
            assert commit > 3  # a turn, a hold, a confirmation with its event and the end of the turn
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


def test_a_move_told_to_have_failed_goes_back(open_through: OpenSalon, proxy: PostgresProxy) -> None:
    salon = open_through()
    booking = salon.booked("cut", "kim", TEN)
    confirmed_unheard(salon, proxy, lambda: salon.reception.move(booking, HALF_PAST))
    assert [each.interval.start for each in salon.confirmed()] == [HALF_PAST]
    undo_told_failed(salon.bridge.context)
    salon.settle()
    assert [event.interval.start for event in salon.events()] == [TEN]
    assert [each.interval.start for each in salon.confirmed()] == [TEN]
    salon.is_consistent()


def test_a_move_is_taken_back_once_however_often_that_is_noted(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    booking = salon.booked("cut", "kim", TEN)
    confirmed_unheard(salon, proxy, lambda: salon.reception.move(booking, HALF_PAST))
    context = salon.bridge.context
    (note,) = context.notes.every().values()
    undo_told_failed(context)
    undone = salon.booking(booking)
    # As when the process dies before it forgets the note, or two take over that of a third.
    remember(context, ToldFailed(**note))
    undo_told_failed(context)
    assert salon.booking(booking) == undone
    assert not context.notes.every()


def test_what_a_person_has_moved_since_stays_and_is_told(
    open_through: OpenSalon, proxy: PostgresProxy
) -> None:
    salon = open_through()
    confirmed_unheard(salon, proxy, lambda: salon.book("kim", TEN))
    (event,) = salon.events()
    later = Interval(HALF_PAST, HALF_PAST + HALF_AN_HOUR)
    provider = salon.provider(salon.calendars()[0])
    provider.move_event(replace(event.ref, etag=None), later, timezone="UTC", deadline=salon.patience())
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    undo_told_failed(salon.bridge.context)
    assert [each.interval for each in salon.confirmed()] == [later]
    (alert,) = salon.bridge.alerts.open()
    assert "Please call the caller" in alert.text


def test_a_change_of_mind_that_fails_too_keeps_nothing_that_was_told_to_have_failed(
    proxy: PostgresProxy, tmp_path: Path
) -> None:
    around = {"state_folder": lambda _file: tmp_path}
    with closing_salon(UnrulySalon(salon_config(proxy.url, ANNA), around=around)) as salon:
        confirmed_unheard(salon, proxy, lambda: salon.book("kim", TEN))
        salon.clock.turn(seconds=6)
        assert isinstance(salon, UnrulySalon)
        salon.plan.writes.append(Trouble.REFUSED)
        assert not salon.book("kim", HALF_PAST).success
        undo_told_failed(salon.bridge.context)
        assert salon.confirmed() == []


@pytest.mark.parametrize("by", ["booking", "event"])
def test_a_move_whose_old_time_was_taken_stays_and_is_told(
    open_through: OpenSalon, proxy: PostgresProxy, by: str
) -> None:
    salon = open_through()
    booking = salon.booked("cut", "kim", TEN)
    confirmed_unheard(salon, proxy, lambda: salon.reception.move(booking, HALF_PAST))
    if by == "booking":
        assert salon.book("lee", TEN).success
    else:
        salon.busy("anna", TEN)
    undo_told_failed(salon.bridge.context)
    assert salon.booking(booking).interval.start == HALF_PAST
    (alert,) = salon.bridge.alerts.open()
    assert "Please call the caller" in alert.text
    assert not salon.bridge.context.notes.every()


def test_a_change_of_service_told_to_have_failed_is_not_half_undone(
    proxy: PostgresProxy, tmp_path: Path
) -> None:
    services = '[event_types.cut.services.beard]\ntitle = "Beard"\nmeeting_platform = "phone"'
    around = {"state_folder": lambda _file: tmp_path}
    salon = Salon(salon_config(proxy.url, ANNA, event_type=services), around=around)
    salon.booked("cut", "kim", TEN)
    confirmed_unheard(salon, proxy, lambda: salon.book("kim", HALF_PAST, service="beard"))
    undo_told_failed(salon.bridge.context)
    (booking,) = salon.confirmed()
    assert (booking.interval.start, booking.service) == (HALF_PAST, "beard")
    (alert,) = salon.bridge.alerts.open()
    assert "Please call the caller" in alert.text
    salon.bridge.stop()


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
