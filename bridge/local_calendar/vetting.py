"""Decides whether an entry can be kept: whether it will tell, on every later call, when it takes place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from bridge.local_calendar.rules import FIRST_YEAR, LAST_YEAR, as_utc, check_rule, ends_with
from bridge.local_calendar.series import UNREADABLE, parse
from bridge.local_calendar.unusable import Unusable

_MAX_UID = 500
_MAX_DATES = 5_000
_MAX_EXCEPTIONS = 1_000
_MAX_TEXT = 1_000_000
_TELLING = frozenset(
    {None, "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
)


def vetted(uid: str, ical: str, parts: int) -> tuple[datetime, datetime | None]:
    """Return an entry's first start and last end, None when it has none. Unusable: it cannot be kept."""
    if parts > _MAX_EXCEPTIONS or len(ical) > _MAX_TEXT:
        raise Unusable("it has too many exceptions")
    try:
        events = parse(ical)
        spans = [_span(event) for event in events]
        if len(uid) > _MAX_UID or str(events[0]["UID"]) != uid:
            raise Unusable("its UID makes no sense")
        starts_at = min(start for start, _ in spans)
    except UNREADABLE as error:
        raise Unusable("it makes no sense") from error
    ends = [end for _, end in spans]
    ends_at = None if None in ends else max(end for end in ends if end is not None)
    return starts_at, ends_at


def _span(event: Any) -> tuple[datetime, datetime | None]:
    """Return the first start and the last end of an entry or exception, None when it has none."""
    broken = sorted(str(name) for name, _ in event.errors if name in _TELLING)
    if broken:
        raise Unusable("its {line} cannot be read", line=broken[0])
    start, end = _begin_and_end(event)
    length = as_utc(end) - as_utc(start)
    extra = [_within_the_years(moment) for moment in _extra_dates(event)]
    lasts = [as_utc(moment) + length + timedelta(days=1) for moment in extra]
    first = min([as_utc(start), *map(as_utc, extra)])
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        check_rule(rule, start, length)
        last = ends_with(rule, start)
        if last is None:
            return first, None
        lasts.append(last + length)
    # An exception that also moves what comes after it may move the end.
    goes_on = "RECURRENCE-ID" in event and "RANGE" in event["RECURRENCE-ID"].params
    return first, None if goes_on else max([as_utc(end), *lasts])


def _begin_and_end(event: Any) -> tuple[date, date]:
    if "DTSTART" not in event:
        raise Unusable("it has no DTSTART")
    start = _within_the_years(event["DTSTART"].dt)
    end = _within_the_years(event["DTEND"].dt if "DTEND" in event else _reckoned_end(event, start))
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise Unusable("it begins with a day and ends with a time, or the other way round")
    if as_utc(end) < as_utc(start):
        raise Unusable("it ends before it begins")
    return start, end


def _within_the_years(moment: date) -> date:
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        raise Unusable("it lies outside the years {first} to {last}", **years)
    return moment


def _reckoned_end(event: Any, start: date) -> date:
    if "DURATION" not in event:
        return start if isinstance(start, datetime) else start + timedelta(days=1)
    length: timedelta = event["DURATION"].dt
    if not isinstance(start, datetime) and length % timedelta(days=1):
        raise Unusable("it begins with a day and lasts for hours")
    return start + length


def _extra_dates(event: Any) -> Iterator[date]:
    """Return the starts that RDATE adds."""
    lists = event.get("RDATE", [])
    dates = [one.dt for some in (lists if isinstance(lists, list) else [lists]) for one in some.dts]
    if len(dates) > _MAX_DATES:
        raise Unusable("it repeats too often")
    for moment in dates:
        yield moment[0] if isinstance(moment, tuple) else moment
