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
    located,
    log_change,
    open_write,
    record_change,
)
from bridge.booking.ledger.events import kept_link
from bridge.booking.ledger.hosts import choose_from, pool_of
from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.calendars.availability import Busy
from bridge.calendars.last_answers import has_changed
from bridge.errors import HoldLost, SlotTaken, StoreUnavailable
from bridge.model import Booking, BookingState, MoveWish, Source, Wish, Write, WriteState
from bridge.scheduling.round_robin import Choice
from bridge.store.engine import ConstraintViolated
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings, claims, owners, writes
from bridge.store.sql.told import stands_as_told, told_values
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
    source: Source = Source.TELLI


def begin_move(context: LedgerContext, booking: Booking, standing: Write, wish: MoveWish, busy: Busy) -> Move:
    """Claim the new time for the booking and record the coming request.

    SlotTaken, SlotNotOffered, AvailabilityUnknown: the new time cannot be had. HoldLost: somebody else
    is changing the booking.
    """
    move = _begin_move(context, booking, standing, wish, busy, context.new_id())
    context.checkpoint("move_held")
    return move


@repeated
def _begin_move(
    context: LedgerContext, booking: Booking, standing: Write, wish: MoveWish, busy: Busy, owner: str
) -> Move:
    try:
        with context.store.write_alone() as connection:
            if booking.state is not BookingState.CONFIRMED:
                raise HoldLost("this appointment is being changed at this moment")
            if not become_owner(context, connection, booking, owner, from_nobody=True):
                raise HoldLost("this appointment is being changed at this moment")
            if is_repeat():
                _forget_earlier_try(connection, booking)
            # Sooner than the unique index would, which speaks only when the move is completed.
            _refuse_a_second(connection, booking, wish.start)
            after = _after(context, connection, booking, wish, busy)
            # Beside the old ones: claims of one booking may overlap, so it can move by half its length.
            claims.add(connection, claims_of(context, connection, after, pending=True))
            draft = writes.draft_of(connection, standing)
            if after.hosts == booking.hosts and _keeps_its_event(context, booking, after, draft):
                write, draft = _change_of_event(context, connection, after, standing, draft)
            else:
                write, draft = open_write(context, connection, after)
    except ConstraintViolated as error:
        raise SlotTaken("the slot was taken in this moment") from error
    return Move(booking, after, standing, write, draft, owner, wish.source)


def _forget_earlier_try(connection: Connection, booking: Booking) -> None:
    """Undo what a try recorded whose commit was not heard of: its request was never sent."""
    claims.drop(connection, booking.id, pending=True)
    for write in writes.of_booking(connection, booking.id):
        if write.state is WriteState.OPEN:
            writes.set_state(connection, write, WriteState.GONE)


def complete_move(context: LedgerContext, move: Move, event: Event) -> Booking:
    """Make the new time the booking's only one.

    HoldLost: somebody cancelled it or took over; what was written is unwanted then.
    """
    # Another event has a link of its own, or none; the old event's leads nowhere.
    link = event.link or (move.after.link if move.write.is_move else "")
    # One change made it this move's, another completes that.
    after = replace(move.after, link=link, version=move.before.version + 2)
    try:
        is_mine = _complete(context, move, after, event)
    except StoreUnavailable:
        remember(context, _told_failed(move, after))
        raise
    if not is_mine:
        raise HoldLost("this appointment was changed at the same time")
    context.checkpoint("move_confirmed")
    context.wake()
    return after


def _told_failed(move: Move, after: Booking) -> ToldFailed:
    before = move.before
    # A change of the time alone would not bring back the service it was.
    same_event = move.write.is_move and before.service == after.service
    return ToldFailed(
        before.id,
        after.version,
        before.interval.start.isoformat(),
        before.interval.end.isoformat(),
        move.standing.number if same_event else 0,
        move.write.number if same_event else 0,
    )


@repeated
def move_back(context: LedgerContext, told: ToldFailed) -> bool:
    """Let a booking be when it was before a move that its caller was told had failed.

    False while that may still be completed. SlotTaken: its old time was given to somebody else, or the event
    is another one now; it stays.
    """
    try:
        with context.store.write_alone() as connection:
            booking = bookings.get(connection, told.booking_id)
            if booking is None or told.before is None:
                return True
            if owners.lease_of(connection, booking.id)[0] is not None:
                return False
            before = replace(booking, interval=told.before, moved_from=None, moved_at=None)
            # What its caller heard is true from now on: noted or tried twice, it is undone once.
            values = {**bookings.moved_values(before), **told_values()}
            states = (BookingState.CONFIRMED,)
            if not bookings.change(
                connection, booking.id, states=states, only=stands_as_told(told.version), values=values
            ):
                return True
            if not told.write:
                raise SlotTaken("the event was made anew in another calendar")
            claims.drop(connection, booking.id)
            claims.add(connection, claims_of(context, connection, before))
            _swap_writes(context, connection, told)
            record_change(context, connection, before, Change.MOVED, Source.BRIDGE)
    except ConstraintViolated as error:
        raise SlotTaken("the old time was given to another appointment") from error
    context.checkpoint("moved_back")
    context.wake()
    return True


def _swap_writes(context: LedgerContext, connection: Connection, told: ToldFailed) -> None:
    """Let the write before a move stand again; the background puts the event back to it."""
    made = {write.number: write for write in writes.of_booking(connection, told.booking_id)}
    standing = made[told.standing]
    # Without a version: the move has given the event another.
    writes.set_wanted(connection, standing, writes.draft_of(connection, standing), None)
    writes.set_state(connection, standing, WriteState.DONE)
    disown(context, connection, made[told.write])


@repeated
def _complete(context: LedgerContext, move: Move, after: Booking, event: Event) -> bool:
    with context.store.write() as connection:
        if not bookings.change(
            connection,
            after.id,
            states=(BookingState.CONFIRMED,),
            owner=move.owner,
            values={**bookings.moved_values(after), **told_values(), **NOBODYS},
        ):
            if is_done(connection, move.write):  # by an earlier try that was not heard of
                log_change(connection, after, Change.MOVED)
                return True
            disown(context, connection, move.write)
            return False
        claims.settle_pending(connection, after.id)
        bookings.replace_hosts(connection, after)
        writes.finish(connection, move.write, event)
        if move.write.is_move:
            writes.set_state(connection, move.standing, WriteState.GONE)  # it is the same event
            has_changed(connection, move.write.calendar, context.lease_now)
        else:
            disown(context, connection, move.standing)
        record_change(context, connection, after, Change.MOVED, move.source)
        return True


@repeated
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
    context: LedgerContext, connection: Connection, booking: Booking, wish: MoveWish, busy: Busy
) -> Choice:
    """Return the booking's own hosts where they can attend, else whom the team's rules choose."""
    event_type = context.event_type_of(booking)
    wanted = Wish(event_type, booking.contact, wish.start, host=wish.host)
    pool = pool_of(context, connection, wanted, busy, without=booking.id)
    choice = choose_from(context, connection, event_type, pool.preferring(booking.taken), without=booking.id)
    # Who stays was chosen by the figures of then; nothing was decided about them now.
    before = {part["chosen"]: part for part in booking.decision}
    decision = tuple(before.get(part["chosen"], part) for part in choice.decision)
    hosts = booking.hosts if set(choice.hosts) == set(booking.hosts) else choice.hosts
    return Choice(hosts, decision, choice.resources)


def _after(
    context: LedgerContext, connection: Connection, booking: Booking, wish: MoveWish, busy: Busy
) -> Booking:
    """Return the booking as the move shall leave it."""
    wanted = wish.of(booking)
    event_type = context.event_type_of(wanted)
    choice = _choose(context, connection, wanted, wish, busy)
    stays = choice.hosts == booking.hosts
    after = replace(
        wanted,
        interval=Interval(wish.start, wish.start + event_type.duration),
        hosts=choice.hosts,
        decision=choice.decision,
        resources=choice.resources,
        calendar=booking.calendar if stays else context.hosts[choice.hosts[0]].booking_calendar,
        moved_from=booking.interval.start,
        moved_at=context.now(),
        # Another service takes place where it says, also where that is nowhere: in a video meeting.
        link=kept_link(context, booking, wanted, choice.hosts[0]),
        location="" if wanted.service != booking.service else booking.location,
        by_person=False,  # it is the bridge's own doing again, and may be replaced
        staff_changed_at=context.now() if wish.source.is_staff else None,
    )
    return located(context, connection, after)


def _keeps_its_event(context: LedgerContext, before: Booking, after: Booking, draft: EventDraft) -> bool:
    """Tell whether the event as it was made serves after the move.

    No calendar takes a link away again, and each tells the new time to whoever is invited: the wrong one, of
    an address that is corrected with the time, shall hear of a cancellation and nothing else.
    """
    same_meeting = (
        after.service == before.service or context.event_type_of(after).conference == draft.conference
    )
    return same_meeting and before.attendee.email in (None, after.attendee.email)


def _change_of_event(
    context: LedgerContext, connection: Connection, after: Booking, standing: Write, draft: EventDraft
) -> tuple[Write, EventDraft]:
    """Record that the booking's own event is about to be changed: a write of its own, the same event."""
    draft = replace(draft, interval=after.interval)
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
