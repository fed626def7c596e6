"""A practice whose calendar lies at a server like iCloud: from the form to what people change there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from bridge.app import create_app
from bridge.connections import AccountState
from bridge.errors import ConfigError
from bridge.model import Booking, BookingState
from bridge.parts import Bridge
from bridge.service.check import Finding, Verdict, findings
from bridge.service.signing import HEADER, sign
from bridge.surroundings import Surroundings
from providers.base import Interval
from tests.caldav.account import ServedAccount
from tests.cast.clock import TurnableClock
from tests.cast.config import API_KEY, SECRET, WEEK
from tests.cast.reading import parse_config
from tests.connections.stage import PASSWORD, Browser
from tests.vendors.caldav.icloud import ServedByICloud

HOUR = timedelta(hours=1)
WORK = "caldav:anna/Work"
HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")


def practice_toml(url: str, database: str, account: str = "") -> str:
    week = "\n".join(f'{day} = ["08:00-20:00"]' for day in WEEK)
    return f"""
[bridge]
public_url = "https://bridge.example.com"
secret_key = "{SECRET}"
database_url = "{database}"
timezone = "Europe/Berlin"
[admin]
password_hash = "{HASH}"
[telli]
api_keys = ["{API_KEY}"]
[caldav.anna]
url = "{url}"
{account}
[hosts.anna]
name = "Anna Example"
email = "anna@example.com"
booking_calendar = "{WORK}"
[hosts.anna.open_hours]
{week}
[event_types.visit]
title = "Visit"
hosts = ["anna"]
minimum_notice_minutes = 0
"""


class Practice:
    """The bridge of the practice, with a clock to turn; it is Monday, 7:00 UTC."""

    def __init__(self, text: str) -> None:
        self.clock = TurnableClock()
        self.config = parse_config(text, environ={}, base=Path())
        clock = self.clock
        around = Surroundings(
            now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, lease_now=clock.now
        )
        self.app = create_app(self.config, around)
        self.bridge: Bridge = self.app.extensions["bridge"]
        self.bridge.start()
        self.bridge.background.stop(patience=10)  # the background's work is done where a test asks for it
        self.browser = Browser(self, "192.0.2.7")

    def post(self, path: str, **payload: object) -> dict[str, Any]:
        details = {"name": "Kim", "email": "kim@example.org"}
        body = json.dumps({"contact_id": "kim", "contact_details": details, **payload}).encode()
        headers = {HEADER: sign(body, API_KEY), "content-type": "application/json"}
        answer = self.app.test_client().post(path, data=body, headers=headers)
        parsed: dict[str, Any] = json.loads(answer.data)
        return parsed

    def offered(self) -> list[datetime]:
        slots = self.post("/visit/available")["available"]
        return [datetime.fromisoformat(slot["start_iso"]) for slot in slots]

    def booking(self) -> Booking:
        (only,) = self.bridge.reception.bookings()
        return only

    def check(self) -> Finding:
        found = findings(self.config, self.bridge.context)
        return next(each for each in found if each.subject == WORK)

    def follow(self) -> None:
        """Let five minutes pass, and do what is due."""
        self.clock.turn(minutes=5, seconds=1)
        self.bridge.background.run_due()

    def close(self) -> None:
        self.bridge.stop()


@pytest.fixture
def icloud() -> Iterator[ServedByICloud]:
    with ServedByICloud() as served:
        yield served


def connect(practice: Practice, icloud: ServedByICloud, password: str) -> str:
    """Type in name and password on the account's page; return what the next page says."""
    practice.browser.get("/connect/caldav?account=anna")
    typed = {"account": "anna", "username": icloud.user, "password": password}
    answer = practice.browser.post("/connect/caldav", typed)
    if answer.status_code == 303:
        practice.browser.get(answer.location)
    return practice.browser.main()


def test_a_calendar_at_icloud_goes_the_whole_way(icloud: ServedByICloud, sqlite_url: str) -> None:
    person = ServedAccount(icloud)
    with closing(Practice(practice_toml(icloud.start, sqlite_url))) as practice:
        assert practice.offered() == []  # nobody has connected the account: unknown is never free
        assert practice.check().verdict is Verdict.FAILED
        practice.browser.sign_in()
        practice.browser.get("/connect/caldav?account=anna")
        assert "App-Specific Passwords" in practice.browser.main()
        assert "did not accept this" in connect(practice, icloud, "the usual one")
        assert "anna is connected" in connect(practice, icloud, icloud.password)
        assert practice.check().verdict is Verdict.GOOD

        start = practice.offered()[0]
        assert practice.post("/visit/book", start_iso=start.isoformat()) == {"status": "success"}
        (name,) = icloud.folders["work"].live()
        assert person.stored("Work", name).interval.start == start
        assert icloud.invited == ["kim@example.org"]
        assert start not in practice.offered()

        moved = practice.bridge.reception.move(practice.booking(), start + 2 * HOUR)
        assert moved.booking is not None
        assert person.stored("Work", name).interval.start == start + 2 * HOUR

        by_hand = Interval(start + 4 * HOUR, start + 4.5 * HOUR)
        person.move_as_person("Work", name, by_hand)
        practice.follow()
        assert practice.booking().interval == by_hand

        assert practice.bridge.reception.cancel(practice.booking()).booking is not None
        practice.follow()
        assert icloud.folders["work"].live() == {}

        again = practice.offered()[1]
        booked = practice.post("/visit/book", contact_id="lee", start_iso=again.isoformat())
        assert booked["status"] == "success"
        (name,) = icloud.folders["work"].live()
        person.delete_as_person("Work", name)
        for _ in range(3):  # the calendar is followed closely again; then the deletion rests
            practice.follow()
        assert practice.bridge.reception.bookings(states=[str(BookingState.CONFIRMED)]) == []


def test_a_revoked_password_is_asked_for_once(icloud: ServedByICloud, sqlite_url: str) -> None:
    with closing(Practice(practice_toml(icloud.start, sqlite_url))) as practice:
        practice.browser.sign_in()
        connect(practice, icloud, icloud.password)
        icloud.password = "plainly fake and new"
        practice.clock.turn(minutes=2)
        assert practice.offered() == practice.offered() == []
        (account,) = practice.bridge.connections.list()
        assert account.state is AccountState.NEEDS_RECONNECTING
        assert "make a new app-specific one" in practice.check().text
        connect(practice, icloud, icloud.password)
        practice.clock.turn(minutes=2)
        assert practice.offered() != []


def test_a_password_of_the_configuration_needs_no_form(icloud: ServedByICloud, sqlite_url: str) -> None:
    account = f'username = "{icloud.user}"\npassword = "{icloud.password}"'
    with closing(Practice(practice_toml(icloud.start, sqlite_url, account))) as practice:
        assert practice.offered() != []
        icloud.password = "plainly fake and new"
        practice.clock.turn(minutes=2)
        assert practice.offered() == []
        assert "the password in [caldav.anna]" in practice.check().text


def test_the_form_knows_the_user_name_that_the_section_names(icloud: ServedByICloud, sqlite_url: str) -> None:
    text = practice_toml(icloud.start, sqlite_url, 'username = "anna@example.com"')
    with closing(Practice(text)) as practice:
        practice.browser.sign_in()
        practice.browser.get("/connect/caldav?account=anna")
        assert 'value="anna@example.com"' in practice.browser.page


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[caldav.anna]", "[caldav.ben]", ("hosts.anna.booking_calendar", "needs a [caldav.anna] section")),
        (WORK, "caldav:Work", ("hosts.anna.booking_calendar", "<its name or path>")),
        (WORK, "icloud:anna/Work", ("hosts.anna.booking_calendar", 'did you mean "caldav"?')),
        ("\nurl = ", "\nulr = ", ("caldav.anna.ulr", 'did you mean "url"?')),
        ("\nurl = ", '\npassword = "x"\nurl = ', ("caldav.anna.username", "belongs to the password")),
        ('"https://dav.example.com/"', '"http://203.0.114.7/"', ("caldav.anna.url", "https://")),
    ],
)
def test_a_wrong_section_is_told(before: str, after: str, problem: tuple[str, str]) -> None:
    text = practice_toml("https://dav.example.com/", "sqlite:///x").replace(before, after, 1)
    with pytest.raises(ConfigError) as told:
        parse_config(text, environ={}, base=Path())
    path, sentence = problem
    assert any(at == path and sentence in said for at, said in told.value.problems), told.value.problems
