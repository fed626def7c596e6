"""Turn entries into the contract's events.

Decides what an entry is as an event: whose it is, when it takes place for the calendar's people, what it is
called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from providers.base import Event, EventRef, Interval
from providers.busy_policy import DEFAULT_POLICY
from providers.caldav import ical
from providers.caldav.client import Client
from providers.caldav.discovery import Place
from providers.caldav.listing import Entry
from providers.errors import EventNotFound, ProviderError
from providers.http import Call
from providers.occurrence import Occurrence, Told

_BEFORE, _AFTER = timedelta(days=2), timedelta(days=400)  # of a series that somebody made of an event


def told_times(
    client: Client, place: Place, entries: Sequence[Entry], reach: Interval, zone: str
) -> Sequence[Told]:
    """Return when entries take place, by the answers that the calendar's people gave to invitations."""
    texts = [ical.as_seen(entry.text, place.owner) for entry in entries]
    return client.settings.read(texts, reach, zone)


def times_of(call: Call, told: Told) -> Sequence[Occurrence]:
    """Return when an entry takes place. ProviderError: nobody can tell, so it may be at any time."""
    if isinstance(told, str):
        raise ProviderError(call.provider, call.operation, f"an entry cannot be read: {told}")
    return told


def event_of(client: Client, call: Call, place: Place, entry: Entry) -> Event:
    """Return an entry as one event, a series as its first. EventNotFound: it was cancelled."""
    begins = ical.begins(call, entry.text)
    reach = Interval(begins - _BEFORE, begins + _AFTER)
    (told,) = told_times(client, place, [entry], reach, place.zone)
    found = list(events_at(call, place, entry, times_of(call, told)))
    if not found:
        raise EventNotFound(call.provider, call.operation, "it was cancelled")
    first = min(found, key=lambda event: event.interval)
    return replace(first, ref=replace(first.ref, event_id=entry.event_id))


def events_at(call: Call, place: Place, entry: Entry, times: Sequence[Occurrence]) -> Iterator[Event]:
    """Yield an entry's events at these times."""
    private = ical.private_of(entry.text) if times else {}
    for one in times:
        event_id = f"{entry.event_id}#{one.id}" if one.id else entry.event_id
        yield Event(
            ref=EventRef(place.name, event_id, entry.etag, one.ical_uid),
            interval=one.within(ZoneInfo(place.zone)),
            blocks=DEFAULT_POLICY.blocks(one.status, is_all_day=one.all_day),
            booking_id=private.get("booking_id"),
            event_key=private.get("event_key"),
            all_day=one.all_day,
        )
