"""The owner's first page: what callers are offered and why not, who comes, what waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast.clock import HALF_AN_HOUR, TEN
from tests.cast.config import ANNA, BEN, EVERY_START, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.connections.stage import ADMIN, Browser, signed_in


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, BEN, rest=ADMIN, event_type=EVERY_START)


def test_a_new_bridge_says_what_is_left_to_do_until_the_first_booking(line: Line) -> None:
    owner = signed_in(line)
    owner.get("/")
    told = owner.main()
    assert "Callers are being offered appointments" in told
    assert "waiting; reload this page after a test call" in told
    assert "Free are Monday, November 23 at 8:00 AM, 8:30 AM" in told, "as it would be spoken"
    line.book(TEN, name="Kim Example")
    line.bridge.journal.write_down()
    owner.get("/")
    told = owner.main()
    assert "Until the first booking" not in told
    assert "telli last asked 1 second ago" in told


def test_who_comes_today_and_tomorrow_is_told_by_host(line: Line) -> None:
    line.book(TEN, who="kim", name="<b>Kim</b> Example")
    line.book(TEN + timedelta(days=1), who="sam", name="Sam Example")
    line.book(TEN + timedelta(days=2), who="late", name="Late Example")
    owner = signed_in(line)
    owner.get("/")
    told = owner.main()
    assert told.index("10:00 AM <b>Kim</b> Example") < told.index("Tomorrow") < told.index("Sam Example")
    assert "<b>Kim" not in owner.page
    assert "Late Example" not in told


def test_of_a_full_day_the_first_are_shown_with_the_way_to_the_others(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, rest=ADMIN, event_type=EVERY_START)
    for number in range(10):
        start = TEN - timedelta(hours=2) + number * HALF_AN_HOUR
        line.book(start, who=f"caller-{number}", name=f"Caller {number}")
    line.clock.turn(minutes=91)
    owner = signed_in(line)
    owner.get("/")
    told = owner.main()
    assert "Caller 0" not in told, "what is over gives way"
    assert told.index("8:30 AM Caller 1") < told.index("12:00 PM Caller 8") < told.index("2 more")
    more = owner.page.partition("2 more")[0].rpartition('href="')[2].partition('"')[0]
    owner.get(more.replace("&amp;", "&"))
    assert "Caller 0" in owner.main()
    assert "Caller 9" in owner.main()


def test_an_alert_is_shown_until_it_is_done(line: Line) -> None:
    line.bridge.alerts.alert("test", "Something must be <done>.")
    line.bridge.alerts.alert("other", "Something else.")
    owner = signed_in(line)
    owner.get("/")
    assert "Something must be <done>." in owner.main()
    first = owner.page.partition('name="alert" value="')[2].partition('"')[0]
    assert owner.post("/admin/alerts/done", {"alert": first}, token="").status_code == 400
    for _twice in range(2):
        owner.get("/")
        assert owner.post("/admin/alerts/done", {"alert": first}).location == "/"
    assert len(line.bridge.alerts.open()) == 1
    stranger = Browser(line, "192.0.2.8")
    stranger.get("/")
    assert "Something" not in stranger.page
    stranger.post("/admin/alerts/done", {"alert": first})
    assert len(line.bridge.alerts.open()) == 1


def test_what_keeps_callers_from_being_offered_anything_is_told_in_the_owners_language(
    open_line: OpenLine,
) -> None:
    silent = Staff("anna", calendar="google:anna@example.com/primary")
    google = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'
    line = open_line(silent, rest=ADMIN + google, bridge='locale = "de_DE"')
    owner = signed_in(line)
    owner.get("/")
    told = owner.main()
    assert "Anrufern werden keine Termine angeboten" in told
    assert "google:anna@example.com/primary hat nicht geantwortet" in told
    assert "die in der Konfiguration genannten Konten verbinden" in told
