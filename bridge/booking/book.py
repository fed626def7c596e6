"""Books: replay, bookable, hold, re-check, write, confirm, in this order.

The steps are those of docs/behaviour.md, Booking.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bridge.booking import calendar as vendor
from bridge.booking import settle
from bridge.booking.caller_lock import turn
from bridge.booking.context import BookingContext
from bridge.booking.ledger import hold as holding
from bridge.booking.ledger.ends import confirm
from bridge.booking.ledger.hold import Hold, Wish
from bridge.booking.move import move_booking
from bridge.calendars.availability import Busy
from bridge.errors import (
    AlreadyMoved,
    AvailabilityUnknown,
    BookingClosed,
    CalendarRefused,
    OutcomeUnknown,
    SlotNotOffered,
    SlotTaken,
)
from bridge.model import Attendee, Booking, BookingState
from bridge.scheduling.offers import window_around
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings
from providers.base import Deadline, Event

_MOVED_MEMORY = timedelta(seconds=60)
_WAIT_SECONDS = 0.05


class Booker:
    """Books appointments for callers."""

    def __init__(self, context: BookingContext) -> None:
        self._context = context

    def book(self, wish: Wish, who: Callable[[], Attendee], deadline: Deadline) -> Booking:
        """Return the caller's confirmed booking, made now or by an earlier like request.

        `who` reads the attendee, and may raise MissingField: a replay is answered before that. A
        BridgeError says why there is no booking; then the caller has none, now or later.
        """
        with turn(self._context, wish.contact, deadline):
            if earlier := self.replay(wish, deadline):
                return earlier
            wish = replace(wish, attendee=who())
            if replaced := self._to_replace(wish):
                # One that its owner deleted in this very moment is replaced by a new one.
                with suppress(BookingClosed):
                    return move_booking(self._context, replaced, wish.start, deadline, attendee=wish.attendee)
            return self._book_new(wish, deadline)

    def rehearse(self, wish: Wish, who: Callable[[], Attendee], deadline: Deadline) -> Booking:
        """Return the booking that `book` would make, changing nothing."""
        context = self._context
        if (earlier := self._same_start(wish)) and earlier.state is BookingState.CONFIRMED:
            return earlier
        wish = replace(wish, attendee=who())
        busy = self._ask(wish, deadline)
        with context.store.read() as connection:
            choice = holding.choose_hosts(context, connection, wish, busy)
        return holding.held_booking(context, wish, choice, booking_id="")

    def replay(self, wish: Wish, deadline: Deadline) -> Booking | None:
        """Return the booking an earlier like request made, waiting for one that is under way."""
        context = self._context
        while booking := self._same_start(wish):
            if booking.state is BookingState.CONFIRMED:
                return booking
            with context.store.read() as connection:
                _, lease_until = bookings.lease_of(connection, booking.id)
                is_over = lease_until is None or lease_until <= context.lease_now(connection)
            if is_over:
                return self._take_over(booking, deadline)
            if deadline.remaining() < _WAIT_SECONDS:
                raise OutcomeUnknown("the same request is still being worked on")
            context.sleep(_WAIT_SECONDS)
        return None

    def _same_start(self, wish: Wish) -> Booking | None:
        if wish.contact.key is None:
            return None
        with self._context.store.read() as connection:
            live = bookings.live_of_contact(connection, wish.contact, wish.event_type.id)
        for booking in live:
            if booking.interval.start == wish.start:
                return booking
        for booking in live:
            if booking.moved_from == wish.start and self._moved_just_now(booking):
                raise AlreadyMoved("this appointment was moved", booking.interval.start)
        return None

    def _moved_just_now(self, booking: Booking) -> bool:
        return booking.moved_at is not None and self._context.now() - booking.moved_at <= _MOVED_MEMORY

    def _to_replace(self, wish: Wish) -> Booking | None:
        """Return the caller's booking of a moment ago, which another start replaces."""
        event_type = wish.event_type
        if wish.contact.key is None or not event_type.replace_within:
            return None
        with self._context.store.read() as connection:
            live = bookings.live_of_contact(connection, wish.contact, event_type.id)
        oldest = self._context.now() - event_type.replace_within
        for booking in live:
            is_recent = booking.state is BookingState.CONFIRMED and booking.made_at >= oldest
            if is_recent and booking.source == wish.source and not booking.by_person:
                return booking if _same_person(booking, wish) else None
        return None

    def _book_new(self, wish: Wish, deadline: Deadline) -> Booking:
        busy = self._ask(wish, deadline)
        held = holding.take(self._context, wish, busy)
        try:
            return self._carry_out(held, busy, deadline)
        except ConstraintViolated as error:
            settle.fail(self._context, held)
            raise SlotTaken("the slot was taken in this moment") from error
        except (CalendarRefused, SlotTaken, SlotNotOffered, AvailabilityUnknown):
            settle.fail(self._context, held)
            raise
        except OutcomeUnknown:
            settle.leave(self._context, held)
            raise

    def _carry_out(self, held: Hold, busy: Busy, deadline: Deadline) -> Booking:
        """Re-check and write, with the next host after a clear refusal."""
        refused: frozenset[str] = frozenset()
        while True:
            busy = self._busy_by_now(held, busy, deadline)
            if self._is_free(held, busy):
                try:
                    return confirm(self._context, held, self._write(held, deadline))
                except CalendarRefused:
                    refused |= {held.booking.hosts[0]}
                    if not self._has_others(held, refused, deadline):
                        raise
            held = holding.take_other(self._context, held, busy, refused)

    def _has_others(self, held: Hold, refused: frozenset[str], deadline: Deadline) -> bool:
        """Tell whether others could attend, and time is left to write into their calendar."""
        team = self._context.event_types[held.booking.event_type].team
        groups = [{member.host for member in group} - refused for group in team.groups]
        has_time = deadline.remaining() >= vendor.SECONDS_KEPT_FOR_A_WRITE
        return has_time and all(groups) and refused.isdisjoint(team.fixed)

    def _busy_by_now(self, held: Hold, busy: Busy, deadline: Deadline) -> Busy:
        """Ask the chosen hosts' calendars again, unless the answer is fresh."""
        context = self._context
        if context.monotonic() - busy.asked_at < vendor.FRESH_SECONDS:
            return busy
        event_type = context.event_types[held.booking.event_type]
        again = context.availability.busy(
            held.booking.hosts,
            window_around(event_type, held.booking.interval.start),
            max_age=0,
            deadline=deadline.less(vendor.SECONDS_KEPT_FOR_A_WRITE),
        )
        return busy.renewed(again)

    def _is_free(self, held: Hold, busy: Busy) -> bool:
        """Tell whether the chosen hosts' calendars are known, and leave the slot free."""
        context, start = self._context, held.booking.interval.start
        event_type = context.event_types[held.booking.event_type]
        failing = [
            rule
            for host in held.booking.hosts
            for rule in failing_rules(
                event_type, HostTime(context.hosts[host], busy.by_host[host]), start, context.now()
            )
        ]
        return not {Rule.FREE, Rule.KNOWN} & set(failing)

    def _write(self, held: Hold, deadline: Deadline) -> Event:
        event = vendor.create_or_find(self._context, held.write, held.draft, deadline)
        self._context.checkpoint("event_created")
        return event

    def _ask(self, wish: Wish, deadline: Deadline) -> Busy:
        event_type = wish.event_type
        return self._context.availability.busy(
            event_type.team.hosts,
            window_around(event_type, wish.start),
            max_age=0,
            deadline=deadline.less(vendor.SECONDS_KEPT_FOR_A_WRITE),
        )

    def _take_over(self, booking: Booking, deadline: Deadline) -> Booking | None:
        """Finish a booking that another process left: find its event, or write it again."""
        context = self._context
        held = settle.take_over(context, booking)
        if held is None:
            return None
        try:
            event = vendor.look_up(context, held.write, deadline) or self._write_again(held, deadline)
            return confirm(context, held, event)
        except (CalendarRefused, SlotTaken, AvailabilityUnknown):
            settle.fail(context, held, is_certain=False)  # the first request may still land
            raise
        except OutcomeUnknown:
            settle.leave(context, held)
            raise

    def _write_again(self, held: Hold, deadline: Deadline) -> Event:
        nothing = Busy({}, {}, asked_at=float("-inf"), window=held.booking.interval)
        busy = self._busy_by_now(held, nothing, deadline)
        if busy.failures:
            raise AvailabilityUnknown("a calendar could not be read")
        if not self._is_free(held, busy):
            raise SlotTaken("the slot was taken meanwhile")
        return self._write(held, deadline)


def _same_person(booking: Booking, wish: Wish) -> bool:
    was, now = booking.attendee, wish.attendee
    contradicts_phone = was.phone and now.phone and was.phone != now.phone
    contradicts_email = was.email and now.email and was.email.lower() != now.email.lower()
    return not contradicts_phone and not contradicts_email
