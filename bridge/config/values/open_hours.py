"""Reads open hours by the wall clock: of the weekdays, and of dates that have hours of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated

from pydantic import PlainValidator

from bridge.config.problems.inside_values import Complaints
from bridge.config.problems.wording import kind
from bridge.config.values.dates import day
from bridge.model import WallRange, Week
from bridge.said import Said, Unfit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_RANGE = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")
_AT = re.compile(r"(?P<hours>[^@]*[^@\s])\s*@\s*(?P<place>[^@\s]+)\s*")
_MIDNIGHT = 24 * 60
_Place = tuple[str | int, ...]


def wall_range(value: object) -> WallRange:
    """Return the stretch of a day that is written `"09:00-17:00"`, or `"09:00-17:00 @ practice"`.

    The end may be 24:00; the place may be any word.
    """
    at = _AT.fullmatch(value) if isinstance(value, str) else None
    start, end = minutes_of_range(at["hours"] if at else value)
    if end <= start:
        raise _backwards(start, end)
    return WallRange(start, end, at["place"] if at else "")


_known_range = lru_cache(wall_range)  # a large team's hours are few different ones


def minutes_of_range(value: object) -> tuple[int, int]:
    """Return the two times of a stretch, in minutes of the day, whichever is the later."""
    match = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Unfit('is not a stretch of the day such as "09:00-17:00"')
    start, end = _minute(match[1], match[2]), _minute(match[3], match[4])
    if start >= _MIDNIGHT or end > _MIDNIGHT:
        raise Unfit("names a time that does not exist; a day goes from 00:00 to 24:00")
    return start, end


def week(value: object) -> Week:
    """Return the open hours of each weekday named."""
    complaints = Complaints()
    found = {}
    for key, ranges in _section(value, 'monday = ["09:00-17:00"]').items():
        if key in WEEKDAYS:
            found[WEEKDAYS.index(key)] = _ranges(ranges, (key,), complaints)
        else:
            complaints.add_unknown_key((key,), WEEKDAYS)
    complaints.raise_if_any()
    return MappingProxyType(found)


def overrides(value: object) -> Mapping[date, tuple[WallRange, ...]]:
    """Return the dates that have open hours of their own."""
    complaints = Complaints()
    found = {}
    for key, ranges in _section(value, '"2026-12-24" = ["09:00-12:00"]').items():
        hours = _ranges(ranges, (key,), complaints)
        try:
            found[day(key)] = hours
        except Unfit as error:
            complaints.add((key,), key, error.sentence)
    complaints.raise_if_any()
    return MappingProxyType(found)


def _section(value: object, example: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Unfit(
            "must be a section with lines such as {example}, not {kind}", example=example, kind=kind(value)
        )
    return value


def _ranges(value: object, place: _Place, complaints: Complaints) -> tuple[WallRange, ...]:
    if not isinstance(value, list):
        brackets = Said('must be a list in square brackets, such as ["09:00-12:00", "13:00-17:00"]')
        complaints.add(place, value, brackets)
        return ()
    found = []
    for number, item in enumerate(value):
        try:
            found.append((_known_range(item) if isinstance(item, str) else wall_range(item), number))
        except Unfit as error:
            complaints.add((*place, number), item, error.sentence)
    found.sort()
    for (earlier, _), (later, number) in pairwise(found):
        if later.start < earlier.end:
            hours = f"{_clock(earlier.start)}-{_clock(earlier.end)}"
            overlap = Said('overlaps "{hours}" of the same day', hours=hours)
            complaints.add((*place, number), value[number], overlap)
    return tuple(item for item, _ in found)


def _minute(hour: str, minute: str) -> int:
    return int(hour) * 60 + int(minute) if int(minute) < 60 else 2 * _MIDNIGHT


def _backwards(start: int, end: int) -> Unfit:
    if start == end:
        return Unfit('has no length; write "00:00-24:00" for a whole day and [] for a closed one')
    if end == 0:
        return Unfit('ends at 00:00; midnight as an end is written "{start}-24:00"', start=_clock(start))
    return Unfit(
        'ends before it starts; for hours past midnight write two entries: "{start}-24:00" on this '
        'day and "00:00-{end}" on the next',
        start=_clock(start),
        end=_clock(end),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


OpenHours = Annotated[Week, PlainValidator(week)]
DateOverrides = Annotated[Mapping[date, tuple[WallRange, ...]], PlainValidator(overrides)]
