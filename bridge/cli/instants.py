"""Reads and shows instants at the terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from bridge.cli.output import Output
from bridge.speech.instants import parse_instant

_WITH_ZONE = re.compile(r"([Zz]|[+-]\d\d:?(\d\d)?)\s*$")


@dataclass(frozen=True)
class Moment:
    """An instant given in a command; `names_zone` is false for a bare one, which counts as UTC."""

    at: datetime
    names_zone: bool


def instant(text: str) -> Moment:
    """Return the instant a word of the command names, read as in telli's requests.

    BadParameter: it names none.
    """
    found = parse_instant(text)
    if found is None:
        raise click.BadParameter(f'"{text[:80]}" is no point in time; write it like 2026-11-24T09:00:00Z.')
    return Moment(found, bool(_WITH_ZONE.search(text.partition(":")[2])))


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people in that zone read it: Tue 2026-11-24 10:00."""
    there = moment.astimezone(zone)
    return f"{there:%a} {there.isoformat(' ')[:16]}"  # strftime shortens early years


def note_reading(output: Output, moment: Moment, zone: ZoneInfo) -> None:
    """Tell people how an instant without a zone was understood, unless there is only one way."""
    if not moment.names_zone and moment.at.astimezone(zone).utcoffset():
        output.note(f"Without a zone this is UTC: {local_text(moment.at, zone)} in {zone}.")
