"""Series: what single events a recurring one stands for."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.vendors.google.description import Json
from tests.vendors.google.state import Calendar, instant, is_live

_SLACK = timedelta(days=2)  # local dates against UTC bounds


def singles(calendar: Calendar, low: datetime, high: datetime) -> Iterator[Json]:
    """Return single events, and every occurrence around the bounds, deleted ones as cancelled."""
    for event in list(calendar.events.values()):
        if "recurrence" not in event:
            if "recurringEventId" not in event:
                yield event
        elif is_live(event):
            yield from _occurrences(calendar, event, low, high)


def _occurrences(calendar: Calendar, series: Json, low: datetime, high: datetime) -> Iterator[Json]:
    exceptions = {
        instant(event["originalStartTime"], calendar): event
        for event in calendar.events.values()
        if event.get("recurringEventId") == series["id"]
    }
    yield from exceptions.values()  # a moved one may lie anywhere
    for start in _starts(calendar, series, low, high):
        if start not in exceptions:
            yield _occurrence(calendar, series, start)


def _zone(calendar: Calendar, series: Json) -> ZoneInfo:
    return ZoneInfo(series["start"].get("timeZone", calendar.timezone))


def _starts(calendar: Calendar, series: Json, low: datetime, high: datetime) -> Iterator[datetime]:
    zone = _zone(calendar, series)
    first = instant(series["start"], calendar).astimezone(zone).replace(tzinfo=None)
    length = instant(series["end"], calendar) - instant(series["start"], calendar)
    rule = rrulestr("\n".join(series["recurrence"]), dtstart=first, forceset=True)
    begin = (low - length - _SLACK).replace(tzinfo=None)
    for local in rule.between(begin, (high + _SLACK).replace(tzinfo=None), inc=True):
        yield local.replace(tzinfo=zone).astimezone(UTC)


def occurrence_id(series_id: str, start: datetime, *, is_all_day: bool) -> str:
    """Return the id Google gives an occurrence."""
    return f"{series_id}_{start.astimezone(UTC):{'%Y%m%d' if is_all_day else '%Y%m%dT%H%M%SZ'}}"


def _occurrence(calendar: Calendar, series: Json, start: datetime) -> Json:
    event = deepcopy(series)
    del event["recurrence"]
    zone = _zone(calendar, series)
    all_day = "date" in series["start"]
    wall_length = _wall(series, "end", calendar) - _wall(series, "start", calendar)
    end = (start.astimezone(zone).replace(tzinfo=None) + wall_length).replace(tzinfo=zone)
    event["id"] = occurrence_id(series["id"], start, is_all_day=all_day)
    event["recurringEventId"] = series["id"]
    for name, moment in (("start", start), ("end", end.astimezone(UTC)), ("originalStartTime", start)):
        local = moment.astimezone(zone)
        event[name] = (
            {"date": local.date().isoformat()}
            if all_day
            else {"dateTime": moment.isoformat(), "timeZone": zone.key}
        )
    return event


def _wall(series: Json, name: str, calendar: Calendar) -> datetime:
    return instant(series[name], calendar).astimezone(_zone(calendar, series)).replace(tzinfo=None)
