"""The connection to the database breaks off at every single question of a booking: nobody is told a lie."""

from __future__ import annotations

import pytest

from bridge.booking.job_names import RECONCILE
from bridge.booking.told_failed import undo_told_failed
from tests.booking.conftest import OpenSalon
from tests.cast.clock import TEN
from tests.store.proxy import PostgresProxy


@pytest.mark.parametrize("is_asked", [True, False])
def test_wherever_the_connection_breaks_a_caller_is_booked_once(
    open_through: OpenSalon, proxy: PostgresProxy, *, is_asked: bool
) -> None:
    salon = open_through()
    for question in range(1, 40):
        proxy.break_off(question, is_asked=is_asked)
        assert salon.book(f"caller-{question}", TEN).success, question
        is_over = not proxy.has_broken_off()
        (booking,) = salon.confirmed()
        salon.is_consistent()
        assert salon.reception.cancel(booking).success
        salon.bridge.background.run_due()
        if is_over:
            assert question > 8
            return
    pytest.fail("there is no end of questions")


@pytest.mark.parametrize("is_asked", [True, False])
def test_wherever_the_database_goes_away_what_a_caller_is_told_is_so_in_the_end(
    open_through: OpenSalon, proxy: PostgresProxy, *, is_asked: bool
) -> None:
    salon = open_through()
    for question in range(1, 40):
        proxy.break_off(question, is_asked=is_asked, then_away=True)
        is_booked = salon.book(f"caller-{question}", TEN).success
        is_over = not proxy.has_broken_off()
        proxy.go_on()
        undo_told_failed(salon.bridge.context)
        salon.clock.turn(minutes=2)  # the leases of what broke off are over
        salon.bridge.background.plan(RECONCILE)
        salon.bridge.background.run_due()
        assert [each.contact.contact_id for each in salon.confirmed()] == [f"caller-{question}"] * is_booked
        salon.is_consistent()
        if is_over:
            assert is_booked and question > 8
            return
        for booking in salon.confirmed():
            assert salon.reception.cancel(booking).success
        salon.clock.moment = TEN.replace(hour=7)
    pytest.fail("there is no end of questions")
