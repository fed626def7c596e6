"""A practice of one host with a calendar at a vendor: the whole bridge, and a browser at its pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug.security import generate_password_hash

from bridge.app import create_app
from bridge.model import Booking
from bridge.parts import Bridge
from bridge.service.check import findings
from bridge.service.findings import Finding
from bridge.service.signing import HEADER, sign
from bridge.surroundings import Surroundings
from bridge.vendors.contract import Vendor
from bridge.vendors.registry import VENDORS
from tests.cast.clock import TurnableClock
from tests.cast.config import API_KEY, SECRET, WEEK
from tests.cast.reading import parse_config
from tests.connections.stage import PASSWORD, Browser

_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")


def one_host_toml(database_url: str, calendar: str, section: str) -> str:
    """Return the configuration; `section` are the vendor's lines, and the host's calendar is named."""
    week = "\n".join(f'{day} = ["08:00-20:00"]' for day in WEEK)
    return f"""
[bridge]
public_url = "https://bridge.example.com"
secret_key = "{SECRET}"
database_url = "{database_url}"
timezone = "UTC"
[admin]
password_hash = "{_HASH}"
[telli]
api_keys = ["{API_KEY}"]
{section}
[hosts.anna]
name = "Anna Example"
email = "anna@example.com"
booking_calendar = "{calendar}"
[hosts.anna.open_hours]
{week}
[event_types.visit]
title = "Visit"
hosts = ["anna"]
minimum_notice_minutes = 0
"""


class OneHost:
    """The bridge of the practice, with a clock to turn; it is Monday, 7:00 UTC."""

    def __init__(self, text: str, vendors: Mapping[str, Vendor] = VENDORS) -> None:
        self.clock = TurnableClock()
        self.config = parse_config(text, environ={}, base=Path(), vendors=vendors)
        around = Surroundings(
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            lease_now=self.clock.now,
            vendors=vendors,
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

    def connect(self, provider: str, username: str, password: str, *, account: str = "anna") -> str:
        """Type in name and password on anna's page; return what the next page says."""
        self.browser.sign_in()
        self.browser.get(f"/connect/{provider}?account={account}")
        typed = {"account": account, "username": username, "password": password}
        answer = self.browser.post(f"/connect/{provider}", typed)
        if answer.status_code == 303:
            self.browser.get(answer.location)
        return self.browser.main()

    def follow(self) -> None:
        """Let five minutes pass, and do what is due."""
        self.clock.turn(minutes=5, seconds=1)
        self.bridge.background.run_due()

    def close(self) -> None:
        self.bridge.stop()
