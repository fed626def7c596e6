"""Reads one imported entry: whether it can be kept, and when it takes place within a stretch of time.

What calls it in the bridge's own processes gives it plain entries only; `bridge/local_calendar/apart.py` has
the others read where they may be stopped.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.local_calendar.unusable import Unusable
from providers.base import Interval
from providers.occurrence import Occurrence

MOST_OCCURRENCES = 20_000  # of one entry; every ten minutes for five months
ZONES_REACH = timedelta(days=1)  # floating times are kept as if in UTC; no zone is further away

# Rules that fit a day within a week of any other, so that no search for the next is long.
_PLAIN_RULE = re.compile(
    r"RRULE:(FREQ=WEEKLY(;(INTERVAL=\d{1,2}|COUNT=\d{1,3}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=[A-Z]{2}|"
    r"BYDAY=[A-Z]{2}(,[A-Z]{2})*))*|FREQ=DAILY(;(INTERVAL=\d{1,2}|COUNT=\d{1,3}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=[A-Z]{2}))*)"
)
_PLAIN_START = re.compile(r"DTSTART[^:]*:20\d\d")
_LONGEST_PLAIN = 20_000


@dataclass(frozen=True, slots=True)
class Order:
    """An entry to be read: its UID, its text as it is stored, and of how many parts it consists."""

    uid: str
    ical: str
    parts: int

    @property
    def is_plain(self) -> bool:
        """Tell whether reading it cannot take long."""
        if len(self.ical) > _LONGEST_PLAIN or "\nBEGIN:VTIMEZONE" in self.ical or "\nRDATE" in self.ical:
            return False
        lines = self.ical.split("\r\n")
        rules = [line for line in lines if line.startswith("RRULE")]
        starts = [line for line in lines if line.startswith("DTSTART")]
        return all(map(_PLAIN_RULE.fullmatch, rules)) and (not rules or all(map(_PLAIN_START.match, starts)))


@dataclass(frozen=True, slots=True)
class Read:
    """What an entry tells: its first start, its last end (None: never), and its times within the stretch."""

    starts_at: datetime
    ends_at: datetime | None
    found: tuple[Occurrence, ...]


def read(order: Order, reach: Interval, zone: str) -> Read:
    """Read an entry; days without a time lie in `zone`. Unusable says why it cannot be kept."""
    from bridge.local_calendar.series import UNREADABLE, expand
    from bridge.local_calendar.vetting import vetted

    starts_at, ends_at = vetted(order.uid, order.ical, order.parts)
    around = Interval(reach.start - ZONES_REACH, reach.end + ZONES_REACH)
    if starts_at >= around.end or (ends_at is not None and ends_at <= around.start):
        return Read(starts_at, ends_at, ())
    try:
        found = [one for one in expand(order.ical, reach, ZoneInfo(zone)) if one.interval.overlaps(around)]
    except UNREADABLE as error:
        raise Unusable("it makes no sense") from error
    if len(found) > MOST_OCCURRENCES:
        raise Unusable("it repeats too often")
    return Read(starts_at, ends_at, tuple({(one.id, one.interval.start): one for one in found}.values()))


def as_json(told: Read) -> str:
    """Return what was read as one line of JSON."""
    ends = told.ends_at.isoformat() if told.ends_at else None
    found = [
        (one.id, one.ical_uid, *map(datetime.isoformat, one.interval), one.status, one.all_day, one.floating)
        for one in told.found
    ]
    return json.dumps([told.starts_at.isoformat(), ends, found])


def from_json(line: str) -> Read:
    """Return what another process has read."""
    moment = datetime.fromisoformat
    starts_at, ends_at, found = json.loads(line)
    return Read(
        moment(starts_at),
        moment(ends_at) if ends_at else None,
        tuple(
            Occurrence(event_id, uid, Interval(moment(start), moment(end)), *shown)
            for event_id, uid, start, end, *shown in found
        ),
    )
