"""Books: replay, bookable, hold, re-check, write, confirm, in this order.

The steps are those of docs/behaviour.md, Booking. Replay is the idempotency of `/book`: the same
request has the same answer, however often and in whatever process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bridge.attendee.corrections import corrected, is_somebody_else
from bridge.booking import ledger
from bridge.booking.calendar import SECONDS_KEPT_FOR_A_WRITE
from bridge.booking.caller_lock import Turn, turn
from bridge.booking.context import BookingContext
from bridge.booking.correct import (
    Who,
    correct_booking,
    earlier,
    has_had,
    refuse_what_staff_changed,
)
from bridge.booking.link import with_meeting
from bridge.booking.move import move_booking
from bridge.booking.recheck import Questions, is_free
from bridge.calendars.availability import Busy
from bridge.errors import (
    AlreadyMoved,
    AvailabilityUnknown,
    BookingClosed,
    CalendarRefused,
    OutcomeUnknown,
    SlotNotOffered,
    SlotTaken,
    StoreUnavailable,
)
from bridge.model import Booking, BookingState, MoveWish, Source, Wish
from bridge.store.patience import repeated
from providers.base import Deadline, Event

_MOVED_MEMORY = timedelta(seconds=60)  # a repeat comes sooner; who asks for the old start later means it
_WAIT_SECONDS = 0.05


def book_appointment(context: BookingContext, wish: Wish, who: Who, deadline: Deadline) -> Booking:
    """Return the caller's confirmed booking, made now or by an earlier like request.

    `who` reads the attendee, and may raise MissingField: a replay is answered before that. A
    BridgeError says why there is no booking; then the caller has none, now or later.
    """
    with turn(context, wish.contact, deadline, partial(_look, context, wish)) as mine:
        # First of all: telli repeats a request whose answer was late, and by then the slot is its own.
        known, earlier = _replay(context, wish, mine.seen, deadline)
        if earlier and _has_host(context, earlier, wish):
            return correct_booking(context, earlier, wish, who, deadline)
        refuse_what_staff_changed(known.changed_by_staff, wish)
        if recent := _to_replace(context, wish, [earlier] if earlier else known.live):
            # One that its owner deleted in this very moment is replaced by a new one.
            with suppress(BookingClosed, _SomebodyElse):
                return _replace(context, recent, wish, who, deadline)
        questions = Questions(context, wish.event_type, wish.start, deadline)
        busy = questions.ask(wish.event_type.team.asked)
        # After the calendars: who is calling is asked elsewhere at the same time.
        wish = replace(wish, attendee=who(None))
        # Only now a transaction: whoever books waits for it, and must not wait for calendars too.
        at_once = ledger.AtOnce(partial(_in_commit, context, questions, busy, deadline), also=mine.end)
        held = ledger.hold(context, wish, busy, until=mine.until, at_once=at_once)
        if isinstance(held, Booking):
            return with_meeting(context, held, deadline)
        with _settling(context, held, is_certain=True):
            booking = _write(context, held, questions, busy, mine, deadline)
    return with_meeting(context, booking, deadline)


def _in_commit(
    context: BookingContext, questions: Questions, busy: Busy, deadline: Deadline, held: ledger.Hold
) -> Callable[[Connection], Event] | None:
    """Return how to make an event by its booking's commit; None where a calendar must be asked before."""
    if questions.aged(held.booking.taken, busy):
        return None
    return context.calendar(held.write.calendar, deadline).in_commit(held.write.event_key, held.draft)


def rehearse(context: BookingContext, wish: Wish, who: Who, deadline: Deadline) -> None:
    """Raise what would keep `book_appointment` from succeeding, changing nothing."""
    earlier = _same_start(context, wish, _look_again(context, wish).live)
    # The request itself would be a replay, and succeed.
    if earlier and earlier.state is BookingState.CONFIRMED and _has_host(context, earlier, wish):
        return
    wish = replace(wish, attendee=who(None))
    busy = Questions(context, wish.event_type, wish.start, deadline).ask(wish.event_type.team.asked)
    _refuse_unbookable(context, wish, busy)


@repeated
def _refuse_unbookable(context: BookingContext, wish: Wish, busy: Busy) -> None:
    with context.store.read() as connection:
        ledger.pool_of(context, connection, wish, busy)


@dataclass(frozen=True, slots=True)
class _Known:
    """A caller's live bookings, and what this very request booked and staff changed."""

    live: Sequence[Booking]
    changed_by_staff: Booking | None


def _look(context: BookingContext, wish: Wish, connection: Connection) -> _Known:
    return _Known(*earlier(context, connection, wish))


@repeated
def _look_again(context: BookingContext, wish: Wish) -> _Known:
    with context.store.read() as connection:
        return _look(context, wish, connection)


def _replay(
    context: BookingContext, wish: Wish, known: _Known, deadline: Deadline
) -> tuple[_Known, Booking | None]:
    """Return what is known of a caller, and their booking of this start; one under way is waited for."""
    while booking := _same_start(context, wish, known.live):
        if booking.state is BookingState.CONFIRMED:
            # Perhaps told "failed" before, and about to be undone; from now on it is not.
            if affirmed := ledger.affirm(context, booking):
                return known, affirmed
        # Its process died, or answered "failed" without knowing: whoever asks again finds out.
        elif ledger.is_left(context, booking):
            if finished := _finish(context, booking, deadline):
                return known, finished
        elif deadline.remaining() < _WAIT_SECONDS:
            raise OutcomeUnknown("the same request is still being worked on")
        else:
            context.sleep(_WAIT_SECONDS)
        known = _look_again(context, wish)
    return known, None


def _same_start(context: BookingContext, wish: Wish, live: Sequence[Booking]) -> Booking | None:
    """Return the caller's booking of this start. AlreadyMoved: it was just moved away from there."""
    for booking in live:
        if booking.interval.start == wish.start and booking.service == wish.event_type.service:
            return booking
    # A repeat that was under way while a later request moved the booking must not make a second one.
    for booking in live:
        if booking.moved_from == wish.start and _has_just_moved(context, booking):
            raise AlreadyMoved("this appointment was moved", booking.interval.start)
    return None


def _has_just_moved(context: BookingContext, booking: Booking) -> bool:
    return booking.moved_at is not None and booking.moved_at >= context.now() - _MOVED_MEMORY


def _has_host(context: BookingContext, booking: Booking, wish: Wish) -> bool:
    """Tell whether a booking of this start is with the host asked for. AlreadyMoved: not any more."""
    if wish.host is None or wish.host in booking.hosts:
        return True
    if _has_just_moved(context, booking) and has_had(context, booking, wish):
        raise AlreadyMoved("this appointment was moved", booking.interval.start)
    return False


def _to_replace(context: BookingContext, wish: Wish, live: Sequence[Booking]) -> Booking | None:
    """Return the caller's booking of a moment ago, which another start, service or host replaces.

    Only `/book` replaces, and only what it made itself: there a caller changed their mind, while whoever
    types two commands at a terminal means two appointments.
    """
    window = wish.event_type.replace_within
    if wish.source is not Source.TELLI or not window:
        return None
    oldest = context.now() - window
    for booking in live:
        # What a person moved in the calendar may be agreed upon with the caller by now.
        is_recent = booking.state is BookingState.CONFIRMED and booking.made_at >= oldest
        if is_recent and booking.source is Source.TELLI and not booking.by_person:
            return booking
    return None


class _SomebodyElse(Exception):
    """The same contact books for another person."""


def _replace(context: BookingContext, recent: Booking, wish: Wish, who: Who, deadline: Deadline) -> Booking:
    """Move the caller's booking of a moment ago, and correct what they say of themselves now."""
    said = who(recent.attendee)
    if is_somebody_else(recent.attendee.name, said.name):
        raise _SomebodyElse
    # A request it has had before is a change of mind about the time, and a late word about anything else.
    known = has_had(context, recent, wish)
    attendee = recent.attendee if known else corrected(recent.attendee, said)
    change = MoveWish(wish.start, wish.event_type.service, wish.host, attendee)
    moved = move_booking(context, recent, change, deadline)
    with suppress(StoreUnavailable):  # moved it is, whatever else can be noted
        return ledger.correct(context, moved, moved.attendee, wish)
    return moved


def _write(
    context: BookingContext,
    held: ledger.Hold,
    questions: Questions,
    busy: Busy,
    mine: Turn[_Known],
    deadline: Deadline,
) -> Booking:
    """Re-check, write and confirm, which ends the caller's turn; after a clear refusal with the next host."""
    # Only clear refusals count against a host: after an unclear one the event may be there already.
    refused: frozenset[str] = frozenset()
    while True:
        busy = questions.ask_again(held.booking.taken, busy)
        if is_free(context, held.booking, busy):
            tried = refused | {held.booking.hosts[0]}
            try:
                calendar = context.calendar(held.write.calendar, deadline)
                is_last = not _has_others(context, held, tried, deadline)
                if adding := calendar.in_commit(held.write.event_key, held.draft):
                    return ledger.confirm(context, held, adding, also=mine.end)
                event = calendar.create(held.write.event_key, held.draft, waits=is_last)
                context.checkpoint("event_created")
                return ledger.confirm(context, held, event, also=mine.end)
            except CalendarRefused:
                refused = tried
                if not _has_others(context, held, refused, deadline):
                    raise
        held = ledger.take_other(context, held, busy, refused)


def _has_others(
    context: BookingContext, held: ledger.Hold, refused: frozenset[str], deadline: Deadline
) -> bool:
    """Tell whether others could attend, and time is left to write into their calendar."""
    team = context.event_type_of(held.booking).team
    groups = [{member.host for member in group} - refused for group in team.groups]
    # Fixed hosts attend always: where one of them is refused, nobody can stand in.
    has_time = deadline.remaining() >= SECONDS_KEPT_FOR_A_WRITE
    return has_time and all(groups) and refused.isdisjoint(team.fixed)


def _finish(context: BookingContext, booking: Booking, deadline: Deadline) -> Booking | None:
    """Finish a booking that another process left: find its event, or write it again under the same id."""
    held = ledger.take_over(context, booking)
    if held is None:
        return None
    with _settling(context, held, is_certain=False):  # the first request may still land
        calendar = context.calendar(held.write.calendar, deadline)
        event = calendar.find(held.write.event_key)
        if event is None:
            # The time was claimed, but calendars know nothing of claims: somebody may have entered something.
            event_type = context.event_type_of(held.booking)
            questions = Questions(context, event_type, held.booking.interval.start, deadline)
            busy = questions.ask(held.booking.taken)
            if busy.failures:
                raise AvailabilityUnknown("a calendar could not be read")
            if not is_free(context, held.booking, busy):
                raise SlotTaken("the slot was taken meanwhile")
            event = calendar.create(held.write.event_key, held.draft, waits=True)
            context.checkpoint("event_created")
        return ledger.confirm(context, held, event)


@contextmanager
def _settling(context: BookingContext, held: ledger.Hold, *, is_certain: bool) -> Iterator[None]:
    """End a hold that does not become a booking: it fails, or stays for whoever can find out.

    `is_certain` says that a refusal leaves no event behind.
    """
    try:
        yield
    except (CalendarRefused, SlotTaken, SlotNotOffered, AvailabilityUnknown):
        ledger.fail(context, held, is_certain=is_certain)
        raise
    except OutcomeUnknown:
        # The caller hears "failed", but the event may be there: whoever asks again finds it.
        ledger.let_go(context, held)
        raise
