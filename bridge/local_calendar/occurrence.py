"""Says when an imported entry takes place, and by which name it is known. Knows no iCalendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from providers.base import Interval
from providers.times import instant


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which an imported entry takes place; `status` is one of Graph's words.

    The interval of a `floating` one is its wall-clock time, written as if it were UTC.
    """

    id: str
    ical_uid: str
    interval: Interval
    status: str
    all_day: bool = False
    floating: bool = False

    def within(self, zone: ZoneInfo) -> Interval:
        """Return when it takes place for somebody in this zone."""
        if not self.floating:
            return self.interval
        start, end = (moment.replace(tzinfo=None) for moment in self.interval)
        return Interval(instant(start, zone), instant(end, zone, is_end=end > start))


def as_utc(moment: date) -> datetime:
    """Return a moment in UTC; days and floating times as if they were there."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def entry_id(ical_uid: str, recurrence: str = "") -> str:
    """Return the event id of an imported entry, or of one of its occurrences."""
    return f"ics:{recurrence}:{ical_uid}"


def uid_of(event_id: str) -> str | None:
    """Return the iCalendar UID within an imported entry's event id, None for any other id."""
    prefix, _, rest = event_id.partition(":")
    return rest.partition(":")[2] if prefix == "ics" else None


def moment_of(event_id: str) -> datetime | None:
    """Return the moment an occurrence is named by, as if in UTC; None where none is named."""
    recurrence = event_id.split(":", 2)[1]
    try:
        return datetime.fromisoformat(recurrence).replace(tzinfo=UTC)
    except ValueError:
        return None
