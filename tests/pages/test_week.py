"""The page Week: what is drawn from what is kept, and why a time can be booked or not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bridge.model import Ability
from bridge.scheduling.hours import HoursFrom
from bridge.scheduling.slots import Rule
from bridge.speech import explained
from tests.cast.clock import MONDAY, TEN
from tests.cast.config import ANNA, BEN, EVERY_START, Staff
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at
from tests.connections.stage import ADMIN, Browser, signed_in

BUFFERS = f"{EVERY_START}\nbuffer_after_minutes = 15"
SILENT = Staff("ben", calendar="google:ben@example.com/primary")
GOOGLE = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, SILENT, rest=ADMIN + GOOGLE, event_type=BUFFERS)


@pytest.fixture
def owner(line: Line) -> Browser:
    return signed_in(line)


def drawn(owner: Browser, kind: str) -> list[tuple[float, float]]:
    """Return from where to where boxes of a kind lie in the picture, in hours of the day it begins with."""
    boxes = re.findall(
        rf'<rect class="{kind}"[^>]* y="([\d.]+)" width="[\d.]+%" height="([\d.]+)"', owner.page
    )
    return [(7 + float(y) / 44, 7 + (float(y) + float(height)) / 44) for y, height in boxes]


def words(owner: Browser) -> str:
    """Return what the page in view says, without the space that a mark before a comma leaves."""
    return owner.main().replace(" ,", ",")


def test_a_hosts_week_has_hours_appointments_with_their_buffers_and_what_is_told(
    line: Line, owner: Browser
) -> None:
    line.book(TEN, host="Anna", name="Kim <Example>")
    owner.get("/admin/week?host=anna")
    told = words(owner)
    assert drawn(owner, "open") == [(8, 20)] * 7
    assert drawn(owner, "buffer") == [(10, 10.75)]
    assert (
        "8:00 AM – 8:00 PM 10:00 AM – 10:30 AM 10:00 AM Kim <Example> 8:00 AM, 8:30 AM, 9:00 AM, 11:00 AM"
        in told
    )
    assert "<strong>8:00 AM</strong>" in owner.page
    assert "local:anna well Kept by the bridge itself" in told
    assert "<Example>" not in owner.page


def test_a_calendar_that_never_answered_is_shown_so_and_nobody_waits_for_it(
    line: Line, owner: Browser
) -> None:
    owner.get("/admin/week?host=ben")
    told = owner.main()
    assert "google:ben@example.com/primary has not answered yet" in told
    assert not line.bridge.health.fails(line.config.hosts["ben"].booking_calendar, Ability.READ), "not asked"
    assert 'class="unknown"' in owner.page
    owner.get("/admin/week/why?type=cut&on=2026-11-23&time=10:00")
    told = owner.main()
    assert "Monday, November 23 at 10:00 AM could be booked Haircut" in told
    assert "Ben Example cannot google:ben@example.com/primary did not answer" in told
    owner.get("/admin/week/why?type=cut&on=2026-11-23&time=10:00&live=1")
    assert "The calendars were asked just now." in owner.main()
    line.bridge.health.write_down()
    owner.get("/admin/week?host=ben")
    assert "google:ben@example.com/primary does not answer Callers are offered none" in owner.main()


def test_a_refused_call_leads_to_its_own_explanation_and_back(line: Line, owner: Browser) -> None:
    line.book(TEN, who="kim", name="Kim Example")
    line.clock.turn(seconds=1)
    line.book(TEN, who="sam", name="Sam Example")
    line.bridge.journal.write_down()
    owner.get("/admin/week?host=anna")
    call = re.search(r'href="(/admin/calls/\w+)"', owner.page)
    assert call
    owner.get(call.group(1))
    assert "local:anna is busy" in owner.main()
    link = owner.page.partition('href="/admin/week/why')[2].partition('"')[0]
    owner.get(f"/admin/week/why{link}".replace("&amp;", "&"))
    told = owner.main()
    assert "As of Monday, November 23 at 7:00 AM: only the clock is moved." in told
    assert "Anna Example cannot local:anna is busy; another appointment has the time" in told
    assert "Kim Example Calls that wanted this time and did not get it Book an appointment not done" in told


def test_every_rule_and_source_of_hours_has_words() -> None:
    assert explained.RULES.keys() == set(Rule)
    assert explained.DAY_SOURCES.keys() == set(HoursFrom)


def test_as_of_moves_the_clock_alone(line: Line, owner: Browser) -> None:
    line.book(at(9), host="Anna", name="Kim Example")
    owner.get("/admin/week?host=anna&on=2026-11-23&at=2026-11-24T12:00")
    told = words(owner)
    assert "As of Tuesday, November 24 at 12:00 PM: only the clock is moved." in told
    assert "9:00 AM Kim Example 12:00 PM, 12:30 PM" in told, "today's appointment, that day's clock"


def test_a_day_set_by_hand_is_seen_with_who_set_it_and_before_it_is_saved(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN, rest=ADMIN)
    owner = signed_in(line)
    owner.get("/admin/days-off")
    form = {"host": "anna", "kind": "hours", "first": "2026-11-24", "from": "10:00", "to": "12:00"}
    owner.post("/admin/days-off/preview", form)
    assert drawn(owner, "open") == [(8, 20), (10, 12)] + [(8, 20)] * 5
    seen = owner.page.partition('name="seen" value="')[2].partition('"')[0]
    owner.post("/admin/days-off/save", {**form, "seen": seen, "person": "Kim"})
    owner.get("/admin/week/why?type=cut&start=2026-11-24T13:00:00.000Z")
    assert "10:00 AM – 12:00 PM, set by hand: Kim, Monday, November 23 at 7:00 AM" in owner.main()


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        pytest.param("Europe/Berlin", "2027-03-22", "1:30 AM – 4:00 AM", id="an hour is skipped"),
        pytest.param("Europe/Berlin", "2026-10-19", "1:30 AM – 4:00 AM", id="an hour comes twice"),
    ],
)
def test_a_day_of_another_length_keeps_its_hours_where_they_are(
    open_line: OpenLine, zone: str, monday: str, hours: str
) -> None:
    line = open_line(Staff("anna", "01:30-04:00"), rest=ADMIN, bridge=f'timezone = "{zone}"')
    owner = signed_in(line)
    owner.get(f"/admin/week?on={monday}")
    assert owner.main().count(hours) == 7
    assert owner.page.count("clock change") == 1
    boxes = re.findall(r'<rect class="open"[^>]* y="([\d.]+)" width="100.0%" height="([\d.]+)"', owner.page)
    assert len(set(boxes)) == 1, "by the clock on the wall all are alike"


def test_hosts_side_by_side_count_their_starts_and_tell_of_other_clocks(open_line: OpenLine) -> None:
    away = Staff("ben", lines='timezone = "Asia/Kolkata"')
    line = open_line(ANNA, away, rest=ADMIN, bridge='locale = "de_DE"')
    owner = signed_in(line)
    owner.get("/admin/week?on=2026-11-23")
    told = owner.main()
    assert "Ben Example ist in Kolkata; dort ist es 17:30, wenn es hier 12:00 ist." in told
    assert "Anna Example 24 Zeiten 24 Zeiten" in told
    owner.get("/admin/week?on=2026-11-16")
    assert "Anna Example – – –" in owner.main(), "past weeks offer nothing"
    line.book(TEN, host="Ben", name="Kim Example")
    owner.get("/admin/week?on=2026-11-23")
    assert owner.page.count('class="booked" d="M') == 1, "a strip has no room for names"
    for host, is_named in (("anna", False), ("ben", True)):
        owner.get(f"/admin/week?on=2026-11-23&host={host}")
        assert ("Kim Example" in owner.main()) is is_named


@pytest.mark.parametrize(
    "query",
    ["type=%00&host=%00", "on=rubbish&at=rubbish", "on=9999-12-31&at=0001-01-01T00:00", "host=nobody"],
)
def test_an_address_that_makes_no_sense_shows_this_week(line: Line, owner: Browser, query: str) -> None:
    assert owner.get(f"/admin/week?{query}").status_code == 200
    assert "Mon, Nov 23" in owner.main()
    assert owner.get(f"/admin/week/why?{query}").status_code == 303
    assert owner.get(f"/admin/week/why?type=cut&{query}").status_code == 400
    assert Browser(line, "192.0.2.8").get("/admin/week").location == "/"
    assert line.clock.now() - MONDAY < timedelta(days=1)
