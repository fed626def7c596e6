"""A practice whose host is also bound by a published shift plan: the whole bridge, from link to caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bridge.app import create_app
from bridge.model import Ability
from bridge.parts import Bridge
from bridge.service.check import findings
from bridge.service.findings import Finding, Verdict
from bridge.service.signing import HEADER, sign
from bridge.store.tables import busy_spans, busy_times, published_calendars
from bridge.surroundings import Surroundings
from tests.cast.clock import TurnableClock
from tests.cast.config import API_KEY, SECRET, WEEK
from tests.cast.reading import parse_config
from tests.cast.terminal import Terminal
from tests.local.files import calendar, entry
from tests.published.server import Link, LinkServer

MORNING = entry(UID="shift", DTSTART="20261123T080000Z", DTEND="20261123T120000Z")


def practice_toml(server: LinkServer, url: str, *, busy: str = '"ics:shifts"') -> str:
    week = "\n".join(f'{day} = ["08:00-20:00"]' for day in WEEK)
    return f"""
[bridge]
public_url = "https://bridge.example.com"
secret_key = "{SECRET}"
database_url = "{url}"
timezone = "UTC"
[network]
allow_private_addresses = true
[telli]
api_keys = ["{API_KEY}"]
[ics.shifts]
url = "{server.url}/shifts.ics"
[hosts.anna]
name = "Anna Example"
email = "anna@example.com"
booking_calendar = "local:anna"
busy_calendars = [{busy}]
[hosts.anna.open_hours]
{week}
[event_types.visit]
title = "Visit"
hosts = ["anna"]
minimum_notice_minutes = 0
days_to_look_ahead = 1
"""


class Practice:
    """The bridge of the practice, with a clock to turn; it is Monday, 7:00 UTC."""

    def __init__(self, text: str, clock: TurnableClock) -> None:
        self.config = config = parse_config(text, environ={}, base=Path())
        self.clock = clock
        around = Surroundings(
            now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, lease_now=clock.now
        )
        self.app = create_app(config, around)
        self.bridge: Bridge = self.app.extensions["bridge"]
        self.bridge.start()
        self.bridge.background.stop(patience=10)  # the background's work is done where a test asks for it

    def pass_by(self, **time: float) -> None:
        """Let time pass, and do what is due."""
        self.clock.turn(**time)
        self.bridge.background.run_due()

    def offered(self) -> list[datetime]:
        payload = {"contact_id": "kim", "contact_details": {"name": "Kim"}}
        body = json.dumps(payload).encode()
        headers = {HEADER: sign(body, API_KEY), "content-type": "application/json"}
        answer = self.app.test_client().post("/visit/available", data=body, headers=headers)
        told: dict[str, Any] = json.loads(answer.data)
        return [datetime.fromisoformat(slot["start_iso"]) for slot in told["available"]]

    def check(self, subject: str) -> Finding:
        """Return the first finding about a subject."""
        found = findings(self.config, self.bridge.context)
        return next(each for each in found if each.subject == subject)

    def alerts(self) -> list[str]:
        return [alert.text for alert in self.bridge.alerts.open()]


@pytest.fixture
def server() -> Iterator[LinkServer]:
    with LinkServer() as running:
        running.links["/shifts.ics"] = Link(calendar(MORNING))
        yield running


@pytest.fixture
def practice(server: LinkServer, sqlite_url: str) -> Iterator[Practice]:
    opened = Practice(practice_toml(server, sqlite_url), TurnableClock())
    yield opened
    opened.bridge.stop()


def reads(practice: Practice) -> list[str]:
    """Return what the health rows say of reading the plan."""
    known = practice.bridge.health.every()
    return [each.error for each in known if (each.subject, each.ability) == ("ics:shifts", Ability.READ)]


def test_the_shift_plan_binds_the_host_as_long_as_it_is_known(practice: Practice, server: LinkServer) -> None:
    practice.pass_by(seconds=1)
    free = practice.offered()
    assert free
    assert min(free).hour == 12
    assert practice.check("ics:shifts") == Finding("ics:shifts", Verdict.GOOD, "free/busy can be read")
    assert practice.alerts() == []

    server.links["/shifts.ics"] = Link(status=410)
    practice.pass_by(minutes=10)
    assert practice.offered() == []
    why = (
        "Nothing is published at the link any more: publish the calendar again, and put the new link into "
        "[ics.shifts]."
    )
    told = f"The calendar ics:shifts cannot be read (HTTP 410), so nothing is offered there. {why}"
    assert practice.alerts() == [told]
    assert reads(practice) == ["HTTP 410"]
    assert practice.check("ics:shifts") == Finding("ics:shifts", Verdict.FAILED, f"HTTP 410. {why}")

    server.links["/shifts.ics"] = Link(calendar())
    practice.pass_by(minutes=10)
    assert min(practice.offered()).hour == 8
    assert practice.alerts() == []
    assert reads(practice) == [""]


def test_a_server_that_does_not_answer_is_told_of_when_what_was_read_is_too_old(
    practice: Practice, server: LinkServer
) -> None:
    practice.pass_by(seconds=1)
    server.links["/shifts.ics"] = Link(status=503)
    practice.pass_by(minutes=100)
    assert min(practice.offered()).hour == 12
    assert practice.alerts() == []
    practice.pass_by(minutes=21)
    assert practice.offered() == []
    (told,) = practice.alerts()
    assert told.endswith(
        "The server of the link does not answer at present; the bridge tries again by itself."
    )


def test_a_plan_that_nobody_names_any_more_is_forgotten(
    practice: Practice, server: LinkServer, sqlite_url: str
) -> None:
    practice.pass_by(seconds=1)
    without = Practice(practice_toml(server, sqlite_url, busy=""), practice.clock)
    without.pass_by(minutes=11)
    with practice.bridge.store.read() as connection:
        for table in (published_calendars, busy_spans, busy_times):
            assert connection.execute(select(table)).all() == []
    without.bridge.stop()


def test_the_check_reads_the_link_at_once(server: LinkServer, sqlite_url: str, tmp_path: Path) -> None:
    bridge = Terminal(tmp_path)
    bridge.config.write_text(practice_toml(server, sqlite_url))

    def told() -> tuple[str, str]:
        """Return what is found of the shift plan."""
        found = {each["subject"]: each for each in bridge("check", "--json").json}
        return found["ics:shifts"]["verdict"], found["ics:shifts"]["text"]

    assert told() == ("ok", "free/busy can be read")
    server.links["/shifts.ics"] = Link(b"<html>Sign in</html>")
    verdict, text = told()
    assert verdict == "fails"
    assert "At the link lies no whole calendar" in text
