"""Decides which repetition rules can be followed, before one is kept.

A rule that repeats every second, or that no day ever fulfils, would keep a call waiting for minutes. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import Any

from dateutil.rrule import rrulestr

from bridge.local_calendar.unusable import Unusable

FIRST_YEAR, LAST_YEAR = 1600, 2200  # Apple's birthdays without a year are of 1604
_MOST = 250_000  # more than an entry every day for 600 years
_COUNTED = 5_000  # longer countings are not worth their time: such an entry is looked at for ever
_LONGEST = timedelta(days=366)

_PER_DAY = {"HOURLY": 24, "MINUTELY": 1440, "SECONDLY": 86400}
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")

# The last 28 years that Python knows hold every kind of year, and searching them ends soon.
_EVERY_KIND_OF_YEAR = datetime(9972, 1, 1, tzinfo=UTC)
_UNIMPORTANT = ("COUNT", "UNTIL", "INTERVAL")


def check_rule(rule: Any, start: date, length: timedelta) -> None:
    """Raise Unusable for a rule that cannot be followed."""
    if length > _LONGEST:
        raise Unusable("it repeats, and lasts longer than a year")
    if rule["FREQ"][0] not in _PER_DAY and rule["FREQ"][0] not in _DAYS:
        raise Unusable("its repetition rule makes no sense")
    if int(rule.get("INTERVAL", [1])[0]) < 1:
        raise Unusable("its repetition rule makes no sense")
    if _at_most(rule, start) > _MOST:
        raise Unusable("it repeats too often")
    if not _ever(rule):
        raise Unusable("its repetition rule fits no day")


def ends_with(rule: Any, start: date) -> datetime | None:
    """Return a moment after the last start, None for a rule that goes on for longer than matters."""
    if "UNTIL" in rule:
        until = as_utc(rule["UNTIL"][0])
        return until + timedelta(days=1) if until.year < LAST_YEAR else None
    if not 0 < _count(rule) <= _COUNTED:
        return None
    naive = as_utc(start).replace(tzinfo=None)
    last = max(rrulestr(_written(rule), dtstart=naive), default=naive)
    return last.replace(tzinfo=UTC) + timedelta(days=1)


def _count(rule: Any) -> int:
    return int(rule.get("COUNT", [0])[0])


def _at_most(rule: Any, start: date) -> int:
    """Return a bound of how many times the rule fits, until it ends or the last year is over."""
    last = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    until = min(as_utc(rule["UNTIL"][0]), last) if "UNTIL" in rule else last
    days = max((until - as_utc(start)).days, 0) + 1
    interval, frequency = int(rule.get("INTERVAL", [1])[0]), rule["FREQ"][0]
    if frequency in _PER_DAY:
        finer = _TIMES[list(_PER_DAY).index(frequency) + 1 :]
        bound = days * _PER_DAY[frequency] * _product(rule, finer) // interval
    else:
        stretches = days // (_DAYS[frequency] * interval) + 1
        bound = stretches * _DAYS[frequency] * _product(rule, _TIMES)
    return min(bound, _count(rule)) if _count(rule) > 0 else bound


def _product(rule: Any, parts: Sequence[str]) -> int:
    return prod(len(rule[part]) for part in parts if part in rule)


def _ever(rule: Any) -> bool:
    if not any(part.upper().startswith("BY") for part in rule):
        return True
    plain = _written({part: rule[part] for part in rule if part.upper() not in _UNIMPORTANT})
    return next(iter(rrulestr(plain, dtstart=_EVERY_KIND_OF_YEAR)), None) is not None


def _written(rule: Any) -> str:
    from icalendar import vRecur

    written: bytes = vRecur(rule).to_ical()  # type: ignore[no-untyped-call] # the library's own gap
    return written.decode()


def as_utc(moment: date) -> datetime:
    """Return a moment in UTC; days and floating times as if they were there."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
