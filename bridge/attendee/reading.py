"""Puts together who is calling (docs/behaviour.md, Who is calling)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from bridge.attendee.emails import email_of
from bridge.attendee.fields import read_answers
from bridge.attendee.names import name_of
from bridge.attendee.phones import phone_of
from bridge.attendee.request import CallerRequest
from bridge.errors import EmailDoubtful, EmailMissing
from bridge.model import Attendee, EventType

_NONE: Mapping[str, str] = MappingProxyType({})


def read_attendee(
    event_type: EventType, request: CallerRequest, *, country: str | None, system: Mapping[str, str] = _NONE
) -> Attendee:
    """Return the caller with the answers to the event type's fields.

    `country` is that of telephone numbers without country code; `system` adds to `system_values`.
    EmailMissing, EmailDoubtful, MissingField: the agent has to ask for it. The fallback address spares the
    question, and is never the caller's.
    """
    email = email_of(request)
    if email.address is None and event_type.require_email and not event_type.fallback_email:
        raise EmailDoubtful(email.as_said) if email.as_said else EmailMissing
    phone = phone_of(request, country)
    return Attendee(
        name=name_of(request),
        email=email.address,
        email_as_said=email.as_said,
        phone=phone.e164,
        phone_as_said=phone.as_said,
        answers=read_answers(event_type, request, {**system_values(event_type, request), **system}),
    )


def system_values(event_type: EventType, request: CallerRequest) -> dict[str, str]:
    """Return what fields of the source `system` can name."""
    return {
        "contact_id": request.contact.contact_id,
        "external_contact_id": request.contact.external_contact_id,
        "event_type.id": event_type.id,
        "event_type.title": event_type.title,
        "event_type.duration_minutes": str(event_type.duration // timedelta(minutes=1)),
        "timezone": str(event_type.timezone),
    }
