"""The owner's pages of appointments: found, explained, moved, cancelled, missed, saved as a file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model import Booking, BookingState, Source
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
    owner.get(f"{TOP}?when=past&page=-3")
    assert "Özlem" in owner.main()


def test_one_appointment_says_how_it_came_about(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="Kim Example")
    line.bridge.journal.write_down()
    mine = f"{TOP}/{booked(line, 'kim').id}"
    assert owner.get(mine).status_code == 200
    told = owner.main()
    assert (
        "Booked by the agent in a call Monday, November 23 at 7:00 AM · for Monday, November 23 at 10:00 AM,"
        " Anna Example"
    ) in told
    assert "Book an appointment, Monday, November 23 at 7:00 AM" in told, "the call it was made in"
    assert "Why Anna Example" in told
    assert "Ben Example free too never" in told
    assert "Did not come" not in told, "it has not begun"
    assert owner.get(f"{TOP}/unknown").status_code == 404
    assert "The address may be misspelt" in owner.main()
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
    owner.post(f"{mine}/came")
    assert booked(line, "kim").state is BookingState.CONFIRMED
    owner.get(mine)
    assert "Did not come on these pages" in owner.main()
    assert "Came after all on these pages" in owner.main()


def test_lists_are_filtered_by_host_kind_state_and_days(open_line_on_both: OpenLine) -> None:
    hosts = 'hosts = ["anna", "ben"]'
    line = open_line_on_both(ANNA, BEN, rest=ADMIN, cut=f"default = true\n{hosts}", wash='hosts = ["ben"]')
    line.book(TEN, who="kim", name="Kim", host="anna")
    line.post(
        "/wash/book",
        {"contact_id": "sam", "contact_details": {"name": "Sam"}, "start_iso": HALF_PAST.isoformat()},
    )
    line.book(TEN + timedelta(days=1), who="lou", name="Lou", host="ben")
    owner = signed_in(line)
    owner.get(f"{TOP}/{booked(line, 'lou').id}")
    owner.post(f"{TOP}/{booked(line, 'lou').id}/cancel")
    for asked, told in {
        "": "Kim Sam Lou",
        "host=ben": "Sam Lou",
        "type=wash": "Sam",
        "state=cancelled": "Lou",
        "state=confirmed&to=2026-11-23": "Kim Sam",
        "from=2026-11-24": "Lou",
        "from=0001-01-01&to=9999-12-31": "Kim Sam Lou",
        "when=all&type=wash&host=anna": "",
        "from=rubbish&host=nobody&type=none&state=held'": "Kim Sam Lou",
    }.items():
        owner.get(f"{TOP}?{asked}")
        found = [name for name in ("Kim", "Sam", "Lou") if f"<strong>{name}</strong>" in owner.page]
        assert " ".join(found) == told, asked
        assert owner.get(f"{TOP}.csv?{asked}").text.count("\n") == len(found) + 1


def test_an_appointment_is_booked_by_hand_at_the_same_desk(line: Line, owner: Browser) -> None:
    owner.get(f"{TOP}/new?day=2026-11-23")
    assert f'value="{TEN.isoformat()}"' in owner.page
    form = {
        "type": "cut",
        "name": "Kim Example",
        "phone": "+4915112345678",
        "host": "ben",
        "start": TEN.isoformat(),
        "mark": "one",
    }
    first = owner.post(f"{TOP}/new", form)
    owner.get(f"{TOP}/new")
    assert owner.post(f"{TOP}/new", form).location == first.location, "sent twice it is one appointment"
    (kim,) = line.confirmed()
    assert (kim.source, kim.hosts, kim.attendee.phone) == (Source.PAGE, ("ben",), "+4915112345678")
    owner.get(first.location)
    assert "The appointment is booked." in owner.main()
    assert "Booked on these pages" in owner.main()
    for other, why in {
        "2026-11-23T10:00": "no longer available",
        "2026-11-23T21:00": "not offered at that time",
        "rubbish": "Choose a time.",
    }.items():
        owner.get(f"{TOP}/new")
        refused = owner.post(f"{TOP}/new", {**form, "mark": "two", "start": "", "other": other})
        assert refused.status_code == (400 if other == "rubbish" else 409)
        assert why in owner.main(), other
        assert 'value="Kim Example"' in owner.page, "what was typed is still there"
    assert len(line.confirmed()) == 1


def test_a_list_is_saved_as_a_file_without_formulas(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="=cmd|calc", phone="+4915112345678")
    answer = owner.get(f"{TOP}.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=appointments.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '"\'=cmd|calc","\'+4915112345678"' in answer.text
    assert '"2026-11-23 10:00","2026-11-23 10:30","Haircut","Anna Example","booked"' in answer.text
    assert answer.text.startswith('\ufeff"Start","End","What"')
    for cell in ("=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1"):
        assert harmless(cell) == f"'{cell}"
    assert harmless("Kim") == "Kim"
