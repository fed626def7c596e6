"""The pages of one calendar: of an account, each by its exact name, and of an embedded one."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.cast.clock import TEN
from tests.cast.config import ANNA, EVERY_START
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.connections.stage import ADMIN, SITE, Browser, signed_in
from tests.connections.stage import ANNA as ACCOUNT
from tests.vendors.google import FakeGoogle

PAGE = "/admin/calendars/anna"
LONG = f"c_{'0123456789abcdef' * 4}@group.calendar.google.com"


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, rest=ADMIN, event_type=EVERY_START, bridge=f'public_url = "{SITE}"')


@pytest.fixture
def owner(line: Line) -> Browser:
    made = signed_in(line)
    made.get(PAGE)
    return made


def block(owner: Browser, **form: str) -> None:
    owner.post(f"{PAGE}/block", {"key": "0" * 32, "first": f"{TEN:%F}", **form})
    owner.get(PAGE)


def test_blocked_time_is_offered_to_nobody_until_it_is_freed(line: Line, owner: Browser) -> None:
    for _sent_twice in range(2):
        block(owner, begins="10:00", ends="12:00", title="<i>Repairs</i>")
    assert owner.main().count("<i>Repairs</i> ") == 1
    assert TEN not in line.available()
    owner.post(f"{PAGE}/unblock", {"block": f"block-{'0' * 32}"})
    owner.get(PAGE)
    assert "The time is free again." in owner.main()
    assert TEN in line.available()


def test_what_is_booked_in_blocked_time_stays_and_is_no_block(line: Line, owner: Browser) -> None:
    line.book(TEN)
    block(owner)
    assert "1 appointment lies in it and stays" in owner.main()
    with line.bridge.store.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM local_events WHERE booking_id IS NOT NULL").scalars()
        (event,) = ids.all()
    owner.post(f"{PAGE}/unblock", {"block": event})
    assert [each["title"] for each in line.events()] == ["Blocked", "Haircut"]
    assert len(line.confirmed()) == 1


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"first": "tomorrow"}, "Name the day"),
        ({"begins": "10:00"}, "Name both times"),
        ({"last": "2026-11-01"}, "It ends before it begins."),
        ({"first": "2026-11-01", "last": "2026-11-02"}, "That time is over."),
    ],
)
def test_what_is_no_time_to_block_is_explained(owner: Browser, form: dict[str, str], why: str) -> None:
    block(owner, **form)
    assert f"Nothing was blocked. {why}" in owner.main()


def test_a_feed_is_subscribed_to_and_its_address_renewed(line: Line, owner: Browser) -> None:
    def address() -> str:
        owner.get(PAGE)
        found = re.search(r'id="feed">([^<]+)<', owner.page)
        assert found
        return unescape(found[1])

    first = address()
    block(owner, title="Repairs")
    assert "SUMMARY:Repairs" in line.app.test_client().get(first.removeprefix(SITE)).text
    assert 'class="qr"' in owner.page
    assert owner.post(f"{PAGE}/renew").status_code == 303
    assert line.app.test_client().get(first.removeprefix(SITE)).status_code == 404
    assert line.app.test_client().get(address().removeprefix(SITE)).status_code == 200


def test_strangers_change_nothing(line: Line, owner: Browser) -> None:
    stranger = Browser(line, "198.51.100.4")
    stranger.get("/")
    form = {"first": f"{TEN:%F}", "key": "0" * 32}
    for path in ("block", "unblock", "renew"):
        owner.get(PAGE)
        assert owner.post(f"/admin/calendars/nobody/{path}", form).status_code == 404
        assert owner.post(f"{PAGE}/{path}", form, token="guessed").status_code == 400
        assert stranger.post(f"{PAGE}/{path}", form).location == "/"
    assert line.events() == []


def test_every_calendar_of_an_account_stands_there_by_its_exact_name(
    google: FakeGoogle, browser: Browser
) -> None:
    google.add_calendar("ben@example.com", LONG)
    google.share(LONG, ACCOUNT, "freeBusyReader")
    page = f"/admin/connections/google/{ACCOUNT}"
    browser.get(page)
    assert "google:anna@example.com/primary" in browser.main(), "as configured, before it is connected"
    browser.get(google.consent(browser.begin(ACCOUNT), ACCOUNT))
    browser.get("/admin/connections")
    assert f'href="{page}"' in browser.page
    browser.get(page)
    told = browser.main()
    assert 'booking_calendar = "google:anna@example.com/primary"' in told
    assert f"busy times only google:anna@example.com/{LONG}" in told
    assert f'booking_calendar = "google:anna@example.com/{LONG}"' not in told
    assert browser.get("/admin/connections/google/nobody@example.com").status_code == 404
