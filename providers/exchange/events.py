"""Create, read, find, move and remove single events.

Decides what each refusal says about the event, and never leaves open whether a write happened without saying
so (WriteUnknown). Exchange refuses no second event under a key. So the key is looked up before a create and
once more after it: of two events under one key the younger goes, whoever sees it, by the server's own order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar
from xml.etree.ElementTree import Element  # nosec B405

from providers.base import Deadline, Event, EventDraft, EventRef, Interval
from providers.errors import EventChanged, EventNotFound, ProviderError
from providers.exchange.client import Client
from providers.exchange.fields import BOOKING_ID, EVENT_KEY, draft_fields, time_fields
from providers.exchange.folders import Folders, Place
from providers.exchange.items import Item, items_in, ref_of
from providers.exchange.listing import in_window, with_property
from providers.exchange.xml import M, child
from providers.http import Call
from providers.writing import after_conflict, holder, seen_again

T = TypeVar("T")


def create_event(
    client: Client, folders: Folders, calendar: str, event_key: str, draft: EventDraft, deadline: Deadline
) -> Event:
    """Create the event under its key, its guests invited, unless it is there."""
    call, looking = client.call("create_event", deadline, writes=True), client.call("create_event", deadline)
    place = folders.place(looking, calendar)
    if earlier := _under(client, looking, place, event_key):
        return holder(call, lambda: _eldest(client, earlier, deadline), event_key, draft)
    request = client.compose.create(place.folder, draft_fields(event_key, draft))
    ref = client.ask(call, request, lambda part: written(call, calendar, part))
    made = Event(
        replace(ref, ical_uid=event_key), draft.interval, booking_id=draft.booking_id, event_key=event_key
    )

    def look(in_time: Deadline) -> Event:
        seen = _under(client, client.call("create_event", in_time), place, event_key)
        return _eldest(client, seen, in_time) if seen else made

    return seen_again(made, look, deadline)


def written(call: Call, calendar: str, part: Element) -> EventRef:
    """Return id and version of what was written. UnexpectedResponse: the answer does not tell."""
    return ref_of(call, calendar, only(call, child(call, part, f"{M}Items")))


def only(call: Call, listed: Iterable[T]) -> T:
    """Return the one that there must be. UnexpectedResponse: there is none, or there are several."""
    found = list(listed)
    if len(found) != 1:
        raise call.unexpected("Items")
    return found[0]


def _under(client: Client, call: Call, place: Place, event_key: str) -> list[Item]:
    """Return the live events made under a key, the eldest first."""
    found = with_property(client, call, place, EVENT_KEY, event_key)
    return [item for item in found if item.event.event_key == event_key and not item.event.cancelled]


def _eldest(client: Client, items: Sequence[Item], deadline: Deadline) -> Event:
    """Return the eldest of the events under one key, and remove the younger ones where there is time."""
    eldest, *younger = items
    for each in younger:
        with suppress(ProviderError):  # it is looked for again when the calendar is read back
            _remove(client, client.call("create_event", deadline, writes=True), each.event.ref, tells=False)
    return eldest.event


def read_event(client: Client, folders: Folders, ref: EventRef, deadline: Deadline) -> Event:
    """Return the event. EventNotFound: the calendar can be seen and does not hold it."""
    call = client.call("read_event", deadline)
    return item_there(client, folders, call, ref).event


def item_there(client: Client, folders: Folders, call: Call, ref: EventRef) -> Item:
    """Return an event's item. EventNotFound: the calendar can be seen and does not hold it."""
    place = folders.place(call, ref.calendar)
    if ref.is_by_key:
        found = _under(client, call, place, ref.event_id)
        if not found:
            raise EventNotFound(call.provider, call.operation, "nothing was made under this key")
        return found[0]
    request = client.compose.items([ref.event_id])
    try:
        item = client.ask(call, request, lambda part: only(call, items_in(call, ref.calendar, part)))
    except EventNotFound:
        confirm(client, call, place)
        raise
    if item.folder != place.folder:
        raise EventNotFound(call.provider, call.operation, "it lies in another folder")
    return item


def confirm(client: Client, call: Call, place: Place) -> None:
    """Return when the calendar can be seen. CalendarNotFound, AccessDenied: it cannot (any more)."""
    looking = client.call(call.operation, call.deadline)
    with_property(client, looking, place, EVENT_KEY, "none")


def find_event(
    client: Client, folders: Folders, calendar: str, event_key: str, deadline: Deadline
) -> Event | None:
    """Return the live event made under the key, the eldest where there are several."""
    call = client.call("find_event", deadline)
    found = _under(client, call, folders.place(call, calendar), event_key)
    return found[0].event if found else None


def find_booking(
    client: Client, folders: Folders, calendar: str, booking_id: str, deadline: Deadline
) -> Sequence[Event]:
    """Return every live event that bears this booking's id."""
    call = client.call("find_booking", deadline)
    found = with_property(client, call, folders.place(call, calendar), BOOKING_ID, booking_id)
    return [each.event for each in found if each.event.booking_id == booking_id and not each.event.cancelled]


def list_events(
    client: Client, folders: Folders, calendar: str, window: Interval, deadline: Deadline
) -> Sequence[Event]:
    """Return the single events that overlap the window, by start."""
    call = client.call("list_events", deadline)
    return overlapping(client, call, folders.place(call, calendar), window)


def overlapping(client: Client, call: Call, place: Place, window: Interval) -> list[Event]:
    """Return the single events that overlap the window, series expanded, by start."""
    found = in_window(client, call, [place], window)[place.name]
    if isinstance(found, ProviderError):
        raise found
    events = (item.event for item in found)
    return sorted(
        (event for event in events if event.interval.overlaps(window)), key=lambda one: one.interval
    )


def move_event(
    client: Client, folders: Folders, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline
) -> Event:
    """Change start and end if the event is still at its version; its guests are told."""
    call, looking = client.call("move_event", deadline, writes=True), client.call("move_event", deadline)
    event = item_there(client, folders, looking, ref).event
    if ref.etag not in (None, event.ref.etag):
        return _as_wanted(call, event, interval)
    try:
        return changed(
            client, folders, call, replace(event, interval=interval), time_fields(interval, timezone)
        )
    except EventChanged as refused:
        there = after_conflict(call, refused, lambda: read_event(client, folders, ref, deadline))
        return _as_wanted(call, there, interval)


def changed(client: Client, folders: Folders, call: Call, event: Event, fields: Mapping[str, Any]) -> Event:
    """Change fields of an event, which is given as it shall be, and return what then is there.

    EventChanged: it is at another version by now.
    """
    calendar = event.ref.calendar
    ref = client.ask(
        call, client.compose.update(event.ref, fields), lambda part: written(call, calendar, part)
    )
    there = replace(event, ref=replace(event.ref, event_id=ref.event_id, etag=ref.etag))
    return seen_again(there, lambda in_time: read_event(client, folders, there.ref, in_time), call.deadline)


def _as_wanted(call: Call, event: Event, interval: Interval) -> Event:
    """Return an event that another hand has changed, if it is at this time: an earlier try of ours did it."""
    if event.interval != interval:
        raise EventChanged(call.provider, call.operation, "changed since it was read")
    return event


def cancel_event(
    client: Client, folders: Folders, ref: EventRef, *, notify: bool, deadline: Deadline
) -> None:
    """Remove the event, or all that were made under a key; what the calendar no longer holds is removed."""
    call, looking = client.call("cancel_event", deadline, writes=True), client.call("cancel_event", deadline)
    place = folders.place(looking, ref.calendar)
    keyed = _under(client, looking, place, ref.event_id) if ref.is_by_key else ()
    for each in [item.event.ref for item in keyed] if ref.is_by_key else [ref]:
        try:
            _remove(client, call, each, tells=notify)
        except EventNotFound:
            confirm(client, looking, place)


def _remove(client: Client, call: Call, ref: EventRef, *, tells: bool) -> None:
    client.ask(call, client.compose.delete(ref.event_id, tells=tells), lambda _part: None)
