"""A move: the new time is claimed beside the old, then one of the two goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import (
    NOBODYS,
    Change,
    become_owner,
    claims_of,
    disown,
    is_done,
    open_write,
    record_change,
)
from bridge.booking.ledger.hosts import choose_from, pool_of
from bridge.calendars.availability import Busy
from bridge.errors import HoldLost, SlotTaken, StoreUnavailable
from bridge.model import Booking, BookingState, Wish, Write, WriteState
from bridge.scheduling.round_robin import Choice
from bridge.scheduling.team import Pool
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings, claims, writes
from providers.base import Event, EventDraft, Interval


@dataclass(frozen=True, slots=True)
class Move:
    """A move under way: the booking before and after, its event's write and the one that changes it."""

    before: Booking
    after: Booking
    standing: Write
    write: Write
    draft: EventDraft
    owner: str


def begin_move(
    context: LedgerContext, booking: Booking, standing: Write, start: datetime, busy: Busy
) -> Move:
    """Claim the new time for the booking and record the coming request.

    SlotTaken, SlotNotOffered, AvailabilityUnknown: the new time cannot be had. HoldLost: somebody else
    is changing the booking.
    """
    try:
        with context.store.write_alone() as connection:
            owner = become_owner(context, connection, booking, from_nobody=True)
            if owner is None or booking.state is not BookingState.CONFIRMED:
                raise HoldLost("this appointment is being changed at this moment")
            # Sooner than the unique index would, which speaks only when the move is completed.
            _refuse_a_second(connection, booking, start)
            choice = _choose(context, connection, booking, start, busy)
            after = _after(context, booking, choice, start)
            # Beside the old ones: claims of one booking may overlap, so it can move by half its length.
            claims.add(connection, claims_of(context, connection, after, pending=True))
            if after.hosts == booking.hosts:
                write, draft = _change_of_event(context, connection, after, standing)
            else:
                write, draft = open_write(context, connection, after)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    context.checkpoint("move_held")
    return Move(booking, after, standing, write, draft, owner)


def complete_move(context: LedgerContext, move: Move, event: Event) -> Booking:
    """Make the new time the booking's only one.

    HoldLost: somebody cancelled it or took over; what was written is unwanted then.
    """
    # Another event has a link of its own, or none; the old event's leads nowhere.
    link = event.link or (move.after.link if move.write.is_move else "")
    after = replace(move.after, link=link)
    try:
        is_mine = _complete(context, move, after, event)
    except StoreUnavailable:
        is_mine = _complete(context, move, after, event)  # its commit may have succeeded unheard
    if not is_mine:
        raise HoldLost("this appointment was changed at the same time")
    context.checkpoint("move_confirmed")
    context.wake()
    return after


def _complete(context: LedgerContext, move: Move, after: Booking, event: Event) -> bool:
    with context.store.write() as connection:
        if not bookings.change(
            connection,
            after.id,
            states=(BookingState.CONFIRMED,),
            owner=move.owner,
            values={**bookings.moved_values(after), **NOBODYS},
        ):
            if is_done(connection, move.write):
                return True
            disown(context, connection, move.write)
            return False
        claims.settle_pending(connection, after.id)
        bookings.replace_hosts(connection, after.id, after.hosts)
        writes.finish(connection, move.write, event.ref)
        if move.write.is_move:
            writes.set_state(connection, move.standing, WriteState.GONE)  # it is the same event
        else:
            disown(context, connection, move.standing)
        record_change(context, connection, after, Change.MOVED)
        return True


def abandon_move(context: LedgerContext, move: Move, *, is_certain: bool) -> None:
    """End a move that failed: only the new claims go; `is_certain`, that nothing was written."""
    with context.store.write() as connection:
        if bookings.change(
            connection,
            move.before.id,
            states=(BookingState.CONFIRMED,),
            owner=move.owner,
            values=NOBODYS,
        ):
            # The old claims were there all along: the appointment could not be lost to anybody.
            claims.drop(connection, move.before.id, pending=True)
        # Of its own request this process knows most, whoever the booking belongs to by now.
        if is_certain:
            writes.set_state(connection, move.write, WriteState.GONE)
        else:
            disown(context, connection, move.write)
    context.checkpoint("move_abandoned")


def _refuse_a_second(connection: Connection, booking: Booking, start: datetime) -> None:
    if booking.contact.key is None:
        return
    live = bookings.live_of_contact(connection, booking.contact, booking.event_type)
    if any(other.interval.start == start and other.id != booking.id for other in live):
        raise SlotTaken("the caller has another appointment at that time")


def _choose(
    context: LedgerContext, connection: Connection, booking: Booking, start: datetime, busy: Busy
) -> Choice:
    """Return the booking's own hosts where they can attend, else whom the team's rules choose."""
    event_type = context.event_types[booking.event_type]
    wish = Wish(event_type, booking.contact, start)
    pool = pool_of(context, connection, wish, busy, without=booking.id)
    own = [tuple(member for member in group if member.host in booking.hosts) for group in pool.groups]
    preferred = Pool(pool.fixed, tuple(mine or all_ for mine, all_ in zip(own, pool.groups, strict=True)))
    choice = choose_from(context, connection, event_type, preferred, without=booking.id)
    # Who stays was chosen by the figures of then; nothing was decided about them now.
    before = {part["chosen"]: part for part in booking.decision}
    decision = tuple(before.get(part["chosen"], part) for part in choice.decision)
    hosts = booking.hosts if set(choice.hosts) == set(booking.hosts) else choice.hosts
    return Choice(hosts, decision)


def _after(context: LedgerContext, booking: Booking, choice: Choice, start: datetime) -> Booking:
    stays = choice.hosts == booking.hosts
    return replace(
        booking,
        interval=Interval(start, start + context.event_types[booking.event_type].duration),
        hosts=choice.hosts,
        decision=choice.decision,
        calendar=booking.calendar if stays else context.hosts[choice.hosts[0]].booking_calendar,
        moved_from=booking.interval.start,
        moved_at=context.now(),
        by_person=False,  # it is the bridge's own doing again, and may be replaced
    )


def _change_of_event(
    context: LedgerContext, connection: Connection, after: Booking, standing: Write
) -> tuple[Write, EventDraft]:
    """Record that the booking's own event is about to be changed: a write of its own, the same event."""
    draft = replace(writes.draft_of(connection, standing), interval=after.interval)
    write = replace(
        standing,
        number=writes.next_number(connection, after.id),
        wanted=after.interval,
        state=WriteState.OPEN,
        made_at=context.now(),
        is_move=True,
    )
    writes.add(connection, write, draft)
    return write, draft
