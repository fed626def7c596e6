"""Reads which of an event type's services a caller asks for, by its name or as people say it."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.attendee.text import bare, clean, spelled
from bridge.errors import ServiceUnknown
from bridge.model import EventType


def read_service(members: Mapping[str, object], event_type: EventType) -> EventType | None:
    """Return the service that `service` names, or the event type itself; None where none is named.

    ServiceUnknown: something is named that the event type does not have. One without services is never asked.
    """
    if not event_type.services:
        return None
    said = next((clean(value) for value in spelled(members, ("service",))), "")
    if not bare(said):
        return None
    choices = event_type.kinds
    wanted = bare(said)
    for each in choices:
        if wanted in (bare(each.title), bare(each.service or each.id)):
            return each
    # "the first visit please": all words of one title are among those said, or the other way round.
    words = _words(said)
    similar = [each for each in choices if _words(each.title) <= words or words <= _words(each.title)]
    if len(similar) == 1:
        return similar[0]
    raise ServiceUnknown([each.title for each in choices])


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(bare, text.replace("-", " ").split())))
