"""A telephone line to a small salon: signed requests as telli sends them, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bridge.app import create_app
from bridge.model import Booking
from bridge.parts import Bridge
from bridge.service.signing import HEADER, sign
from bridge.store.tables import local_events
from bridge.surroundings import Surroundings
from tests.cast.clock import TurnableClock
from tests.cast.config import API_KEY, Staff, salon_toml
from tests.cast.names import nobody_to_ask
from tests.cast.reading import parse_config

TOKEN = "fake-tool-token"


class Line:
    """A whole bridge behind its endpoints, with a clock to turn; it is Monday, 7:00 UTC."""

    def __init__(self, url: str, *staff: Staff, notice: int = 0, telli: str = "", **toml: Any) -> None:
        self.clock = TurnableClock()
        text = salon_toml(url, *staff, telli=f'tool_tokens = ["{TOKEN}"]\n{telli}', **toml)
        text = text.replace("notice_minutes = 0", f"notice_minutes = {notice}")
        self.config = parse_config(text, environ={}, base=Path())
        around = Surroundings(
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            lease_now=self.clock.now,
            make_resolver=nobody_to_ask,
            has_threads=False,
        )
        self.app = create_app(self.config, around)
        self.bridge: Bridge = self.app.extensions["bridge"]

    def post(
        self, path: str, payload: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        body = json.dumps(payload).encode()
        signed = {HEADER: sign(body, API_KEY), "content-type": "application/json", **(headers or {})}
        answer = self.app.test_client().post(path, data=body, headers=signed)
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = json.loads(answer.data)
        return parsed

    def book(
        self,
        start: datetime,
        who: str = "kim",
        *,
        payload: Mapping[str, object] | None = None,
        **details: object,
    ) -> dict[str, Any]:
        """Book at an instant; `who` is nobody when empty, `payload` adds to the body."""
        body = {
            "contact_id": who,
            "contact_details": details,
            "start_iso": f"{start:%Y-%m-%dT%H:%M:%S}.000Z",
            **(payload or {}),
        }
        return self.post("/book", body)

    def find(self, token: str = TOKEN, **members: object) -> dict[str, Any]:
        answer = self.app.test_client().post(
            "/find", json=members, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = json.loads(answer.data)
        return parsed

    def available(self, who: str = "kim", **details: object) -> list[datetime]:
        slots = self.post("/available", {"contact_id": who, "contact_details": details})["available"]
        return [datetime.fromisoformat(slot["start_iso"]) for slot in slots]

    def confirmed(self) -> list[Booking]:
        return self.bridge.reception.bookings(states=["confirmed"])

    def events(self) -> list[dict[str, Any]]:
        """Return what the events in the hosts' calendars hold."""
        with self.bridge.store.read() as connection:
            held = select(local_events.c.content).where(local_events.c.cancelled.is_(False))
            return list(connection.execute(held.order_by(local_events.c.starts_at)).scalars())

    def go_on(self, **later: float) -> None:
        """Turn the clock, by a second if nothing else is said, and let the background do what is due."""
        self.clock.turn(**(later or {"seconds": 1}))
        self.bridge.background.run_due()

    def close(self) -> None:
        self.bridge.stop()


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    """Return an instant of November 2026, on Tuesday if nothing else is said."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
