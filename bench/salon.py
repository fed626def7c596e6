"""The bridge that is measured: ten hosts on embedded calendars with a hundred busy times each."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.local_calendar.importing import import_ics
from bridge.parts import Bridge
from bridge.service.signing import HEADER, sign
from bridge.store.migrate import migrate
from tests.cast.reading import load_config

API_KEY = "fake-key-for-measuring"
HOSTS = 10
BUSY_TIMES = 100
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TYPICAL_ANSWER = json.dumps(
    {
        "available": [
            {
                "start_iso": f"2026-11-2{day}T{hour:02}:00:00.000Z",
                "end_iso": f"2026-11-2{day}T{hour:02}:30:00.000Z",
            }
            for day in (4, 5)
            for hour in (9, 12, 15)
        ]
    },
    separators=(",", ":"),
).encode()


def make_salon(folder: Path, *, busy_max_age_seconds: int, database_url: str | None = None) -> Path:
    """Write a configuration, fill its calendars; return the configuration's path."""
    folder.mkdir(parents=True)
    path = folder / "config.toml"
    path.write_text(_config(busy_max_age_seconds, database_url), encoding="utf-8")
    config = load_config(path, {})
    migrate(config.bridge.database_url.get_secret_value())
    bridge = Bridge(config)
    dice = random.Random("busy times")  # noqa: S311 - made-up meetings
    for host in config.hosts:
        import_ics(bridge.imported, host, _meetings(host, dice).encode(), bridge.context.now())
    bridge.stop()
    return path


def question(number: int = 0) -> bytes:
    """Return a whole signed `POST /available`, as telli sends it over a kept connection."""
    return _request("/available", _caller(number))


def bookings(count: int, first: datetime, *, days: int | None = None) -> list[bytes]:
    """Return whole signed requests of different callers, each to book another quarter of an hour.

    After so many `days` they begin again with the first, for other hosts.
    """
    within = days * 96 if days else count
    starts = [first + timedelta(minutes=15) * (number % within) for number in range(count)]
    return [
        _request("/quarter/book", {**_caller(number), "start_iso": f"{start:%Y-%m-%dT%H:%M:%S}.000Z"})
        for number, start in enumerate(starts)
    ]


def tomorrow(now: datetime) -> datetime:
    """Return the next midnight in UTC."""
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)


def _caller(number: int) -> dict[str, object]:
    return {
        "contact_id": f"0198c1f2-7c3e-7aa1-9d52-{number:012}",
        "external_contact_id": f"K-{number}",
        "contact_details": {"name": "Kim Example", "email": "kim@example.com", "phone": "+49301234567"},
    }


def _request(path: str, payload: dict[str, object]) -> bytes:
    body = json.dumps(payload, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{HEADER}: {sign(body, API_KEY)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _config(busy_max_age_seconds: int, database_url: str | None) -> str:
    parts = [
        (
            '[bridge]\npublic_url = "http://127.0.0.1:8000"\ntimezone = "UTC"\n'
            'secret_key = "plainly-fake-secret-key-for-measuring-0001"\n'
            f"busy_max_age_seconds = {busy_max_age_seconds}\n"
            + (f'database_url = "{database_url}"\n' if database_url else "")
        ),
        f'[telli]\napi_keys = ["{API_KEY}"]\n',
    ]
    names = [f"host{number}" for number in range(HOSTS)]
    for name in names:
        hours = "\n".join(f'{day} = ["00:00-24:00"]' for day in WEEK)
        parts.append(
            f'[hosts.{name}]\nname = "{name}"\nemail = "{name}@example.com"\n'
            f'booking_calendar = "local:{name}"\n[hosts.{name}.open_hours]\n{hours}\n'
        )
    rules = f"hosts = {json.dumps(names)}\nminimum_notice_minutes = 0\n"
    parts.append(f'[event_types.half]\ntitle = "Half an hour"\ndefault = true\n{rules}')
    parts.append(f'[event_types.quarter]\ntitle = "A quarter"\nduration_minutes = 15\n{rules}')
    return "\n".join(parts)


def _meetings(host: str, dice: random.Random) -> str:
    """Return a host's busy times in the coming two weeks, as a calendar file."""
    first = tomorrow(datetime.now(UTC))
    places = sorted(dice.sample(range(14 * 48), BUSY_TIMES))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar bridge//Measuring//EN"]
    for number, place in enumerate(places):
        start = first + timedelta(minutes=30) * place
        lines += ["BEGIN:VEVENT", f"UID:{host}-{number}@example.com", "DTSTAMP:20260101T000000Z"]
        lines += [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(minutes=20):%Y%m%dT%H%M%SZ}"]
        lines += ["SUMMARY:Busy", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
