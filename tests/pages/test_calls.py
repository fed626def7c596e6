"""The owner's journal: what was asked and answered, of a refusal why, page by page."""

from __future__ import annotations

import pytest

from tests.cast.clock import TEN
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.connections.stage import ADMIN, Browser, signed_in


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, rest=ADMIN)


@pytest.fixture
def owner(line: Line) -> Browser:
    return signed_in(line)


def address_of(owner: Browser, asked: str) -> str:
    """Return where the page in view links to, for the first call that asked this."""
    return owner.page.partition(f"<strong>{asked}")[0].rpartition('href="')[2].partition('"')[0]


def test_a_refused_call_says_what_stood_in_the_way_of_whom(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="Kim Example")
    line.clock.turn(seconds=1)
    line.book(TEN, who="sam", name="Sam Example")
    line.clock.turn(seconds=1)
    line.app.test_client().post("/book", data=b"{}")
    line.bridge.journal.write_down()
    owner.get("/admin/calls")
    told = owner.main()
    assert told.index("turned away") < told.index("not done") < told.index("booked")
    assert "“Appointment slot is no longer available”" in told, "what the caller heard"
    assert "Signature: missing" in told
    assert "Sam" not in owner.page, "who called is not kept"
    owner.get("/admin/calls?refusals=1")
    assert "Haircut for Monday, November 23 at 10:00 AM not done" in owner.main()
    owner.get(address_of(owner, "Book an appointment</strong> <span"))
    told = owner.main()
    assert "“Appointment slot is no longer available” slot_taken" in told
    assert "Anna Example local:anna is busy; another appointment has the time" in told
    for unknown in ("unknown", "%00"):
        assert owner.get(f"/admin/calls/{unknown}").status_code == 404
    assert Browser(line, "192.0.2.8").get("/admin/calls").location == "/"


def test_many_calls_come_page_by_page_and_those_of_the_last_week_only(line: Line, owner: Browser) -> None:
    for _ in range(52):
        line.post("/available", {"contact_id": "kim", "contact_details": {}})
        line.bridge.journal.write_down()  # of many at once only some are kept
        line.clock.turn(seconds=1)
    owner.get("/admin/calls")
    assert owner.page.count("Which times are free?") == 50
    assert "live.js" in owner.page
    older = owner.page.rpartition('second" href="')[2].partition('"')[0]
    owner.get(older.replace("&amp;", "&"))
    assert owner.page.count("Which times are free?") == 2
    assert "Older calls" not in owner.page
    assert "live.js" not in owner.page, "what is older does not change"
    assert owner.get("/admin/calls?before=rubbish").status_code == 200
