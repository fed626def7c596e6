"""Says when callers are left alone, by the wall clock of an event type, and when they are reminded."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.model import EventType, QuietHours
from bridge.scheduling.days import at_wall, date_of, later_day
from providers.base import Interval

_BEFORE = timedelta(minutes=15)  # so that a reminder is there when the quiet hours begin


def quiet_around(quiet: QuietHours | None, instant: datetime, zone: ZoneInfo) -> Interval | None:
    """Return the quiet hours in which an instant lies, None where it lies in none."""
    if quiet is None:
        return None
    overnight = 1 if quiet.end <= quiet.start else 0
    for day in (later_day(date_of(zone, instant), -1), date_of(zone, instant)):
        begin = at_wall(zone, day, quiet.start)
        end = at_wall(zone, later_day(day, overnight), quiet.end, as_end=True)
        if begin <= instant < end:
            return Interval(begin, end)
    return None


def reminder_times(
    event_type: EventType, start: datetime, quiet: QuietHours | None, now: datetime
) -> list[datetime]:
    """Return when a caller is reminded of an appointment from now on, the first first.

    One that would come in quiet hours comes before they begin.
    """
    found = set()
    for before in event_type.remind:
        due_at = start - before
        silence = quiet_around(quiet, due_at, event_type.timezone)
        found.add(silence.start - _BEFORE if silence else due_at)
    return sorted(each for each in found if each > now)
