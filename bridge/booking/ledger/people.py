"""What people did to a booking's event in their calendar, recorded: their calendar wins.

Only a booking at rest follows them: while it is being changed, or one of its events is still looked for,
nobody can tell what people did from what we did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.job_names import AMEND, FOLLOW
from bridge.booking.ledger.change import Change, claims_of, located, record_change, standing_write
from bridge.errors import SlotTaken
from bridge.model import Booking, BookingState, CalendarName, Source, Write, WriteState
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, jobs, owners, writes
from providers.base import Event


@dataclass(frozen=True, slots=True)
class Resting:
    """A confirmed booking with the write of its event, nothing of it under way."""

    booking: Booking
    write: Write


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A confirmed booking that is being changed, or has events that are still looked for."""

    booking: Booking


def at_rest(connection: Connection, booking_id: str) -> Resting | Unsettled | None:
    """Return a confirmed booking as it is, None when there is none of this id."""
    booking = bookings.get(connection, booking_id)
    return rest_of(connection, booking) if booking else None


def rest_of(connection: Connection, booking: Booking) -> Resting | Unsettled | None:
    """Tell whether a booking that was just read is at rest; None when it is not confirmed."""
    if booking.state is not BookingState.CONFIRMED:
        return None
    owner, _ = owners.lease_of(connection, booking.id)
    made = writes.of_booking(connection, booking.id)
    standing = standing_write(made)
    is_known = all(write.state is WriteState.GONE for write in made if write != standing)
    if owner is not None or standing is None or not is_known:
        return Unsettled(booking)
    return Resting(booking, standing)


def follow_move(context: LedgerContext, found: Resting, event: Event, *, is_claimed: bool) -> bool:
    """Let a booking go where its event is; False when it changed meanwhile and must be looked at again.

    SlotTaken: its hosts' or its calendar's time is another booking's there; without `is_claimed` it claims
    only what is free. Also without: the caller has another appointment at that very time.
    """
    moved = replace(
        found.booking,
        interval=event.interval,
        moved_from=found.booking.interval.start,
        moved_at=context.now(),
        by_person=True,
        staff_changed_at=context.now(),
        link=event.link or found.booking.link,
    )
    try:
        with context.store.write_alone() as connection:
            after = located(context, connection, moved)
            if not _still(connection, found, bookings.moved_values(after)):
                return False
            claims.drop(connection, after.id)
            # Without a claim others may be booked over it; what a person entered is theirs to sort out.
            wanted = claims_of(context, connection, after)
            claims.add(connection, wanted if is_claimed else claims.as_far_as_free(connection, wanted))
            draft = replace(writes.draft_of(connection, found.write), interval=event.interval)
            # With its version: else our own next move would be refused as somebody's change.
            writes.set_wanted(connection, found.write, draft, event.ref.etag)
            if after.location != found.booking.location:  # at another of the host's places
                jobs.schedule(connection, AMEND, after.id, context.now())
            record_change(context, connection, after, Change.MOVED_BY_PERSON, Source.CALENDAR)
    except ConstraintViolated as error:
        raise SlotTaken("there is another appointment at that time") from error
    context.checkpoint("followed")
    context.wake()
    return True


def relocate(context: LedgerContext, found: Resting, calendar: CalendarName, event: Event) -> bool:
    """Let a booking refer to where in the account a person put its event; False when it changed meanwhile."""
    values = {"calendar": str(calendar), "by_person": True}
    with context.store.write_alone() as connection:
        if not _still(connection, found, values):
            return False
        writes.relocate(connection, found.write, calendar, event.ref)
        # Its time is taken where it lies now; what else is there was there before it.
        claims.drop(connection, found.booking.id)
        wanted = claims_of(context, connection, replace(found.booking, calendar=calendar))
        claims.add(connection, claims.as_far_as_free(connection, wanted))
        jobs.schedule(connection, FOLLOW, str(calendar), context.now())
    context.checkpoint("relocated")
    return True


def _still(connection: Connection, found: Resting, values: dict[str, Any]) -> bool:
    """Change a booking that rests as it was found; False when it does not any more."""
    if at_rest(connection, found.booking.id) != found:
        return False
    return bookings.change(connection, found.booking.id, states=(BookingState.CONFIRMED,), values=values)
