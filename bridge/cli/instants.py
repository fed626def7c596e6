"""Reads and shows instants at the terminal."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.errors import BridgeError
from bridge.instants import parse_instant


class InstantUnreadable(BridgeError):
    """What was given is no point in time."""

    code = "instant"


def read_instant(text: str) -> datetime:
    """Return the instant a text names, read as in telli's requests. InstantUnreadable: it names none."""
    instant = parse_instant(text)
    if instant is None:
        raise InstantUnreadable(f'"{text}" is no point in time; write it like 2026-11-24T09:00:00Z')
    return instant


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people in that zone read it: Tue 2026-11-24 10:00."""
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M}"
