"""Puts together who is calling: name, address, number, and the event type's booking fields.

The rules stand in docs/behaviour.md, Who is calling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from types import MappingProxyType

from bridge.attendee.emails import email_of
from bridge.attendee.phones import phone_of
from bridge.attendee.request import CallerRequest, properties_of
from bridge.attendee.text import bare, clean, spelled
from bridge.errors import EmailDoubtful, EmailMissing, MissingField
from bridge.model import Attendee, BookingField, EventType, FieldSource
from bridge.model.event_types import CONTACT_PATH

Answer = tuple[str, str, bool]

_FULL_NAMES = (
    "fullname", "name", "displayname", "contactname", "callername", "customername", "attendeename",
    "vollstaendigername", "vollständigername", "vorundnachname", "vornamenachname",
)  # fmt: skip
_GIVEN_NAMES = ("firstname", "givenname", "forename", "vorname")
_FAMILY_NAMES = ("lastname", "familyname", "surname", "nachname", "familienname", "zuname")

_NONE: Mapping[str, str] = MappingProxyType({})


def read_attendee(
    event_type: EventType,
    request: CallerRequest,
    *,
    country: str | None,
    system: Mapping[str, str] = _NONE,
    known: Attendee | None = None,
) -> Attendee:
    """Return the caller with the answers to the event type's fields.

    `country` is that of telephone numbers without country code; fields may name what is in `system` too.
    Nothing is missing that is `known` already; but only what this request says is returned. EmailMissing,
    EmailDoubtful, MissingField: the agent has to ask for it. The fallback address spares the question, and is
    never the caller's.
    """
    email = email_of(request)
    is_asked_for = event_type.require_email and not event_type.fallback_email
    if is_asked_for and email.address is None and (known is None or known.email is None or email.as_said):
        raise EmailDoubtful(email.as_said) if email.as_said else EmailMissing
    phone = phone_of(request, country)
    return Attendee(
        name=read_attendee_name(request),
        email=email.address,
        email_as_said=email.as_said,
        phone=phone.e164,
        phone_as_said=phone.as_said,
        answers=_answers(
            event_type,
            request,
            {**_system_values(event_type, request), **system},
            known=frozenset(answer[0] for answer in known.answers) if known else frozenset(),
        ),
    )


def _system_values(event_type: EventType, request: CallerRequest) -> dict[str, str]:
    """Return what fields of the source `system` can name."""
    return {
        "contact_id": request.contact.contact_id,
        "external_contact_id": request.contact.external_contact_id,
        "call.id": clean(next(spelled(request.contact_details, ("callid",)), None)),
        "event_type.id": event_type.id,
        "event_type.title": event_type.title,
        "event_type.duration_minutes": str(event_type.duration // timedelta(minutes=1)),
        "timezone": str(event_type.timezone),
    }


def read_attendee_name(request: CallerRequest) -> str:
    """Return the caller's full name, or what is known of it, or ""."""
    known = [_Name(source) for source in request.descriptions()]
    for name in known:
        if name.is_full:
            return name.text
    given = next((name.given for name in known if name.given), "")
    family = next((name.family for name in known if name.family), "")
    return f"{given} {family}".strip()


class _Name:
    """What one source calls the caller."""

    def __init__(self, source: Mapping[str, object]) -> None:
        whole = _first(source, _FULL_NAMES)
        self.given = _first(source, _GIVEN_NAMES)
        self.family = _first(source, _FAMILY_NAMES)
        if whole and self.given and not self.family and self.given.casefold() not in whole.casefold():
            self.family, whole = whole, ""  # a German form's "Name" beside "Vorname" is the family name
        parts = f"{self.given} {self.family}" if self.given and self.family else ""
        self.text = clean(parts or whole)
        self.is_full = bool(self.text)


def _first(source: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next(
        (text for value in spelled(source, names) if isinstance(value, str) and (text := clean(value))), ""
    )


def _answers(
    event_type: EventType, request: CallerRequest, system: Mapping[str, str], *, known: AbstractSet[str]
) -> tuple[Answer, ...]:
    """Return (label, text, public) of every field that has an answer.

    MissingField when a required one has none. What the agent asked the caller (`llm`) is public.
    """
    answers = []
    for field in event_type.fields:
        text = clean(_value(field, request, system))
        if text:
            answers.append((field.label, text, field.public or field.source is FieldSource.LLM))
        elif field.required and field.label not in known:
            raise MissingField(f"the answer to {field.label!r} is missing", field.label)
    return tuple(answers)


def _value(field: BookingField, request: CallerRequest, system: Mapping[str, str]) -> object:
    match field.source:
        case FieldSource.CONSTANT:
            return field.value
        case FieldSource.SYSTEM:
            if field.name.startswith(CONTACT_PATH):
                member = field.name.removeprefix(CONTACT_PATH)
                return next((value for value in _of_contact(request, member) if clean(value)), None)
            return system.get(field.name)
        case FieldSource.LLM:
            return _member(request.contact_details, field.name)
        case FieldSource.CONTACT:
            return next((value for value in _of_contact(request, field.name) if clean(value)), None)


def _of_contact(request: CallerRequest, name: str) -> Iterator[object]:
    for source in request.sources():
        # a property comes before a member of the record that happens to have its name, such as "type"
        yield _member(properties_of(source), name)
        yield _member(source, name)


def _member(source: Mapping[str, object], name: str) -> object:
    if name in source:
        return source[name]
    return next(spelled(source, (bare(name),)), None)
