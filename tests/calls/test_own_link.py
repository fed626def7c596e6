"""The page on which callers see, move and cancel their own appointment."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from bridge.service.own_links import OwnLinks
from bridge.vault import Vault
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at


def address(line: Line) -> str:
    """Return the path that stands in the one event."""
    (event,) = line.events()
    found = re.search(
        r"^Change or cancel: http://127\.0\.0\.1:8000(/a/\S+)$", event["description"], re.MULTILINE
    )
    assert found, event["description"]
    return found[1]


def get(line: Line, path: str, language: str = "en") -> TestResponse:
    return line.app.test_client().get(path, headers={"Accept-Language": language})


def post(line: Line, path: str, language: str = "en") -> TestResponse:
    return line.app.test_client().post(path, headers={"Accept-Language": language})


def test_a_caller_sees_and_cancels(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), name="Kim")
    path = address(line)
    page = get(line, path)
    assert page.status_code == 200
    assert "Haircut, Anna Example" in page.text and "Tuesday, November 24" in page.text
    assert "9:00 AM" in page.text
    assert "Yes, cancel it" in get(line, f"{path}/cancel").text
    assert len(line.confirmed()) == 1, "GET changes nothing"
    done = post(line, f"{path}/cancel")
    assert (done.status_code, done.headers["Location"]) == (303, path)
    assert not line.confirmed()
    assert post(line, f"{path}/cancel").status_code == 303, "said twice it is done"
    assert "This appointment has been cancelled." in get(line, path).text


def test_a_caller_moves_to_one_of_the_nearest_times(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both()
    line.book(at(9), name="Kim")
    path = address(line)
    offered = re.findall(rf"{path}/move/(\w+)", get(line, path).text)
    assert "20261124T0930Z" in offered and "20261124T0900Z" not in offered
    assert "Tuesday, November 24 at 9:30 AM" in get(line, f"{path}/move/20261124T0930Z").text
    assert line.confirmed()[0].interval.start == at(9), "GET changes nothing"
    for _ in range(2):
        assert post(line, f"{path}/move/20261124T0930Z").status_code == 303
    assert line.confirmed()[0].interval.start == at(9, 30)


def test_another_day_is_looked_at(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), name="Kim")
    page = get(line, f"{address(line)}?day=2026-11-27").text
    assert {stamp[:8] for stamp in re.findall(r"/move/(\w+)", page)} == {"20261127"}
    assert get(line, f"{address(line)}?day=nonsense").status_code == 200


def test_a_time_that_went_meanwhile_leaves_the_appointment(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), name="Kim")
    path = address(line)
    for who in ("lee", "max"):
        line.book(at(14), who)
    refused = post(line, f"{path}/move/20261124T1400Z")
    assert refused.status_code == 409
    assert "Appointment slot is no longer available" in refused.text
    in_german = post(line, f"{path}/move/20261124T1400Z", "de").text
    assert "Der Termin ist nicht mehr verfügbar. Die nächsten freien Termine sind am Dienstag" in in_german
    assert line.confirmed()[0].interval.start == at(9)


def test_forged_and_expired_addresses_look_the_same(open_line: OpenLine) -> None:
    line = open_line()
    line.book(at(9), name="Kim")
    path = address(line)
    strange = OwnLinks(Vault(["another secret key, of no less than 32 characters"]), "").address("b" * 32)
    flipped = path[:-1] + ("B" if path.endswith("A") else "A")
    forged = [get(line, each) for each in (flipped, path[:40], "/a/x", "/a/-", strange, f"{path}/x")]
    line.clock.turn(days=2)
    over = get(line, path)
    assert {(page.status_code, page.text) for page in forged[:-1]} == {(404, over.text)}
    assert {post(line, f"{each}/cancel").text for each in (path, "/a/x")} == {over.text}
    assert len(line.confirmed()) == 1


def test_an_address_holds_as_long_as_one_of_the_keys() -> None:
    old, new = (
        "an old secret key, of no less than 32 characters",
        "a new secret key, of no less than 32 chars",
    )
    token = OwnLinks(Vault([old]), "https://example.com").address("b0").rpartition("/")[2]
    assert OwnLinks(Vault([new, old]), "").booking_id(token) == "b0"
    assert OwnLinks(Vault([new]), "").booking_id(token) is None
    assert OwnLinks(Vault([old]), "").booking_id("b1" + token[2:]) is None


def test_shortly_before_nothing_can_be_changed_here(open_line: OpenLine) -> None:
    line = open_line(event_type="change_notice_minutes = 120")
    line.book(at(9), name="Kim")
    path = address(line)
    line.clock.turn(hours=24)
    assert "It is too late to change this appointment here." in get(line, path).text
    assert post(line, f"{path}/cancel").status_code == 409
    assert len(line.confirmed()) == 1


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de-AT,de;q=0.9", "Ihr Termin"), ("en-GB", "Your appointment"), ("fr", "Ihr Termin")],
)
def test_the_page_speaks_the_browsers_language(open_line: OpenLine, language: str, heading: str) -> None:
    line = open_line(bridge='locale = "de_DE"')
    line.book(at(9), name="Kim")
    (event,) = line.events()
    path = event["description"].rpartition("http://127.0.0.1:8000")[2]
    assert "Ändern oder absagen: " in event["description"]
    page = get(line, path, language)
    assert heading in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
