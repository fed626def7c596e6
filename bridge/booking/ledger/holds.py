"""A booking's first minute: held for a caller, then confirmed by its event, or failed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
    become_owner,
    claims_of,
    disown,
    is_done,
    log_change,
    open_write,
    record_change,
)
from bridge.booking.ledger.hosts import choose_from, pool_of
from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.calendars.availability import Busy
from bridge.errors import HoldLost, SlotTaken, StoreUnavailable
from bridge.model import Booking, BookingState, Wish, Write, WriteState
from bridge.store.engine import ConstraintViolated
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings, claims, owners, requests, writes
from providers.base import Event, EventDraft

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot that this process holds: the booking, its recorded write, and the token that says so.

    `host` is whom the caller asked for.
    """

    booking: Booking
    write: Write
    draft: EventDraft
    owner: str
    host: str | None = None


def hold(context: LedgerContext, wish: Wish, busy: Busy, *, until: datetime | None = None) -> Hold:
    """Choose hosts, claim their time and record the coming write.

    It is held `until` the caller's turn ends, by the clock of leases, or for a lease from now on. SlotTaken,
    SlotNotOffered, AvailabilityUnknown: it cannot be had (any more).
    """
    held = _hold(context, wish, busy, context.new_id(), context.new_id(), until)
    context.checkpoint("held")
    return held


@repeated
def _hold(
    context: LedgerContext, wish: Wish, busy: Busy, booking_id: str, owner: str, until: datetime | None
) -> Hold:
    try:
        # Alone: two who count limits and shares at once would both find the last place free.
        with context.store.write_alone() as connection:
            # Committed by an earlier try that was not heard of.
            if is_repeat() and (earlier := _held_already(connection, booking_id, owner, wish.host)):
                return earlier
            # Judged again: since the calendars were asked, others may have claimed the time.
            pool = pool_of(context, connection, wish, busy)
            choice = choose_from(context, connection, wish.event_type, pool, contact=wish.contact)
            booking = Booking(
                id=booking_id,
                event_type=wish.event_type.id,
                state=BookingState.HELD,
                interval=wish.interval,
                hosts=choice.hosts,
                calendar=context.hosts[choice.hosts[0]].booking_calendar,
                contact=wish.contact,
                attendee=wish.attendee,
                version=1,
                made_at=context.now(),
                source=wish.source,
                decision=choice.decision,
                service=wish.event_type.service,
                resources=choice.resources,
            )
            lease_until = until or context.lease_now(connection) + context.lease
            bookings.insert_held(connection, booking, owner=owner, lease_until=lease_until)
            requests.note(connection, booking.id, wish.fingerprint)
            claims.add(connection, claims_of(context, connection, booking))
            write, draft = open_write(context, connection, booking, number=1)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    return Hold(booking, write, draft, owner, wish.host)


def _held_already(connection: Connection, booking_id: str, owner: str, host: str | None) -> Hold | None:
    """Return the hold of this owner as its rows say, None where there is none."""
    if owners.lease_of(connection, booking_id)[0] != owner:
        return None
    booking = bookings.get(connection, booking_id)
    write = writes.of_booking(connection, booking_id)[-1]
    if booking is None or booking.state is not BookingState.HELD:
        return None
    return Hold(booking, write, writes.draft_of(connection, write), owner, host)


@repeated
def take_other(context: LedgerContext, held: Hold, busy: Busy, refused: frozenset[str]) -> Hold:
    """Hold the slot with other hosts, since these are not free or their calendar refused.

    HoldLost: another process took over. SlotTaken, AvailabilityUnknown: nobody else is free.
    """
    mine = held.booking
    event_type = context.event_type_of(mine)
    wish = Wish(event_type, mine.contact, mine.interval.start, host=held.host)
    try:
        with context.store.write_alone() as connection:
            earlier = _held_already(connection, mine.id, held.owner, held.host) if is_repeat() else None
            if earlier and earlier.write.number != held.write.number:
                return earlier
            pool = pool_of(context, connection, wish, busy, refused=refused, without=mine.id)
            choice = choose_from(context, connection, event_type, pool, contact=mine.contact, without=mine.id)
            booking = replace(
                mine,
                hosts=choice.hosts,
                calendar=context.hosts[choice.hosts[0]].booking_calendar,
                decision=choice.decision,
                resources=choice.resources,
                version=mine.version + 1,
            )
            changed = bookings.chosen_values(booking)
            if not bookings.change(
                connection, mine.id, states=(BookingState.HELD,), owner=held.owner, values=changed
            ):
                raise HoldLost("another process took this booking over")
            bookings.replace_hosts(connection, booking)
            # A host who stays has a claim already, which would be in the way of the new one.
            claims.drop(connection, mine.id)
            claims.add(connection, claims_of(context, connection, booking))
            # It was refused, or never sent. In another calendar another key: keys are not used twice.
            writes.set_state(connection, held.write, WriteState.GONE)
            write, draft = open_write(context, connection, booking)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    return Hold(booking, write, draft, held.owner, held.host)


def confirm(
    context: LedgerContext,
    held: Hold,
    made: Event | Callable[[Connection], Event],
    *,
    also: Callable[[Connection], None] = lambda _connection: None,
) -> Booking:
    """Confirm the booking whose event the calendar holds, or that `made` makes by the same commit.

    `also` is done by that commit too. HoldLost: another process took over; the event is unwanted then and
    will be removed.
    """
    try:
        booking = _confirm(context, held, made, also)
    except StoreUnavailable:
        remember(context, ToldFailed(held.booking.id, held.booking.version + 1))
        raise
    if booking is None:
        raise HoldLost("another process took this booking over")
    context.checkpoint("confirmed")
    context.wake()
    return booking


@repeated
def _confirm(
    context: LedgerContext,
    held: Hold,
    made: Event | Callable[[Connection], Event],
    also: Callable[[Connection], None],
) -> Booking | None:
    with context.store.write() as connection:
        event = _made(context, connection, made)
        booking = replace(
            held.booking,
            version=held.booking.version + 1,
            state=BookingState.CONFIRMED,
            link=event.link or held.booking.link,
            location=held.draft.location,
        )
        values = {"state": booking.state, "link": booking.link, "location": booking.location, **NOBODYS}
        if bookings.change(
            connection, booking.id, states=(BookingState.HELD,), owner=held.owner, values=values
        ):
            writes.finish(connection, held.write, event)
            record_change(context, connection, booking, Change.BOOKED, booking.source)
            also(connection)
            return booking
        if is_done(connection, held.write):
            # By an earlier try that was not heard of, or by whoever took over.
            found = bookings.get(connection, booking.id) if is_repeat() else None
            if found is None or found.state is not BookingState.CONFIRMED:
                return None
            log_change(connection, booking, Change.BOOKED)
            return booking
        # Whoever took over may have looked before this event was there.
        disown(context, connection, held.write)
        return None


def _made(
    context: LedgerContext, connection: Connection, made: Event | Callable[[Connection], Event]
) -> Event:
    if isinstance(made, Event):
        return made
    event = made(connection)
    context.checkpoint("event_created")
    return event


@repeated
def fail(context: LedgerContext, held: Hold, *, is_certain: bool = True) -> None:
    """End a hold: its claims go, and so do its events, unless it is `is_certain` that there are none.

    What another process took over is left to it.
    """
    ended: dict[str, Any] = {"state": BookingState.FAILED, **NOBODYS}
    with context.store.write() as connection:
        if not bookings.change(
            connection, held.booking.id, states=(BookingState.HELD,), owner=held.owner, values=ended
        ):
            return
        claims.drop(connection, held.booking.id)
        for write in writes.of_booking(connection, held.booking.id):  # the hold may have changed hosts
            if write.state is WriteState.OPEN and is_certain:
                writes.set_state(connection, write, WriteState.GONE)
            elif write.state is WriteState.OPEN:
                disown(context, connection, write)
    context.checkpoint("failed")


def let_go(context: LedgerContext, held: Hold) -> None:
    """Leave a hold whose outcome is unknown to whoever comes next, keeping its claims.

    If even that cannot be written, the lease runs out by itself.
    """
    try:
        _let_go(context, held)
    except StoreUnavailable as error:
        _log.warning("a hold could not be given back: %s", error)
    context.checkpoint("left")


@repeated
def _let_go(context: LedgerContext, held: Hold) -> None:
    with context.store.write() as connection:
        # The claims stay: the event may be there, and the slot must not be given to anybody else.
        ended = {"lease_until": context.lease_now(connection)}
        bookings.change(
            connection, held.booking.id, states=(BookingState.HELD,), owner=held.owner, values=ended
        )


def take_over(context: LedgerContext, booking: Booking) -> Hold | None:
    """Become the owner of a hold that its process left; None when another was quicker."""
    if booking.state is not BookingState.HELD:
        return None  # a move that got stuck is not finished but given up
    return _take_over(context, booking, context.new_id())


@repeated
def _take_over(context: LedgerContext, booking: Booking, owner: str) -> Hold | None:
    with context.store.write() as connection:
        if not become_owner(context, connection, booking, owner):
            return None
        write = writes.of_booking(connection, booking.id)[-1]
        # Its request may be made once more: from now on counts how long a late one can still land.
        writes.begin_again(connection, write, context.now())
        mine = replace(booking, version=booking.version + 1)
        return Hold(mine, write, writes.draft_of(connection, write), owner)
