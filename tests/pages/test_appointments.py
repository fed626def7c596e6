"""The owner's pages of appointments: found, explained, moved, cancelled, missed, saved as a file."""

from __future__ import annotations

import pytest

from bridge.model import Booking, BookingState
from bridge.web.bookings_csv import harmless
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, EVERY_START
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.connections.stage import ADMIN, Browser, signed_in

TOP = "/admin/appointments"


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, BEN, rest=ADMIN, event_type=EVERY_START)


@pytest.fixture
def owner(line: Line) -> Browser:
    return signed_in(line)


def booked(line: Line, who: str) -> Booking:
    return next(each for each in line.bridge.reception.bookings() if each.contact.contact_id == who)


def test_appointments_are_found_by_time_host_name_and_number(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, BEN, rest=ADMIN)
    owner = signed_in(line)
    line.book(TEN, who="kim", name="Özlem Example", phone="+4915112345678")
    line.book(TEN, who="sam", name="Sam <b>Example</b>")
    owner.get(TOP)
    assert "Özlem Example" in owner.main()
    assert "Sam <b>Example</b>" in owner.main()
    assert "<b>Example" not in owner.page
    owner.get(f"{TOP}?host={booked(line, 'sam').hosts[0]}")
    assert "Özlem" not in owner.main()
    assert "Sam" in owner.main()
    for text, is_found in {"özlem": True, "0151 1234": True, "100%": False, "\0zz": False}.items():
        owner.get(TOP)
        owner.post(TOP, {"text": text})
        assert ("Özlem Example" in owner.main()) == is_found, text
        assert "Sam" not in owner.main()
    owner.get(TOP)
    assert owner.post(TOP, {"text": " "}).location == TOP
    assert owner.get(f"{TOP}/%00").status_code == 404
    line.clock.turn(days=1)
    owner = signed_in(line)  # the session has ended meanwhile
    owner.get(TOP)
    assert "No appointments are coming." in owner.main()
    owner.get(f"{TOP}?past=1&page=-3")
    assert "Özlem" in owner.main()


def test_one_appointment_says_how_it_came_about(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="Kim Example")
    line.bridge.journal.write_down()
    mine = f"{TOP}/{booked(line, 'kim').id}"
    assert owner.get(mine).status_code == 200
    told = owner.main()
    assert "Booked in a call Monday, November 23 at 7:00 AM Book an appointment" in told
    assert "Why Anna Example" in told
    assert "Ben Example free too" in told
    assert "Did not come" not in told, "it has not begun"
    assert owner.get(f"{TOP}/unknown").status_code == 404
    assert Browser(line, "192.0.2.8").get(mine).location == "/"


def test_an_appointment_is_moved_to_a_time_that_is_offered_and_cancelled(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="Kim Example")
    mine = f"{TOP}/{booked(line, 'kim').id}"
    owner.get(f"{mine}/times?day=2026-11-23")
    assert f'value="{HALF_PAST.isoformat()}"' in owner.page
    assert owner.post(f"{mine}/move", {"start": HALF_PAST.isoformat()}, token="").status_code == 400
    for start, told in ((TEN.replace(hour=21), "not offered at that time"), (HALF_PAST, "is moved")):
        owner.get(mine)
        owner.post(f"{mine}/move", {"start": start.isoformat()})
        owner.get(mine)
        assert told in owner.main()
    assert booked(line, "kim").interval.start == HALF_PAST
    for _twice in range(2):
        owner.get(f"{mine}/times")
        owner.post(f"{mine}/cancel")
    owner.get(mine)
    assert booked(line, "kim").state is BookingState.CANCELLED
    assert "Cancel it now" not in owner.main()


def test_who_did_not_come_is_noted_once_it_has_begun(line: Line, owner: Browser) -> None:
    line.book(TEN.replace(hour=8), who="kim", name="Kim Example")
    mine = f"{TOP}/{booked(line, 'kim').id}"
    owner.get(mine)
    owner.post(f"{mine}/no-show")
    assert booked(line, "kim").state is BookingState.CONFIRMED
    line.clock.turn(minutes=61)
    owner = signed_in(line)
    owner.get(mine)
    owner.post(f"{mine}/no-show")
    owner.get(mine)
    assert booked(line, "kim").state is BookingState.NO_SHOW
    assert "It is noted that nobody came." in owner.main()


def test_a_list_is_saved_as_a_file_without_formulas(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="=cmd|calc", phone="+4915112345678")
    answer = owner.get(f"{TOP}.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=appointments.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '"\'=cmd|calc","\'+4915112345678"' in answer.text
    assert '"2026-11-23 10:00"' in answer.text
    for cell in ("=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1"):
        assert harmless(cell) == f"'{cell}"
    assert harmless("Kim") == "Kim"
