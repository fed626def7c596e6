"""A practice whose one owner keeps a paper diary: the whole bridge over Flask, and a browser at its pages."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.security import generate_password_hash

from bridge.app import create_app
from bridge.model import Booking
from bridge.parts import Bridge
from bridge.service.check import Finding, findings
from bridge.service.signing import HEADER, sign
from bridge.surroundings import Surroundings
from bridge.vendors.registry import VENDORS
from tests.cast.clock import TurnableClock
from tests.cast.config import API_KEY, SECRET, WEEK
from tests.cast.reading import parse_config
from tests.connections.stage import PASSWORD, Browser
from tests.vendors.paper.plug import Paper
from tests.vendors.paper.server import PaperServer

PAPER_TOO = {**VENDORS, "paper": Paper()}


def practice_toml(server: PaperServer, url: str, *, owner: str = "") -> str:
    """Return the configuration; `owner` are lines added to the owner's section."""
    week = "\n".join(f'{day} = ["08:00-20:00"]' for day in WEEK)
    password_hash = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
    return f"""
[bridge]
public_url = "https://bridge.example.com"
secret_key = "{SECRET}"
database_url = "{url}"
timezone = "UTC"
[admin]
password_hash = "{password_hash}"
[telli]
api_keys = ["{API_KEY}"]
[paper.anna]
desk_url = "{server.url}"
{owner}
[hosts.anna]
name = "Anna Example"
email = "anna@example.com"
booking_calendar = "paper:anna/work"
[hosts.anna.open_hours]
{week}
[event_types.visit]
title = "Visit"
hosts = ["anna"]
minimum_notice_minutes = 0
"""


class PaperPractice:
    """The bridge of the practice, with a clock to turn; it is Monday, 7:00 UTC."""

    def __init__(self, server: PaperServer, url: str, *, owner: str = "") -> None:
        self.clock = TurnableClock()
        text = practice_toml(server, url, owner=owner)
        self.config = parse_config(text, environ={}, base=Path(), vendors=PAPER_TOO)
        around = Surroundings(
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            lease_now=self.clock.now,
            vendors=PAPER_TOO,
        )
        self.app = create_app(self.config, around)
        self.bridge: Bridge = self.app.extensions["bridge"]
        self.bridge.start()
        self.bridge.background.stop(patience=10)  # the background's work is done where a test asks for it
        self.browser = Browser(self, "192.0.2.7")

    def post(self, path: str, **payload: object) -> dict[str, Any]:
        """Send a signed request as telli does."""
        body = json.dumps({"contact_id": "kim", "contact_details": {"name": "Kim"}, **payload}).encode()
        headers = {HEADER: sign(body, API_KEY), "content-type": "application/json"}
        answer = self.app.test_client().post(path, data=body, headers=headers)
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = json.loads(answer.data)
        return parsed

    def offered(self) -> list[datetime]:
        slots = self.post("/visit/available")["available"]
        return [datetime.fromisoformat(slot["start_iso"]) for slot in slots]

    def booking(self) -> Booking:
        """Return the one booking there is, in whatever state."""
        (only,) = self.bridge.reception.bookings()
        return only

    def check(self, subject: str) -> Finding:
        """Return the first finding about a subject."""
        found = findings(self.config, self.bridge.context)
        return next(each for each in found if each.subject == subject)

    def follow(self) -> None:
        """Let five minutes pass, and do what is due."""
        self.clock.turn(minutes=5, seconds=1)
        self.bridge.background.run_due()

    def close(self) -> None:
        self.bridge.stop()
