"""Requests of callers, and what is read from them for one event type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bridge.attendee import CallerRequest, read_attendee
from bridge.model import Attendee, BookingField, EventType, FieldSource, Member, Team

EVENT_TYPE = EventType(
    "consultation", "Consultation", ZoneInfo("Europe/Berlin"), Team(groups=((Member("anna"),),))
)


def variant(**changes: Any) -> EventType:
    return replace(EVENT_TYPE, **changes)


def read(payload: object, event_type: EventType = EVENT_TYPE, **system: str) -> Attendee:
    return read_attendee(event_type, CallerRequest.from_payload(payload), country="DE", system=system)


def details(**members: object) -> dict[str, object]:
    return {"contact_details": members}


def field(source: FieldSource, name: str = "", label: str = "Question", **more: Any) -> BookingField:
    return BookingField(label, source, name, **more)


def answers(payload: object, *fields: BookingField, **system: str) -> list[str]:
    return [text for _, text, _ in read(payload, variant(fields=fields), **system).answers]
