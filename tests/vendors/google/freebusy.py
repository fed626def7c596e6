"""freebusy.query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.vendors.google.answers import Refused
from tests.vendors.google.description import Json
from tests.vendors.google.recurrence import singles
from tests.vendors.google.state import Calendar, World, instant, is_live

MOST_CALENDARS = 50
MOST_DAYS = 90  # as people report; the reference names no number


def query(world: World, account: str, body: Json) -> Json:
    """Answer a free/busy question."""
    low, high = (datetime.fromisoformat(body[name]).astimezone(UTC) for name in ("timeMin", "timeMax"))
    if high <= low:
        raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")
    if high - low > timedelta(days=MOST_DAYS):
        raise Refused(400, "timeRangeTooLong", "The requested time range is too long.")
    ids = [item["id"] for item in body["items"]]
    too_many = len(ids) > min(body.get("calendarExpansionMax", MOST_CALENDARS), MOST_CALENDARS)
    return {
        "kind": "calendar#freeBusy",
        "timeMin": body["timeMin"],
        "timeMax": body["timeMax"],
        "calendars": {
            each: _error("tooManyCalendarsRequested")
            if too_many
            else _answer(world, account, each, low, high)
            for each in ids
        },
    }


def _error(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _answer(world: World, account: str, calendar_id: str, low: datetime, high: datetime) -> Json:
    try:
        calendar = world.calendar_for(account, calendar_id)
    except Refused:
        return _error("notFound")
    if calendar.broken:
        return _error(calendar.broken)
    busy = _merged(sorted(_busy(calendar, low, high)))
    return {"busy": [{"start": _text(start), "end": _text(end)} for start, end in busy]}


def _busy(calendar: Calendar, low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return whole events: Google's answer need not be clipped."""
    for event in singles(calendar, low, high):
        start, end = instant(event["start"], calendar), instant(event["end"], calendar)
        is_shown = calendar.shown_until is None or calendar.changed[event["id"]] <= calendar.shown_until
        if is_shown and is_busy(calendar, event) and start < high and end > low:
            yield start, end


def is_busy(calendar: Calendar, event: Json) -> bool:
    """Tell whether an event counts in free/busy."""
    declined = any(
        attendee["email"].lower() == calendar.id.lower() and attendee.get("responseStatus") == "declined"
        for attendee in event.get("attendees", ())
    )
    return is_live(event) and not declined and event.get("transparency") != "transparent"


def _merged(ordered: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in ordered:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
