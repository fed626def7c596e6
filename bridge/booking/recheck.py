"""Asks hosts' calendars before a write, and the chosen ones again when their answers have aged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.booking.calendar import SECONDS_KEPT_FOR_A_WRITE
from bridge.booking.context import BookingContext
from bridge.calendars.availability import Busy, OwnEvent
from bridge.errors import OutcomeUnknown
from bridge.model import Booking, EventType
from bridge.scheduling.offers import window_around
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from providers.base import Deadline

_SHARE = 0.4  # of a booking's deadline, for all questions together: the rest is the write's, and its repeats'
_FRESH_SECONDS = 1.0  # a younger answer is not asked for again before a write
_LEAST_SECONDS = 1.0  # with less a slow vendor's silence would cost a host that has answered before


@dataclass
class Questions:
    """The questions before one write, which have one time budget together.

    Once, a hanging vendor took all the time there was, the others' answers had aged by then, and every
    booking of a mixed team failed. `own` is the event of a booking that is being moved.
    """

    context: BookingContext
    event_type: EventType
    start: datetime
    deadline: Deadline
    own: OwnEvent | None = None
    spent: float = 0.0  # seconds

    def ask(self, hosts: Sequence[str]) -> Busy:
        """Return what their calendars say now; whoever, or whatever, stays silent too long is unknown."""
        deadline = Deadline(self._seconds_left(), self.context.monotonic)
        asked_at = self.context.monotonic()
        # Without kept answers of vendors: they are good enough to offer, never to book.
        busy = self.context.availability.busy(
            hosts,
            window_around(self.event_type, self.start),
            deadline=deadline,
            own=self.own,
        )
        # Only the asking counts: what the database takes in between is no reason to ask less.
        self.spent += self.context.monotonic() - asked_at
        return busy

    def ask_again(self, hosts: Sequence[str], busy: Busy) -> Busy:
        """Return the answer, renewed by those of these hosts whose calendars answered too long ago.

        No calendar takes an event only where it is free: the shorter the time between question and write,
        the rarer that somebody enters something in between. Where too little time is left what was
        answered is used: reading back finds the rest.
        """
        aged = self.aged(hosts, busy)
        if not aged or self._seconds_left() < _LEAST_SECONDS:
            return busy
        return busy.renewed(self.ask(aged))

    def aged(self, hosts: Sequence[str], busy: Busy) -> list[str]:
        """Return those of these hosts whose calendars answered too long ago for a write."""
        fresh_since = self.context.monotonic() - _FRESH_SECONDS
        return [host for host in hosts if busy.answered_at.get(host, float("-inf")) <= fresh_since]

    def _seconds_left(self) -> float:
        budget = _SHARE * self.context.book_seconds - self.spent
        return min(budget, self.deadline.remaining() - SECONDS_KEPT_FOR_A_WRITE)


def is_free(context: BookingContext, booking: Booking, busy: Busy) -> bool:
    """Tell whether the booking's hosts' calendars are known, and leave its time free.

    The other rules held when its time was claimed, and are not asked twice: notice may run out meanwhile.
    """
    event_type, start = context.event_type_of(booking), booking.interval.start
    # Without claims: the booking's own would stand in its way.
    times = [HostTime(context.attending[each], busy.to_book(each)) for each in booking.taken]
    failing = (set(failing_rules(event_type, time, start, context.now())) for time in times)
    return all(each.isdisjoint({Rule.FREE, Rule.TRAVEL, Rule.KNOWN}) for each in failing)


def is_busy_beside(
    context: BookingContext,
    booking: Booking,
    own: OwnEvent,
    deadline: Deadline,
) -> bool:
    """Tell whether anything but its own event lies over a booking in its hosts' calendars.

    OutcomeUnknown: not every calendar answered.
    """
    known = context.known_hosts(booking)
    busy = context.availability.busy(known, own.interval, deadline=deadline, own=own)
    if busy.failures:
        raise OutcomeUnknown("not every calendar answered")
    return any(busy.by_host.values())
