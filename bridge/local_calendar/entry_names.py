"""Names imported entries and their occurrences: the event ids under which the provider tells of them."""

from __future__ import annotations

from datetime import UTC, datetime

NAME = "local"


def entry_id(ical_uid: str, recurrence: str = "") -> str:
    """Return the event id of an imported entry, or of one of its occurrences."""
    return f"ics:{recurrence}:{ical_uid}"


def uid_of(event_id: str) -> str | None:
    """Return the iCalendar UID within an imported entry's event id, None for any other id."""
    prefix, _, rest = event_id.partition(":")
    return rest.partition(":")[2] if prefix == "ics" else None


def recurrence_of(event_id: str) -> str:
    """Return what its series calls an occurrence, empty where there is no series."""
    return event_id.split(":", 2)[1]


def moment_of(event_id: str) -> datetime | None:
    """Return the moment an occurrence is named by, as if in UTC; None where none is named."""
    try:
        return datetime.fromisoformat(recurrence_of(event_id)).replace(tzinfo=UTC)
    except ValueError:
        return None
