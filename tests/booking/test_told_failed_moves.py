"""Moves that callers were told had failed, though they had not: they are taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.booking.told_failed import undo_told_failed
from providers.base import Interval
from tests.booking.conftest import OpenSalon
from tests.booking.test_told_failed import closing_salon, confirmed_unheard
from tests.cast.clock import HALF_AN_HOUR, HALF_PAST, TEN
from tests.cast.config import ANNA, salon_config
from tests.cast.salon import Salon
from tests.cast.unruly import UnrulySalon
from tests.store.proxy import PostgresProxy
from tests.vendors.unruly import Trouble


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
