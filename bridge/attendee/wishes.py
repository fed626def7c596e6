"""Reads what a caller wishes for: a day, a time, a part of the day, a host, in ISO form or as people say it.

What cannot be read is no wish. A date of a year gone by, which language models like to write, means the next
such date, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bridge.attendee.said_dates import said_day, said_part, said_time, said_weekdays
from bridge.attendee.text import bare, by_bare_name, clean
from bridge.model import EventType
from bridge.scheduling.wishes import Part, Preference

_LONG_AGO = 60  # days: what lies less far back was really meant, and has passed
_LONGEST = 60
_TIME = re.compile(
    r"\d{1,2}[:.]\d{2}(?:\s*(?:uhr|[ap]\.?m\b\.?))?|\d{1,2}\s*(?:uhr|[ap]\.?m\b\.?)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish; `host` is the id of a host asked for, `corrected` a date said and what it was taken for."""

    preference: Preference
    host: str | None = None
    corrected: tuple[str, date] | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was wished for."""
        return self.preference == Preference() and self.host is None


def read_wish(
    members: Mapping[str, object],
    event_type: EventType,
    *,
    host_names: Mapping[str, str],
    today: date,
    locale: str,
) -> Wished:
    """Return what `preferred_date`, `_time`, `_daypart`, `_weekday`, `earliest_date` and `host` say."""
    named = by_bare_name(members)
    said = {name: _text(named.get(name)) for name in _NAMES}
    if not any(said.values()):  # nearly every request, also one that is answered by a kept offer
        return Wished(Preference())
    phrase = said["preferreddate"]
    at = _TIME.search(phrase) if not re.match(r"\d{4}-", phrase) else None
    if at:
        phrase = f"{phrase[: at.start()]} {phrase[at.end() :]}"
    day = said_day(phrase, today=today, locale=locale)
    part = said_part(said["preferreddaypart"]) or said_part(phrase) or said_part(said["preferredtime"])
    minute = said_time(said["preferredtime"] or (at[0] if at else ""), part)
    if isinstance(minute, Part):
        part, minute = minute, None
    weekdays = said_weekdays(said["preferredweekday"]) or (
        said_weekdays(phrase) if day is None else frozenset()
    )
    meant = _meant(day, today)
    preference = Preference(
        day=meant,
        weekdays=weekdays,
        part=part,
        minute=minute,
        earliest=_meant(said_day(said["earliestdate"], today=today, locale=locale), today),
    )
    corrected = (clean(said["preferreddate"]), meant) if meant and meant != day else None
    return Wished(preference, read_host(members, event_type, host_names), corrected)


_NAMES = ("preferreddate", "preferredtime", "preferreddaypart", "preferredweekday", "earliestdate")


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""


def _meant(day: date | None, today: date) -> date | None:
    """Return the next such date in place of one long ago."""
    if day is None or (today - day).days <= _LONG_AGO:
        return day
    for year in range(today.year, today.year + 9):  # a February 29 may have to wait for eight years
        try:
            same = day.replace(year=year)
        except ValueError:
            continue
        if same >= today:
            return same
    return day


def read_host(members: Mapping[str, object], event_type: EventType, names: Mapping[str, str]) -> str | None:
    """Return the host of the event type that `host` names, in full or by a part that only one has."""
    said = _text(by_bare_name(members).get("host"))
    wanted = bare(said)
    if not wanted:
        return None
    hosts = event_type.team.hosts
    called = {host: {bare(host), bare(names.get(host, ""))} for host in hosts}
    exact = [host for host in hosts if wanted in called[host]]
    words = set(map(bare, said.split()))
    similar = [host for host in hosts if words & set(map(bare, names.get(host, "").split()))]
    found = exact or similar
    return found[0] if len(found) == 1 else None
