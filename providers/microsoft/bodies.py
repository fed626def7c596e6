"""Write the contract's values as Graph's JSON.

Decides what a new event is made of and what its properties are called. Source: learn.microsoft.com, resource
types event, dateTimeTimeZone and singleValueLegacyExtendedProperty.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from providers.base import EventDraft, Interval

TEAMS = "teamsForBusiness"

# Our own set of named properties: nobody else's of the same name can be mistaken for them.
_PROPERTY = "String {{5c1f3a52-7a0f-4d0c-9e86-b3a1d1f0a6c4}} Name {}"
BOOKING_ID, EVENT_KEY, PRIVATE = (_PROPERTY.format(name) for name in ("BookingId", "EventKey", "Private"))


def utc_text(moment: datetime) -> str:
    """Return an instant as Graph takes it in queries."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def utc_moment(moment: datetime) -> dict[str, str]:
    """Return an instant as Graph takes it in bodies: a wall-clock time with its zone apart.

    Always UTC: Windows' rules for a zone may differ from ours by a release, and then by an hour.
    """
    return {"dateTime": moment.astimezone(UTC).replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def times_body(interval: Interval) -> dict[str, Any]:
    """Return start and end for a request; no longer all day where a person made it so."""
    return {"start": utc_moment(interval.start), "end": utc_moment(interval.end), "isAllDay": False}


def draft_body(event_key: str, draft: EventDraft) -> dict[str, Any]:
    """Return a new event for a request. Its text goes as text, so that nothing in it can be markup."""
    body: dict[str, Any] = {
        "transactionId": str(UUID(event_key)),
        "subject": _one_line(draft.title),
        "body": {"contentType": "text", "content": draft.description},
        "location": {"displayName": _one_line(draft.location)},
        "showAs": "busy",
        "start": utc_moment(draft.interval.start),
        "end": utc_moment(draft.interval.end),
        "singleValueExtendedProperties": _private(event_key, draft),
    }
    if draft.attendees:  # Exchange invites whoever is listed; there is no way to be silent
        body["attendees"] = [
            {"emailAddress": {"address": each.email, "name": each.name or each.email}, "type": "required"}
            for each in draft.attendees
        ]
    if draft.conference is not None:
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS}
    return body


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _private(event_key: str, draft: EventDraft) -> list[dict[str, str]]:
    others = {name: value for name, value in draft.private.items() if name not in ("booking_id", "event_key")}
    found = [{"id": BOOKING_ID, "value": draft.booking_id}, {"id": EVENT_KEY, "value": event_key}]
    if others:
        found.append({"id": PRIVATE, "value": json.dumps(others, ensure_ascii=False)})
    return found


def having_property(name: str, value: str) -> str:
    """Return the filter for events with a property of ours."""
    quoted = value.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{quoted}')"
