"""List what is in a calendar: what takes place in a window, and what bears a property of ours.

Decides that an answer that was cut short is asked for again in halves, until it is whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from providers.base import Interval
from providers.errors import EndlessAnswer, ProviderError
from providers.exchange.client import Client, Part
from providers.exchange.errors import TOO_MANY
from providers.exchange.folders import Place
from providers.exchange.items import Item, found_in
from providers.http import Call

_LEAST = timedelta(minutes=30)

Found = list[Item] | ProviderError


def in_window(client: Client, call: Call, places: Sequence[Place], window: Interval) -> Mapping[str, Found]:
    """Return what takes place in calendars within a window, by their names: one question for all of them."""
    request = client.compose.view([place.folder for place in places], window)
    try:
        parts: Sequence[Part] = client.parts(call, request)
    except ProviderError as error:
        return dict.fromkeys((place.name for place in places), error)
    return {
        place.name: _whole(client, call, place, part, window)
        for place, part in zip(places, parts, strict=True)
    }


def _whole(client: Client, call: Call, place: Place, part: Part, window: Interval) -> Found:
    """Return the items of a part, or of the window's halves where it is not all of them."""
    try:
        if not isinstance(part, ProviderError):
            found, is_whole = found_in(call, place.name, part)
            if is_whole:
                return found
        elif part.detail not in TOO_MANY:
            return part
    except ProviderError as error:
        return error
    if window.end - window.start <= _LEAST:
        return EndlessAnswer(call.provider, call.operation, "more entries than the server tells at once")
    middle = window.start + (window.end - window.start) / 2
    halves = (Interval(window.start, middle), Interval(middle, window.end))
    first, second = (in_window(client, call, [place], each)[place.name] for each in halves)
    if isinstance(first, ProviderError):
        return first
    if isinstance(second, ProviderError):
        return second
    return list({item.event.ref.event_id: item for item in [*first, *second]}.values())


def with_property(client: Client, call: Call, place: Place, name: str, value: str) -> list[Item]:
    """Return the items of a calendar that bear a property of ours, in the order they were made."""
    request = client.compose.having(place.folder, name, value)
    found, is_whole = client.ask(call, request, lambda part: found_in(call, place.name, part))
    if not is_whole:
        raise EndlessAnswer(call.provider, call.operation, "more entries than the server tells at once")
    return sorted(found, key=lambda item: item.made)
