"""The database's side of a move: claims for the new time beside the old, then one or the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking import jobs as work
from bridge.booking.context import BookingContext
from bridge.booking.ledger import hold as holding
from bridge.booking.ledger.ends import give_up_write, is_done
from bridge.booking.round_robin import records, schedules_of
from bridge.booking.settle import end_move
from bridge.calendars.availability import Busy
from bridge.errors import HoldLost, SlotTaken, StoreUnavailable
from bridge.model import Booking, BookingState, EventType, Write, WriteState
from bridge.scheduling.round_robin import Choice, choose
from bridge.scheduling.team import Pool, pool_for
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


def plan_move(
    context: BookingContext, booking: Booking, standing: Write, start: datetime, busy: Busy
) -> Move:
    """Claim the new time for the booking and record the coming request.

    SlotTaken, SlotNotOffered, AvailabilityUnknown: the new time cannot be had. HoldLost: somebody else
    is changing the booking.
    """
    event_type = context.event_types[booking.event_type]
    owner = context.new_id()
    try:
        with context.store.write_alone() as connection:
            now = context.lease_now(connection)
            lease_until = now + context.lease
            if not bookings.seize(
                connection, booking, owner=owner, now=now, lease_until=lease_until, from_nobody=True
            ):
                raise HoldLost("this appointment is being changed at this moment")
            _refuse_a_second(connection, booking, start)
            choice = _choose(context, connection, event_type, booking, start, busy)
            after = _after(context, event_type, booking, choice, start)
            claims.add(connection, holding.claims_of(context, after, after.interval, pending=True))
            write, draft = _record(context, connection, booking, after, standing)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    context.checkpoint("move_held")
    return Move(booking, after, standing, write, draft, owner)


def complete(context: BookingContext, move: Move, event: Event) -> Booking:
    """Make the new time the booking's only one, in one transaction.

    HoldLost: somebody cancelled it or took over; what was written is unwanted then.
    """
    # Another event has a link of its own, or none; the old event's leads nowhere.
    link = event.link or (move.after.link if move.write.is_move else "")
    move = replace(move, after=replace(move.after, link=link))
    try:
        completed = _complete(context, move, event)
    except StoreUnavailable:
        completed = _complete(context, move, event)  # its commit may have succeeded unheard
    if not completed:
        raise HoldLost("this appointment was changed at the same time")
    context.checkpoint("move_confirmed")
    context.wake()
    return move.after


def abandon(context: BookingContext, move: Move, write_state: WriteState) -> None:
    """End a move that failed: only the new claims go. `write_state`: gone if certain, else unwanted."""
    with context.store.write() as connection:
        end_move(connection, move.before.id, move.owner)
        if write_state is WriteState.UNWANTED:
            give_up_write(connection, context, move.write)
        else:
            writes.set_state(connection, move.write, write_state)
    context.checkpoint("move_abandoned")


def _complete(context: BookingContext, move: Move, event: Event) -> bool:
    after = move.after
    with context.store.write() as connection:
        if not bookings.change(
            connection,
            after.id,
            states=(BookingState.CONFIRMED,),
            owner=move.owner,
            values=bookings.moved_values(after, link=after.link),
        ):
            if is_done(connection, move.write):
                return True
            give_up_write(connection, context, move.write)
            return False
        claims.settle_pending(connection, after.id)
        bookings.replace_hosts(connection, after.id, after.hosts)
        writes.finish(connection, move.write, event.ref)
        if move.write.is_move:
            writes.set_state(connection, move.standing, WriteState.GONE)
        else:
            give_up_write(connection, context, move.standing)
        work.plan_read_back(connection, after.id, context.now())
        return True


def _refuse_a_second(connection: Connection, booking: Booking, start: datetime) -> None:
    if booking.contact.key is None:
        return
    live = bookings.live_of_contact(connection, booking.contact, booking.event_type)
    if any(other.interval.start == start and other.id != booking.id for other in live):
        raise SlotTaken("the caller has another appointment at that time")


def _choose(
    context: BookingContext,
    connection: Connection,
    event_type: EventType,
    booking: Booking,
    start: datetime,
    busy: Busy,
) -> Choice:
    """Return the booking's own hosts where they can attend, else whom the team's rules choose."""
    now = context.now()
    times = context.availability.times_in(connection, event_type, busy, without=booking.id)
    times = {host: time for host, time in times.items() if host in event_type.team.hosts}
    pool = pool_for(event_type, times, start, now)
    if pool is None:
        raise holding.why_not(event_type, times, start, now)
    given = records(connection, event_type, now, without=booking.id)
    schedules = schedules_of(context, event_type)
    return _staying(booking, choose(event_type, _own(booking, pool), given, now, schedules=schedules))


def _own(booking: Booking, pool: Pool) -> Pool:
    """Return the pool with nobody beside the booking's own host in a group that has them."""
    own = [tuple(member for member in group if member.host in booking.hosts) for group in pool.groups]
    return Pool(pool.fixed, tuple(mine or all_ for mine, all_ in zip(own, pool.groups, strict=True)))


def _staying(booking: Booking, choice: Choice) -> Choice:
    """Return the choice with the figures that once chose those who stay; nothing was decided on them now."""
    before = {part["chosen"]: part for part in booking.decision}
    decision = tuple(before.get(part["chosen"], part) for part in choice.decision)
    hosts = booking.hosts if set(choice.hosts) == set(booking.hosts) else choice.hosts
    return Choice(hosts, decision)


def _after(
    context: BookingContext, event_type: EventType, booking: Booking, choice: Choice, start: datetime
) -> Booking:
    stays = choice.hosts == booking.hosts
    organiser = context.hosts[choice.hosts[0]]
    return replace(
        booking,
        interval=Interval(start, start + event_type.duration),
        hosts=choice.hosts,
        decision=choice.decision,
        calendar=booking.calendar if stays else organiser.booking_calendar,
        moved_from=booking.interval.start,
        moved_at=context.now(),
        by_person=False,
    )


def _record(
    context: BookingContext, connection: Connection, before: Booking, after: Booking, standing: Write
) -> tuple[Write, EventDraft]:
    """Record the coming request: a change of the same event if the hosts stay, else a new event."""
    if after.hosts != before.hosts:
        return holding.record_write(context, connection, after, after.interval)
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
