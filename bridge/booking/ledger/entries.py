"""The entries that stand for a booking in its resources' calendars: writes of their own. No state changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.event import draft_entry, event_key
from bridge.booking.ledger.change import disown, standing_write, with_event
from bridge.model import Booking, BookingState, Resource, Write, WriteState
from bridge.speech.language import language
from bridge.store.sql import bookings, writes
from providers.base import Event, EventDraft

_STANDING = (WriteState.OPEN, WriteState.DONE)
_WITH_ENTRIES = (BookingState.CONFIRMED, BookingState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was last written, or is about to be, and as it shall be."""

    write: Write
    was: EventDraft
    wanted: EventDraft


def wanted_entries(context: LedgerContext, booking_id: str) -> list[Entry]:
    """Return the entries that a booking shall have: what it lacks is recorded, what it has too much disowned.

    What is over is left as it is.
    """
    with context.store.write() as connection:
        booking = bookings.get(connection, booking_id)
        if booking is None or booking.interval.end <= context.now():
            return []
        made = [each for each in writes.of_resources(connection, booking_id) if each.state in _STANDING]
        entries = list(_entries(context, connection, booking, made))
        standing = {entry.write.number for entry in entries}
        for write in made:
            if write.number not in standing:
                disown(context, connection, write)
    return entries


def _entries(
    context: LedgerContext, connection: Connection, booking: Booking, made: list[Write]
) -> Iterator[Entry]:
    event_type = context.find_event_type(booking)
    if event_type is None or booking.state not in _WITH_ENTRIES:
        return
    event = standing_write(writes.of_booking(connection, booking.id))
    names = [context.hosts[each].name for each in context.known_hosts(booking)]
    with_hosts = language(context.locale).listed(names)
    for resource in context.known_resources(booking):
        if not _needs_entry(resource, booking, event):
            continue
        places = (resource.id, resource.booking_calendar)
        mine = next((each for each in made if (each.resource, each.calendar) == places), None)
        number = mine.number if mine else writes.next_number(connection, booking.id)
        key = event_key(booking.id, number)
        wanted = draft_entry(event_type, booking, resource, with_hosts=with_hosts, key=key)
        if mine:
            yield Entry(mine, writes.draft_of(connection, mine), wanted)
        else:
            yield Entry(_opened(context, connection, booking, resource, wanted, number), wanted, wanted)


def _needs_entry(resource: Resource, booking: Booking, event: Write | None) -> bool:
    """Tell whether an entry stands for the booking: not where its event invites, if that could be."""
    is_invited = resource.is_invited_from(booking.calendar) and (event is None or event.invited)
    return resource.takes_entries and not is_invited


def not_reserved(context: LedgerContext, booking_id: str) -> list[Resource]:
    """Return the rooms that can only be invited, of a booking whose event could invite nobody."""
    with context.store.read() as connection:
        found = with_event(connection, booking_id)
    if found is None or found[1].invited or found[0].interval.end <= context.now():
        return []
    return [each for each in context.invited_resources(found[0]) if not each.takes_entries]


def _opened(
    context: LedgerContext,
    connection: Connection,
    booking: Booking,
    resource: Resource,
    wanted: EventDraft,
    number: int,
) -> Write:
    """Record that an entry is about to be made: whatever is killed then, its key is known."""
    write = Write(
        booking_id=booking.id,
        number=number,
        calendar=resource.booking_calendar,
        event_key=wanted.private["event_key"],
        wanted=booking.interval,
        state=WriteState.OPEN,
        made_at=context.now(),
        resource=resource.id,
    )
    writes.add(connection, write, wanted)
    return write


def record_entry(context: LedgerContext, entry: Entry, event: Event) -> None:
    """Record where an entry lies and what it says, unless it was disowned meanwhile."""
    with context.store.write() as connection:
        if _still_stands(connection, entry.write):
            writes.finish(connection, entry.write, event)
            writes.set_wanted(connection, entry.write, entry.wanted, event.ref.etag)


def record_entry_gone(context: LedgerContext, entry: Entry) -> None:
    """Record that somebody removed an entry."""
    with context.store.write() as connection:
        if _still_stands(connection, entry.write):
            writes.set_state(connection, entry.write, WriteState.GONE)


def _still_stands(connection: Connection, write: Write) -> bool:
    current = writes.get(connection, write.booking_id, write.number)
    return current is not None and current.state in _STANDING
