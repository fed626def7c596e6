"""Turns an imported entry's iCalendar text into when it takes place.

Decides what its statuses mean (busy, free, ...) and in which zone its days and floating times lie. It
reads only what the import wrote and never answers for longer than the span asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from recurring_ical_events import ComponentsWithName, EventAdapter
from recurring_ical_events import Occurrence as LibraryOccurrence

from bridge.local_calendar.entry_names import entry_id
from bridge.local_calendar.hasten import hasten
from bridge.local_calendar.rules import as_utc
from providers.base import Interval
from providers.occurrence import Occurrence
from providers.times import all_day

# What the libraries raise on entries they cannot make sense of: they promise no base class.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

_TEXTS = ("SUMMARY:", "DESCRIPTION:", "LOCATION:")

# Floating times are compared as if in UTC; no zone is further away than this.
_ZONES_REACH = timedelta(days=1)

# Microsoft's words for how time is shown: [MS-OXCICAL] 2.1.3.1.1.20.31, X-MICROSOFT-CDO-BUSYSTATUS
_SHOWN = {
    "FREE": "free",
    "TENTATIVE": "tentative",
    "BUSY": "busy",
    "OOF": "oof",
    "WORKINGELSEWHERE": "workingElsewhere",
}


def parse(ical: str) -> list[Any]:
    """Return the entry and its exceptions without their texts, which cost most of the reading."""
    lines = [line for line in ical.split("\r\n") if not line.startswith(_TEXTS)]
    events: list[Any] = icalendar.Calendar.from_ical("\r\n".join(lines)).events
    if not events:
        raise ValueError("there is no entry")
    return events


def is_single(events: list[Any]) -> bool:
    """Tell whether something takes place once, whenever one looks."""
    return len(events) == 1 and not {"RRULE", "RDATE", "RECURRENCE-ID"} & events[0].keys()


def expand(ical: str, span: Interval, zone: ZoneInfo) -> list[Occurrence]:
    """Return what takes place around the span; the caller keeps what overlaps it.

    `zone` is the calendar's, in which its days lie. One of UNREADABLE: the text makes no sense.
    """
    events = parse(ical)
    if is_single(events):
        found = [_single(events[0])]
    else:
        reach = Interval(span.start - _ZONES_REACH, span.end + _ZONES_REACH)
        hasten(events, reach.start)
        found = recurring_ical_events.of(_calendar(events), components=[_READING]).between(*reach)
    return [_occurrence(one, zone) for one in found if not is_cancelled(one.component)]


def _calendar(events: list[Any]) -> Any:
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(event)
    return calendar


@dataclass(frozen=True, slots=True)
class _Found:
    """What the library found: the entry's component, and when."""

    component: Any
    start: date
    end: date
    recurrence: str


class _Adapter(EventAdapter):  # type: ignore[misc] # the library has no types
    """Give access to the component; copying it for each occurrence took most of the time."""

    @property
    def component(self) -> Any:
        """Return the component as it was read."""
        return self._component


class _LibraryOccurrence(LibraryOccurrence):  # type: ignore[misc] # the library has no types
    """Answer with what is needed in place of a copied component."""

    def as_component(self, keep_recurrence_attributes: bool) -> _Found:
        """Return the component with when it takes place."""
        adapter = self._adapter
        # An exception keeps the name of the time it replaces, wherever it was moved.
        is_exception = adapter.is_modification() and self.start == adapter.start
        replaced = adapter.component["RECURRENCE-ID"].dt if is_exception else self.start
        return _Found(adapter.component, self.start, self.end, _name(replaced))


_READING = ComponentsWithName("VEVENT", adapter=_Adapter, occurrence=_LibraryOccurrence)


def _single(component: Any) -> _Found:
    adapter = _Adapter(component)
    return _Found(component, adapter.start, adapter.end, "")


def _name(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.strftime("%Y%m%d")
    if moment.tzinfo is None:
        return moment.strftime("%Y%m%dT%H%M%S")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _occurrence(found: _Found, zone: ZoneInfo) -> Occurrence:
    component = found.component
    uid = str(component["UID"])
    days = not isinstance(found.start, datetime)
    return Occurrence(
        id=entry_id(uid, found.recurrence),
        ical_uid=uid,
        interval=all_day(found.start, found.end, zone)
        if days
        else Interval(_utc(found.start), _utc(found.end)),
        status=status(component),
        all_day=days or str(component.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE",
        floating=isinstance(found.start, datetime) and found.start.tzinfo is None,
    )


def _utc(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        raise TypeError("a day where a time was expected")
    return as_utc(moment)


def is_cancelled(component: Any) -> bool:
    """Tell whether an entry, or this exception of it, does not take place."""
    return str(component.get("STATUS", "")).strip().upper() == "CANCELLED"


def status(component: Any) -> str:
    """Return how an entry shows its time, in Graph's words; what is not understood is unknown."""
    shown = str(component.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).strip().upper()
    see_through = str(component.get("TRANSP", "")).strip().upper()
    if shown:
        # A program that does not know Microsoft's word leaves it as it was while it changes TRANSP.
        return "busy" if shown == "FREE" and see_through == "OPAQUE" else _SHOWN.get(shown, "unknown")
    if see_through == "TRANSPARENT":
        return "free"
    return "tentative" if str(component.get("STATUS", "")).strip().upper() == "TENTATIVE" else "busy"
