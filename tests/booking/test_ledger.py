"""Walks the state diagram that the ledger's docstring draws: what is drawn works, all else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from bridge.booking import ledger
from bridge.errors import BridgeError
from bridge.model import BookingState
from tests.booking.walker import ARROWS, DRAWN, OWNERS, STATES, Walker
from tests.cast.config import salon_config
from tests.cast.salon import Salon


@pytest.fixture
def walker(store_url: str) -> Iterator[Walker]:
    opened = Salon(salon_config(store_url, event_type="horizon_days = 365"))
    yield Walker(opened)
    opened.bridge.stop()


def test_the_diagram_draws_every_arrow_and_no_other(walker: Walker) -> None:
    walker.prepare("held")
    assert set(ARROWS) == set(walker.arrows())
    assert {before for _, before in DRAWN} <= {"nothing", *STATES}


@pytest.mark.parametrize("before", STATES)
def test_from_every_state_just_the_drawn_arrows_lead_on(walker: Walker, before: str) -> None:
    for arrow in ARROWS:
        walker.prepare(before)
        walker.own_as(None)
        rows = walker.rows()
        if (arrow, before) in DRAWN:
            walker.arrows()[arrow]()
            walker.is_as_drawn(arrow, before)
        else:
            with suppress(BridgeError):
                walker.arrows()[arrow]()
            walker.is_unchanged(arrow, rows)


@pytest.mark.parametrize("arrow", OWNERS)
def test_a_stranger_does_not_lead_on_what_another_owns(walker: Walker, arrow: str) -> None:
    for before in [each for name, each in DRAWN if name == arrow]:
        walker.prepare(before)
        walker.own_as("stranger")
        rows = walker.rows()
        with suppress(BridgeError):
            walker.arrows()[arrow]()
        walker.is_unchanged(arrow, rows)


def test_a_hold_is_as_drawn(walker: Walker) -> None:
    walker.prepare("held")
    walker.is_as_drawn("hold", "nothing")


def test_a_hold_at_once_is_as_drawn(walker: Walker) -> None:
    walker.prepare("failed")
    walker.held = walker.hold_at_once()
    walker.is_as_drawn("hold at once", "nothing")


def test_a_write_that_another_took_over_ends_unwanted(walker: Walker) -> None:
    walker.prepare("left")
    walker.own_as("stranger")
    with pytest.raises(BridgeError):
        walker.arrows()["confirm"]()
    assert [str(write.state) for write in walker.rows().writes] == ["unwanted"]


def test_a_borrowed_booking_cannot_be_moved_and_comes_back_as_it_was(walker: Walker) -> None:
    walker.prepare("confirmed")
    with ledger.borrowed(walker.context, walker.held.booking.id), pytest.raises(BridgeError):
        walker.begin_move()
    assert walker.state(walker.rows()) == BookingState.CONFIRMED
    assert walker.begin_move().before.id == walker.held.booking.id
