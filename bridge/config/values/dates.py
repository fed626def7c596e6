"""Reads days and stretches of days."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import PlainValidator

from bridge.config.values.text import plain
from bridge.model import DateRange
from bridge.said import Unfit

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STRETCH = re.compile(rf"({_DAY.pattern})(?:\s*/\s*({_DAY.pattern}))?")
_YEARS = range(2000, 2200)  # far from where calculating with dates fails


def day(value: object) -> date:
    """Return a date, written with or without quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return _sensible(value)
    text = plain(value).strip()
    if not _DAY.fullmatch(text):
        raise Unfit('is not a date such as "2026-12-24"')
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unfit("names a date that does not exist") from None
    return _sensible(found)


def days(value: object) -> DateRange:
    """Return a stretch of days from `first/last`, both included, or a single day."""
    if not isinstance(value, str):
        return DateRange(day(value), day(value))
    match = _STRETCH.fullmatch(value.strip())
    if match is None:
        raise Unfit('is not a day such as "2026-12-22" or days such as "2026-12-22/2027-01-03"')
    found = DateRange(day(match[1]), day(match[2] or match[1]))
    if found.last < found.first:
        raise Unfit(
            'ends before it starts; did you mean "{first}/{last}"?', first=found.last, last=found.first
        )
    return found


def _sensible(found: date) -> date:
    if found.year not in _YEARS:
        raise Unfit("must lie in the years {first} to {last}", first=_YEARS[0], last=_YEARS[-1])
    return found


Day = Annotated[date, PlainValidator(day)]
Days = Annotated[DateRange, PlainValidator(days)]
