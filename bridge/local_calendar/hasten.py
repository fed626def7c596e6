"""Lets a series begin shortly before the time that is asked about.

The library counts every occurrence since the first: years of a weekly meeting cost 20 times its parsing.
Changes nothing from the moment asked about on; series it is not sure of stay as they are.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from icalendar.prop import vDDDTypes

from bridge.local_calendar.rules import as_utc

_DAYS = {"DAILY": 1, "WEEKLY": 7}
# These count or pick among occurrences, so that the first one matters.
_COUNTING = ("COUNT", "BYSETPOS")
_NOT_WORTH_IT = timedelta(days=100)


def hasten(events: list[Any], since: datetime) -> None:
    """Let the entry's master begin later if nothing of it from `since` on depends on its beginning."""
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    if len(masters) != 1 or any(_reaches_on(event) for event in events):
        return
    (master,) = masters
    days = _stride(master)
    first, last = master["DTSTART"].dt, master["DTEND"].dt if "DTEND" in master else None
    if days is None or not _alike(first, last):
        return
    # The beginning counts as an occurrence whatever the rule says: it has to stay out of sight.
    length = timedelta(0) if last is None else max(last - first, timedelta(0))
    room = since - as_utc(first) - length - _NOT_WORTH_IT
    strides = room // timedelta(days=days)
    if strides > 0:
        later = timedelta(days=days * strides)
        master["DTSTART"] = vDDDTypes(first + later)
        if last is not None:
            master["DTEND"] = vDDDTypes(last + later)


def _reaches_on(event: Any) -> bool:
    """Tell whether an exception also moves the occurrences after it."""
    return "RECURRENCE-ID" in event and "RANGE" in event["RECURRENCE-ID"].params


def _stride(master: Any) -> int | None:
    """Return after how many days the master's one rule begins anew, None when that is not simple."""
    rule = master.get("RRULE")
    if (
        rule is None
        or isinstance(rule, list)
        or "DURATION" in master
        or any(part in rule for part in _COUNTING)
    ):
        return None
    days = _DAYS.get(rule["FREQ"][0])
    return None if days is None else days * int(rule.get("INTERVAL", [1])[0])


def _alike(first: date, last: date | None) -> bool:
    """Tell whether both can be moved by days without one of them crossing a change of clocks alone."""
    if last is None:
        return True
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return not isinstance(first, datetime) and not isinstance(last, datetime)
    return first.tzinfo is last.tzinfo
