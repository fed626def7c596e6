"""A process is killed between any two steps; whoever comes next finds out what to do from the rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bridge.model import BookingState
from bridge.store.tables import local_events
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import salon_config, salon_toml
from tests.cast.salon import Salon
from tests.zygote import Zygote

BOOKING = [
    *(("book", step) for step in ("event_created", "confirmed")),  # by one commit
    *(("book_apart", step) for step in ("held", "event_created", "confirmed")),
]
MOVING = ("move_held", "event_moved", "move_confirmed")
CANCELLING = ("cancelled", "event_removed")


def killed_at(zygote: Zygote, url: str, step: str, action: str) -> str:
    """Return what the process told before it died at the step."""
    ended = zygote.run("tests.cast.victim", salon_toml(url), step, action, TEN.isoformat(), "monday")
    assert ended.returncode == -9, f"was not killed at {step}: {ended.output}"
    return ended.output


def survivor(url: str) -> Salon:
    """Return the bridge as it is started again later."""
    opened = Salon(salon_config(url))
    opened.clock.turn(hours=1)
    return opened


@pytest.mark.parametrize(("action", "step"), BOOKING)
def test_a_booking_killed_at_any_step_is_whole_or_nothing(
    zygote: Zygote, store_url: str, action: str, step: str
) -> None:
    told = killed_at(zygote, store_url, step, action)
    assert "told" not in told
    opened = survivor(store_url)
    opened.settle()
    opened.is_consistent()
    assert len(opened.confirmed()) == (1 if step == "confirmed" else 0)
    opened.bridge.stop()


@pytest.mark.parametrize(("action", "step"), BOOKING)
def test_a_caller_who_asks_again_after_the_kill_gets_exactly_one_booking(
    zygote: Zygote, store_url: str, action: str, step: str
) -> None:
    killed_at(zygote, store_url, step, action)
    opened = Salon(salon_config(store_url))
    opened.clock.turn(seconds=11)
    assert opened.book("kim", TEN).success
    opened.settle()
    opened.is_consistent()
    assert len(opened.confirmed()) == 1
    opened.bridge.stop()


@pytest.mark.parametrize("action", ["move", "replace_host"])
@pytest.mark.parametrize("step", MOVING)
def test_a_move_killed_at_any_step_is_done_or_undone(
    zygote: Zygote, store_url: str, step: str, action: str
) -> None:
    killed_at(zygote, store_url, step, action)
    opened = survivor(store_url)
    opened.settle()
    opened.is_consistent()
    (mine,) = [booking for booking in opened.confirmed() if booking.contact.contact_id == "kim"]
    assert mine.interval.start == (HALF_PAST if step == "move_confirmed" else TEN)
    opened.bridge.stop()


@pytest.mark.parametrize("step", CANCELLING)
def test_a_cancellation_killed_at_any_step_is_carried_out(zygote: Zygote, store_url: str, step: str) -> None:
    killed_at(zygote, store_url, step, "cancel")
    opened = survivor(store_url)
    opened.settle()
    assert not opened.events()
    assert [booking.state for booking in opened.bookings()] == [BookingState.CANCELLED]
    opened.bridge.stop()


def test_settling_killed_half_way_is_settled_by_the_next(zygote: Zygote, store_url: str) -> None:
    killed_at(zygote, store_url, "event_created", "book_apart")
    killed_at(zygote, store_url, "given_up", "remove")
    killed_at(zygote, store_url, "event_removed", "remove")
    opened = survivor(store_url)
    opened.settle()
    opened.is_consistent()
    assert not opened.events()
    opened.bridge.stop()


@pytest.mark.parametrize("step", ["corrected", "event_amended"])
def test_a_correction_killed_at_any_step_reaches_the_event(zygote: Zygote, store_url: str, step: str) -> None:
    told = killed_at(zygote, store_url, step, "correct")
    assert ("told success" in told) == (step == "event_amended")
    opened = survivor(store_url)
    opened.settle()
    opened.is_consistent()
    (mine,) = opened.confirmed()
    assert mine.attendee.email == "kim@example.com"
    with opened.bridge.store.read() as connection:
        held = select(local_events.c.content).where(local_events.c.cancelled.is_(False))
        (event,) = connection.execute(held).scalars()
    assert event["title"] == "Haircut: Kim Example"
    assert [guest[0] for guest in event["attendees"]] == ["kim@example.com"]
    opened.bridge.stop()
