"""How an event's wanted content is kept as JSON; when it takes place stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.base import EventAttendee, EventDraft, Interval

_OUR_KEYS = frozenset({"booking_id", "event_key"})


def draft_json(draft: EventDraft) -> dict[str, Any]:
    """Return all of an event's content but its time."""
    return {
        "title": draft.title,
        "timezone": draft.timezone,
        "description": draft.description,
        "location": draft.location,
        "attendees": [_guest_json(guest) for guest in draft.attendees],
        "conference": draft.conference,
        "private": dict(draft.private),
    }


def bare_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was kept without texts and guests; by the rest a repeated request knows its event."""
    private = {name: value for name, value in stored["private"].items() if name in _OUR_KEYS}
    nobody = {"title": "", "description": "", "location": "", "attendees": []}
    return {**stored, **nobody, "private": private}


def draft_from(stored: Mapping[str, Any], interval: Interval) -> EventDraft:
    """Return the content that was kept, at a time."""
    return EventDraft(
        title=stored["title"],
        interval=interval,
        timezone=stored["timezone"],
        description=stored["description"],
        location=stored["location"],
        attendees=tuple(EventAttendee(*guest) for guest in stored["attendees"]),
        conference=stored.get("conference"),  # embedded events of the first versions were kept without
        private=stored["private"],
    )


def _guest_json(guest: EventAttendee) -> list[str | bool]:
    # Of people no more than was always kept: an older bridge may read this.
    return [guest.email, guest.name, True] if guest.is_resource else [guest.email, guest.name]
