"""Create, read, find, move and remove single events.

Decides what each refusal says about the event, and never leaves open whether a write happened without saying
so (WriteUnknown). The caller's key is the entry's UID and address, so that the server itself refuses a second
one (If-None-Match), and the event is found by it without a search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from providers.base import Deadline, Event, EventDraft, EventRef, Interval
from providers.caldav import ical
from providers.caldav.client import Answer, Client, Meaning, Question, no_meaning
from providers.caldav.discovery import Place, Places
from providers.caldav.errors import NO_UID_CONFLICT, Refusal
from providers.caldav.listing import (
    LOOK_AHEAD,
    LOOK_BACK,
    Entry,
    entries,
    entry_url,
    named,
    read_entry,
    see_calendar,
    strong,
)
from providers.caldav.reading import event_of, events_at, times_of, told_times
from providers.errors import CalendarNotFound, EventChanged, EventExists, EventNotFound, ProviderError
from providers.http import Call
from providers.markup import tree
from providers.writing import after_conflict, holder, seen_again

_TYPE = {"Content-Type": "text/calendar; charset=utf-8"}


def create_event(
    client: Client, places: Places, calendar: str, event_key: str, draft: EventDraft, deadline: Deadline
) -> Event:
    """Create the event under its key, its guests invited where the server does that."""
    call = client.call("create_event", deadline, writes=True)
    place = places.place(call, calendar)
    inviter = places.inviter(call) if draft.attendees else None
    text = ical.composed(event_key, draft, now=client.clocks.now(), organizer=inviter)
    try:
        made = put(client, call, place, Entry(event_key, None, text), meaning=partial(_not_made, call))
    except EventChanged:
        ref = EventRef(calendar, event_key)
        return holder(call, lambda: read_event(client, places, ref, deadline), event_key, draft)
    return replace(made, uninvited=bool(draft.attendees) and inviter is None)


def _not_made(call: Call, refusal: Refusal) -> ProviderError | None:
    # An entry of this UID lies in another calendar of the account: somebody put it there.
    if NO_UID_CONFLICT in refusal.names:
        return EventExists(call.provider, call.operation, "the key is taken in another calendar")
    if refusal.status in (404, 409):  # there is no calendar to put it into
        return CalendarNotFound(call.provider, call.operation, str(refusal))
    return None


def put(client: Client, call: Call, place: Place, entry: Entry, *, meaning: Meaning = no_meaning) -> Event:
    """Write an entry in place of the version it had, or as a new one, and return what then is there.

    EventChanged: there is another version, or one at all.
    """
    condition = {"If-Match": entry.etag} if entry.etag else {"If-None-Match": "*"}
    url = entry_url(place, entry.event_id)
    question = Question("PUT", url, entry.text, _TYPE | condition, is_event=True)
    etag = client.ask(call, question, lambda answer: _version(call, answer), meaning=meaning)
    reading = client.call("read_event", call.deadline)
    written = event_of(client, reading, place, replace(entry, etag=etag))
    if etag is not None:
        return written
    # Servers that change what they are given tell no version of it (RFC 4791, 5.3.4); iCloud never does.
    return seen_again(
        written,
        lambda in_time: _read(client, client.call("read_event", in_time), place, written.ref),
        call.deadline,
    )


def _version(call: Call, answer: Answer) -> str | None:
    """Return the version that an answer to a write tells. WriteUnknown: it is a front end's page, say."""
    # Servers say nothing more, or it in XML (Radicale of deletions).
    if answer.content and "etag" not in answer.headers and tree(answer.content) is None:
        raise call.fault("an answer that is no XML")
    return strong(answer.headers.get("etag"))


def read_event(client: Client, places: Places, ref: EventRef, deadline: Deadline) -> Event:
    """Return the event. EventNotFound: the calendar can be seen and does not hold it, or only cancelled."""
    call = client.call("read_event", deadline)
    return places.at(call, ref.calendar, lambda place: _read(client, call, place, ref))


def _read(client: Client, call: Call, place: Place, ref: EventRef) -> Event:
    return event_of(client, call, place, entry_there(client, call, place, ref))


def entry_there(client: Client, call: Call, place: Place, ref: EventRef) -> Entry:
    """Return an event's entry. EventNotFound: the calendar can be seen and does not hold it."""
    try:
        entry = read_entry(client, call, place, ref)
    except EventNotFound:
        # Of a calendar that is shared no longer 404 is said too.
        see_calendar(client, call, place)
        raise
    if entry.etag is None:  # as a property it has to be there (RFC 4791, 5.3.4)
        return named(client, call, place, [entry.event_id])[entry.event_id] or entry
    return entry


def find_event(
    client: Client, places: Places, calendar: str, event_key: str, deadline: Deadline
) -> Event | None:
    """Return the live event made under the key."""
    try:
        return read_event(client, places, EventRef(calendar, event_key), deadline)
    except EventNotFound:
        return None


def find_booking(
    client: Client, places: Places, calendar: str, booking_id: str, deadline: Deadline
) -> Sequence[Event]:
    """Return every live event of this booking among those of the time that bookings are made for."""
    call = client.call("find_booking", deadline)
    return places.at(call, calendar, lambda place: list(_of_booking(client, call, place, booking_id)))


def _of_booking(client: Client, call: Call, place: Place, booking_id: str) -> Iterator[Event]:
    now = client.clocks.now()
    for entry in entries(client, call, place, Interval(now - LOOK_BACK, now + LOOK_AHEAD)):
        if ical.private_of(entry.text).get("booking_id") == booking_id:
            with suppress(EventNotFound):
                yield event_of(client, call, place, entry)


def list_events(
    client: Client, places: Places, calendar: str, window: Interval, deadline: Deadline
) -> Sequence[Event]:
    """Return the single events that overlap the window, by start."""
    call = client.call("list_events", deadline)
    found = places.at(call, calendar, lambda place: overlapping(client, call, place, window))
    return sorted(found, key=lambda event: event.interval)


def overlapping(client: Client, call: Call, place: Place, window: Interval) -> list[Event]:
    """Return the single events that overlap the window, series expanded."""
    there = entries(client, call, place, window)
    told = told_times(client, place, there, window, place.zone)
    found = [
        event
        for entry, times in zip(there, told, strict=True)
        for event in events_at(call, place, entry, times_of(call, times))
    ]
    return [event for event in found if event.interval.overlaps(window)]


def move_event(
    client: Client, places: Places, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline
) -> Event:
    """Change start and end if the event is still at its etag; the server tells the guests it invited."""
    call = client.call("move_event", deadline, writes=True)
    reading = client.call("move_event", deadline)
    place = places.place(reading, ref.calendar)
    entry = entry_there(client, reading, place, ref)
    event = event_of(client, reading, place, entry)
    if ref.etag not in (None, entry.etag):
        return _as_wanted(call, event, interval)
    text = ical.moved(reading, entry.text, interval, timezone, now=client.clocks.now())
    try:
        return put(client, call, place, replace(entry, text=text))
    except EventChanged as refused:
        there = after_conflict(call, refused, lambda: read_event(client, places, ref, deadline))
        return _as_wanted(call, there, interval)


def _as_wanted(call: Call, event: Event, interval: Interval) -> Event:
    """Return an event that another hand has changed, if it is at this time: an earlier try of ours did it."""
    if event.interval != interval:
        raise EventChanged(call.provider, call.operation, "changed since it was read")
    return event


def cancel_event(client: Client, places: Places, ref: EventRef, deadline: Deadline) -> None:
    """Remove the event; what the calendar no longer holds is removed.

    A server that invited guests tells them: it knows no silent way.
    """
    call = client.call("cancel_event", deadline, writes=True)
    place = places.place(call, ref.calendar)
    try:
        question = Question("DELETE", entry_url(place, ref.event_id), is_event=True)
        client.ask(call, question, lambda answer: _version(call, answer))
    except EventNotFound:
        see_calendar(client, client.call("cancel_event", deadline), place)
