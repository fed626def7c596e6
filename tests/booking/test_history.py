"""The history of a booking: each change that people notice, when it was made and where it was asked for."""

from __future__ import annotations

from datetime import timedelta

from bridge.booking.ledger import mark_no_show
from bridge.model import Booking, Source
from bridge.store.sql import history
from bridge.store.sql.history import Noted
from tests.booking.test_people import person_deletes, person_moves, rest
from tests.cast.clock import HALF_PAST, MONDAY, TEN
from tests.cast.salon import Salon


def noted(salon: Salon, booking: Booking) -> list[Noted]:
    with salon.bridge.store.read() as connection:
        return history.of_booking(connection, booking.id)


def test_each_change_says_when_it_was_made_where_it_was_asked_for_and_what_it_left(
    salon_with: Salon,
) -> None:
    reception = salon_with.bridge.reception
    kim = salon_with.book("kim", TEN, name="Kim Example").booking
    assert kim
    salon_with.clock.turn(seconds=5)
    kim = reception.move(kim, HALF_PAST, source=Source.PAGE).booking
    assert kim
    salon_with.book("kim", HALF_PAST, name="Kim Example", email="kim@example.com")
    salon_with.clock.turn(seconds=5)
    rest(salon_with)
    person_moves(salon_with, kim, TEN + timedelta(hours=3))
    rest(salon_with)
    person_deletes(salon_with, kim)
    rest(salon_with)
    told = noted(salon_with, kim)
    assert [(each.change, str(each.source)) for each in told] == [
        ("booked", "telli"),
        ("moved", "page"),
        ("corrected", "telli"),
        ("moved_by_person", "calendar"),
        ("cancelled", "calendar"),
    ]
    assert [each.starts_at for each in told[:4]] == [TEN, HALF_PAST, HALF_PAST, TEN + timedelta(hours=3)]
    assert [each.at for each in told[:2]] == [MONDAY, MONDAY + timedelta(seconds=5)]
    assert {each.hosts for each in told} == {kim.hosts}


def test_what_is_said_twice_is_noted_once(salon_with: Salon) -> None:
    kim = salon_with.book("kim", TEN).booking
    assert kim
    salon_with.book("kim", TEN)
    salon_with.clock.turn(hours=4)
    for _twice in range(2):
        mark_no_show(salon_with.bridge.context, kim, Source.TERMINAL)
    assert [each.change for each in noted(salon_with, kim)] == ["booked", "no_show"]
