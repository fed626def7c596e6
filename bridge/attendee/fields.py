"""Resolves an event type's booking fields from their four sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.attendee.request import CallerRequest, properties_of
from bridge.attendee.spelling import bare, spelled
from bridge.attendee.text import clean
from bridge.errors import MissingField
from bridge.model import BookingField, EventType, FieldSource

Answer = tuple[str, str, bool]


def read_answers(
    event_type: EventType, request: CallerRequest, system: Mapping[str, str]
) -> tuple[Answer, ...]:
    """Return (label, text, public) of every field that has an answer.

    MissingField when a required one has none. What the agent asked the caller (`llm`) is public.
    """
    answers = []
    for field in event_type.fields:
        text = clean(_value(field, request, system))
        if text:
            answers.append((field.label, text, field.public or field.source is FieldSource.LLM))
        elif field.required:
            raise MissingField(f"the answer to {field.label!r} is missing", field.label)
    return tuple(answers)


def _value(field: BookingField, request: CallerRequest, system: Mapping[str, str]) -> object:
    match field.source:
        case FieldSource.CONSTANT:
            return field.value
        case FieldSource.SYSTEM:
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
