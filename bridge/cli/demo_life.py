"""The demo's past week: calls, appointments, a lost connection, all made through the bridge's own doors.

The week passes in a moment, by a clock that is put back and wound forward; requests are signed as telli
signs them, and answered by the same application that is served afterwards.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask

from bridge.app import assemble
from bridge.cli.demo_google import ACCOUNT, DemoGoogle
from bridge.cli.request import signed_request
from bridge.config import Config
from bridge.connections import Answer
from bridge.model import Booking, BookingState, Source
from bridge.parts import Bridge
from bridge.service.no_shows import NoShows
from bridge.service.signing import HEADER
from bridge.speech.instants import format_instant
from bridge.surroundings import Surroundings

_DAYS = 7
_EARLY, _LATE = (
    ((11, "consultation"),),
    ((9, "consultation"), (14, "first-visit")),
)  # hours and wishes of a day
_NAMES = (
    "Kim Example", "Robin Sample", "Alex Muster", "Noa Beispiel", "Jona Example", "Sascha Muster",
    "Toni Sample", "Mika Beispiel", "Luca Example", "Charlie Sample", "Nele Muster", "Emil Beispiel",
    "Ida Example", "Paul Muster", "Rosa Sample", "Otto Beispiel",
)  # fmt: skip


@dataclass
class WoundClock:
    """The real time, put back; what takes its time goes by the real one."""

    ahead: timedelta

    def now(self, _connection: object = None) -> datetime:
        """Return what time it is in the story."""
        return datetime.now(UTC) + self.ahead

    def wind_to(self, moment: datetime) -> None:
        """Let it be that moment, if it is later."""
        self.ahead = max(self.ahead, min(moment - datetime.now(UTC), timedelta(0)))


def live(config: Config, google: DemoGoogle) -> None:
    """Let the bridge of this configuration have a past week, up to now."""
    clock = WoundClock(-timedelta(days=_DAYS))
    around = Surroundings(now=clock.now, lease_now=clock.now)
    app = assemble(config, around)
    bridge: Bridge = app.extensions["bridge"]
    logging.disable(logging.WARNING)  # whoever starts the demo wonders about no alert of the story
    try:
        _Week(config, clock, app, bridge, google).pass_by()
    finally:
        bridge.stop()
        logging.disable(logging.NOTSET)


@dataclass
class _Week:
    config: Config
    clock: WoundClock
    app: Flask
    bridge: Bridge
    google: DemoGoogle

    def __post_init__(self) -> None:
        self._dice = random.Random("a week")  # noqa: S311 - the same week each time
        self._zone: ZoneInfo = self.config.bridge.timezone
        self._now = datetime.now(UTC)
        self._names = iter(_NAMES)

    def pass_by(self) -> None:
        self._connect()
        for ago in range(_DAYS, -1, -1):
            is_late = ago <= _DAYS // 2
            for hour, kind in _LATE if is_late else _EARLY:
                local = (self._now - timedelta(days=ago)).astimezone(self._zone)
                moment = local.replace(hour=hour, minute=self._dice.randrange(50)).astimezone(UTC)
                if self._now - timedelta(days=_DAYS) < moment < self._now:
                    self.clock.wind_to(moment)
                    self._call(kind, next(self._names), is_late=is_late)
            self._catch_up()
        self._act_as_owner()
        self.clock.wind_to(self._now - timedelta(minutes=20))
        self._refuse()
        self._lose_the_connection()
        self._catch_up()

    def _call(self, kind: str, name: str, *, is_late: bool) -> None:
        """Have somebody ask what is free and take one of the times, late in the week one of the next."""
        first, _, last = name.lower().partition(" ")
        caller = {
            "contact_id": f"demo-{first}",
            "contact_details": {
                "name": name,
                "email": f"{first}.{last}@example.org",
                "phone": f"+49 30 1234{self._dice.randrange(100, 999)}",
            },
        }
        offered = self._ask(kind, "available", caller).get("available", [])
        self.clock.wind_to(self.clock.now() + timedelta(seconds=40))
        if offered:
            start = self._dice.choice(offered[: 2 if is_late else None])["start_iso"]
            self._ask(kind, "book", {**caller, "start_iso": start})
        # Of many at once only some are kept.
        self.bridge.journal.write_down()

    def _ask(self, kind: str, question: str, payload: Mapping[str, object], key: str = "") -> Any:
        """Return what a request is answered, signed as telli would."""
        key = key or self.config.telli.api_keys[0].get_secret_value()
        path, body, signature = signed_request(kind, question, dict(payload), key)
        headers = {HEADER: signature, "content-type": "application/json"}
        return json.loads(self.app.test_client().post(path, data=body, headers=headers).data)

    def _act_as_owner(self) -> None:
        """Note who did not come, move one appointment and cancel one."""
        reception, now = self.bridge.reception, self.clock.now()
        over = [each for each in self._confirmed() if each.interval.end < now]
        ahead = [each for each in self._confirmed() if each.interval.start > now + timedelta(hours=2)]
        for booking in over[1:2]:
            NoShows(self.bridge.context, self.bridge.speech).record(booking.id, Source.PAGE)
        for booking in ahead[-1:]:
            free = reception.find(self.config.event_types[booking.event_type], {}).slots
            reception.move(booking, free[-1].start, source=Source.PAGE)
        for booking in ahead[-2:-1]:
            reception.cancel(booking, source=Source.LINK)

    def _refuse(self) -> None:
        """Have somebody want a time that another has, and somebody call with a wrong key."""
        for booking in [each for each in self._confirmed() if each.interval.start > self.clock.now()][:1]:
            wanted = {"start_iso": format_instant(booking.interval.start), "contact_id": "demo-late"}
            details = {"name": "Alex Sample", "host": self.config.hosts[booking.hosts[0]].name}
            self._ask(booking.event_type, "book", {**wanted, "contact_details": details})
        self._ask("consultation", "available", {"contact_id": "demo-wrong"}, key="a wrong key")

    def _connect(self) -> None:
        """Connect the account at Google, as its owner does in a browser."""
        connections = self.bridge.connections
        back = self.google.consent(connections.begin("google", "demo", account=ACCOUNT))
        connections.finish("google", "demo", Answer(dict(parse_qsl(urlsplit(back).query))))

    def _lose_the_connection(self) -> None:
        """Let the consent end, and the bridge find that out as it would by itself."""
        self.google.is_connected = False
        self.bridge.connections.refresh_due(self.clock.now() + timedelta(days=2 * _DAYS))

    def _confirmed(self) -> list[Booking]:
        return self.bridge.reception.bookings(states=[BookingState.CONFIRMED])

    def _catch_up(self) -> None:
        """Do what the background would have done meanwhile."""
        while self.bridge.background.run_due() or self.bridge.background.under_way():
            time.sleep(0.02)
