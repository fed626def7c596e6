"""A booking's first minute: held for a caller, then (or at once) confirmed by its event."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
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
from bridge.scheduling.round_robin import Choice
from bridge.store.engine import ConstraintViolated
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings, claims, owners, requests, writes
from providers.base import Event, EventDraft

_log = logging.getLogger(__name__)

_HELD_VERSION = 1  # the first of a booking


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot that this process holds: the booking, its recorded write, and the token that says so.

    `host` is whom the caller asked for, `counted` the last change of embedded calendars that was known when
    the hosts' were asked, by its number.
    """

    booking: Booking
    write: Write
    draft: EventDraft
    owner: str
    host: str | None = None
    counted: int = 0


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How a hold's own commit may confirm it: its event can be made by that, and `also` is done by it too.

    `making` returns how to make the event, None where calendars must be asked first.
    """

    making: Callable[[Hold], Callable[[Connection], Event] | None]
    also: Callable[[Connection], None]


def hold(
    context: LedgerContext,
    wish: Wish,
    busy: Busy,
    *,
    until: datetime | None = None,
    at_once: AtOnce | None = None,
) -> Hold | Booking:
    """Choose hosts, claim their time and record the coming write; confirm `at_once` where that can be.

    It is held `until` the caller's turn ends, by the clock of leases, or for a lease from now on. SlotTaken,
    SlotNotOffered, AvailabilityUnknown: it cannot be had (any more).
    """
    booking_id = context.new_id()
    try:
        held = _hold(context, wish, busy, (booking_id, context.new_id(), until), at_once)
    except StoreUnavailable as error:
        if at_once and error.may_be_done:  # what a busy database did not even begin needs no note, on no disk
            remember(context, ToldFailed(booking_id, _HELD_VERSION + 1))
        raise
    context.checkpoint("held" if isinstance(held, Hold) else "confirmed")
    if isinstance(held, Booking):
        context.wake()
    return held


@repeated
def _hold(
    context: LedgerContext,
    wish: Wish,
    busy: Busy,
    mine: tuple[str, str, datetime | None],
    at_once: AtOnce | None,
) -> Hold | Booking:
    booking_id, owner, until = mine
    try:
        # Alone: two who count limits and shares at once would both find the last place free.
        with context.store.write_alone() as connection:
            # Committed by an earlier try that was not heard of.
            if is_repeat() and (earlier := _held_already(connection, booking_id, owner, wish.host)):
                return earlier
            # Judged again: since the calendars were asked, others may have claimed the time.
            pool = pool_of(context, connection, wish, busy)
            choice = choose_from(context, connection, wish.event_type, pool, contact=wish.contact)
            booking = _chosen(context, wish, choice, booking_id)
            lease_until = until or context.lease_now(connection) + context.lease
            bookings.insert_held(connection, booking, owner=owner, lease_until=lease_until)
            requests.note(connection, booking.id, wish.fingerprint)
            claims.add(connection, claims_of(context, connection, booking))
            write, draft = open_write(context, connection, booking, number=1)
            held = Hold(booking, write, draft, owner, wish.host, busy.counted)
            if at_once and (making := at_once.making(held)):
                confirmed = _confirm_in(context, connection, held, making, at_once.also)
                assert confirmed  # noqa: S101 - nobody else knows of the booking yet
                return confirmed
            return held
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error


def _chosen(context: LedgerContext, wish: Wish, choice: Choice, booking_id: str) -> Booking:
    return Booking(
        id=booking_id,
        event_type=wish.event_type.id,
        state=BookingState.HELD,
        interval=wish.interval,
        hosts=choice.hosts,
        calendar=context.hosts[choice.hosts[0]].booking_calendar,
        contact=wish.contact,
        attendee=wish.attendee,
        version=_HELD_VERSION,
        made_at=context.now(),
        source=wish.source,
        decision=choice.decision,
        service=wish.event_type.service,
        resources=choice.resources,
    )


def _held_already(
    connection: Connection, booking_id: str, owner: str, host: str | None
) -> Hold | Booking | None:
    """Return the hold of this owner, or what it was confirmed as, as its rows say; None: there is none."""
    booking = bookings.get(connection, booking_id)
    if booking is not None and booking.state is BookingState.CONFIRMED:
        log_change(connection, booking, Change.BOOKED)
        return booking
    if owners.lease_of(connection, booking_id)[0] != owner:
        return None
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
            if isinstance(earlier, Hold) and earlier.write.number != held.write.number:
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
    return Hold(booking, write, draft, held.owner, held.host, held.counted)


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
        return _confirm_in(context, connection, held, made, also)


def _confirm_in(
    context: LedgerContext,
    connection: Connection,
    held: Hold,
    made: Event | Callable[[Connection], Event],
    also: Callable[[Connection], None],
) -> Booking | None:
    """Confirm a hold as part of a transaction; None when it is another's."""
    event = made if isinstance(made, Event) else made(connection)
    if event is not made:
        context.checkpoint("event_created")
    booking = replace(
        held.booking,
        version=held.booking.version + 1,
        state=BookingState.CONFIRMED,
        link=event.link or held.booking.link,
        location=held.draft.location,
    )
    values = {
        "state": booking.state,
        "link": booking.link,
        "location": booking.location,
        "told_version": booking.version,  # whatever its caller was told before
        **NOBODYS,
    }
    if bookings.change(connection, booking.id, states=(BookingState.HELD,), owner=held.owner, values=values):
        writes.finish(connection, held.write, event)
        record_change(context, connection, booking, Change.BOOKED, booking.source, counted=held.counted)
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
