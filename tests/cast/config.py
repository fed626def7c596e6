"""The salon's configuration: who works there, where their calendars are, what can be booked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bridge.config import Config
from tests.cast.reading import parse_config

SECRET = "plainly-fake-secret-key-for-tests-only-0001"
OTHER_SECRET = "plainly-fake-secret-key-for-tests-only-0002"
API_KEY = "fake-telli-key"

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Keys of an event type: each start of the day is told.
EVERY_START = "hours_between_suggestions = 0\nslots_per_day = 48\ndays_to_look_ahead = 1"

_UNCONNECTED = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'


@dataclass(frozen=True)
class Staff:
    """A host: open these hours every day, more keys in TOML, its booking calendar embedded and its own."""

    name: str
    hours: str = "08:00-20:00"
    lines: str = ""
    calendar: str = ""

    def toml(self) -> str:
        week = "\n".join(f"{day} = {json.dumps(self.hours.split(', '))}" for day in WEEK)
        return (
            f'[hosts.{self.name}]\nname = "{self.name.title()} Example"\nemail = "{self.name}@example.com"\n'
            f'booking_calendar = "{self.calendar or f"local:{self.name}"}"\n{self.lines}\n'
            f"[hosts.{self.name}.open_hours]\n{week}\n"
        )


ANNA, BEN, CARL, DORA = (Staff(name) for name in ("anna", "ben", "carl", "dora"))


def salon_toml(
    url: str,
    *staff: Staff,
    bridge: str = "",
    telli: str = "",
    event_type: str = "",
    rest: str = "",
    **event_types: str,
) -> str:
    """Return a config of these hosts (Anna and Ben), all times in UTC, 30 minutes without notice.

    `event_types` gives each event type's keys by name; without any there is one, `cut`, which all hosts do
    and `event_type` adds to. `bridge` and `telli` add to their sections or change them, `rest` is whatever
    else there is.
    A host's calendar at Google is never connected, so unknown, unless `rest` has a section for it.
    """
    staff = staff or (ANNA, BEN)
    section = {
        "public_url": "http://127.0.0.1:8000",
        "secret_key": SECRET,
        "database_url": url,
        "timezone": "UTC",
        **tomllib.loads(bridge),
    }
    everybody = json.dumps([each.name for each in staff])
    only = {"cut": f'title = "Haircut"\nhosts = {everybody}\ndefault = true\n{event_type}'}
    parts = [
        _section("bridge", section),
        _section("telli", {"api_keys": [API_KEY], **tomllib.loads(telli)}),
        *(each.toml() for each in staff),
        *(_event_type(name, lines) for name, lines in (event_types or only).items()),
        rest,
        _UNCONNECTED if any(each.calendar.startswith("google:") for each in staff) and not rest else "",
    ]
    return "\n".join(parts)


def _section(name: str, members: Mapping[str, object]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in members.items()), ""])


def _event_type(name: str, lines: str) -> str:
    title = "" if "title = " in lines else f'title = "{name.title()}"\n'
    return f"[event_types.{name}]\n{title}minimum_notice_minutes = 0\n{lines}\n"


def salon_config(url: str, *staff: Staff, **more: str) -> Config:
    """Return the salon's configuration, read as from a file; arguments as for `salon_toml`."""
    return read_toml(salon_toml(url, *staff, **more))


def read_toml(text: str, folder: Path = Path()) -> Config:
    """Return the configuration in a text, as from a file in this folder."""
    return parse_config(text, environ={}, base=folder)
