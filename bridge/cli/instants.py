"""Reads and shows instants at the terminal: what names no zone is the event type's, never a guess.

Typed may be a date with a time, or a day in words with a time: today, tomorrow, a weekday. What could mean
two moments is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from bridge.speech.instants import FIRST_YEAR, LAST_YEAR, parse_instant

_WITH_ZONE = re.compile(r"([Zz]|[+-]\d\d:?(\d\d)?)\s*$")
_HOW = 'write it like "2026-11-24 10:00" or "tomorrow 10:00"'
_DAYS = {
    "today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "overmorrow": 2, "übermorgen": 2, "uebermorgen": 2,
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "mon", "montag", "mo"),
    ("tuesday", "tue", "dienstag", "di"),
    ("wednesday", "wed", "mittwoch", "mi"),
    ("thursday", "thu", "donnerstag", "do"),
    ("friday", "fri", "freitag", "fr"),
    ("saturday", "sat", "samstag", "sa"),
    ("sunday", "sun", "sonntag", "so"),
)
_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>am|pm)?(?:\s*(?:uhr|h))?")


@dataclass(frozen=True)
class Moment:
    """What was typed: an instant, or a wall-clock time of a day, which a zone makes an instant."""

    text: str
    at: datetime | None = None
    day: date | str | None = None  # a word is read by what today is in the zone
    clock: time = time()

    def within(self, zone: ZoneInfo, now: datetime) -> datetime:
        """Return the instant; BadParameter: in that zone there is none, or there are two."""
        if self.at is not None:
            return self.at
        assert self.day is not None  # noqa: S101 - one of the two is there
        day = (
            self.day if isinstance(self.day, date) else _day(self.day, now.astimezone(zone).date(), self.text)
        )
        wall = datetime.combine(day, self.clock, zone)
        if wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
            raise click.BadParameter(
                f'"{self.text}" does not exist: the clocks in {zone} are put forward then.'
            )
        if wall.utcoffset() != wall.replace(fold=1).utcoffset():
            offsets = " or ".join(f"{wall.replace(fold=fold):%z}" for fold in (0, 1))
            raise click.BadParameter(f'"{self.text}" is there twice in {zone}; add {offsets} to say which.')
        return wall.astimezone(UTC)


def instant(text: str) -> Moment:
    """Return what a word of the command names. BadParameter: it is no point in time, or could be several."""
    shown = text[:80]
    found = parse_instant(text)
    if found is not None and _WITH_ZONE.search(text.partition(":")[2]):
        return Moment(shown, found)
    if found is not None:
        return Moment(shown, None, found.date(), found.time())
    word, _, rest = " ".join(text.split()).lower().partition(" ")
    clock = _TIME.fullmatch(rest.removeprefix("at ").removeprefix("um "))
    if clock is None or not (word in _DAYS or _weekday(word) is not None):
        raise click.BadParameter(f'"{shown}" is no point in time, or not only one; {_HOW}.')
    return Moment(shown, None, word, _clock(clock, shown))


def _clock(found: re.Match[str], shown: str) -> time:
    hour, half = int(found["hour"]), found["half"]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half or not (found["minute"] or half or "uhr" in found[0]):
        raise click.BadParameter(f'"{shown}" does not say which time of day; {_HOW}.')
    try:
        return time(hour, int(found["minute"] or 0))
    except ValueError:
        raise click.BadParameter(f'"{shown}" is no time of day; {_HOW}.') from None


def _weekday(word: str) -> int | None:
    return next((number for number, names in enumerate(_WEEKDAYS) if word in names), None)


def _day(word: str, today: date, shown: str) -> date:
    if word in _DAYS:
        return today + timedelta(days=_DAYS[word])
    ahead = ((_weekday(word) or 0) - today.weekday()) % 7
    if not ahead:
        raise click.BadParameter(f'"{shown}" could be today or in a week; write the date.')
    return today + timedelta(days=ahead)


def day_of(text: str) -> date | str:
    """Return the day that a word of the command names: a date, or a word for one. BadParameter: none."""
    word = text.strip().lower()
    if word in _DAYS or _weekday(word) is not None:
        return word
    try:
        found = date.fromisoformat(word)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise click.BadParameter(f'"{text[:80]}" is no day; write it like 2026-11-24 or tomorrow.')
    return found


def start_of(day: date | str, zone: ZoneInfo, now: datetime, *, days: int = 0) -> datetime:
    """Return when a day begins in a zone, or the day so many `days` later."""
    named = day if isinstance(day, date) else _day(day, now.astimezone(zone).date(), day)
    return datetime.combine(named + timedelta(days=days), time(), zone).astimezone(UTC)


def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people in that zone read it: Tue 2026-11-24 10:00."""
    there = moment.astimezone(zone)
    return f"{there:%a} {there.isoformat(' ')[:16]}"  # strftime shortens early years
