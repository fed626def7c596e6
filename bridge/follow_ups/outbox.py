"""The outbox: what follows from a booking's change is a row of its transaction, delivered in the background.

A recipient hears how the booking is by then, not how it was at each change: what a later change made needless
is void. What reaches a caller keeps quiet hours, but for what a call has just caused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.follow_ups.delivery import DELIVER, JUST
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.quiet import quiet_around, reminder_times
from bridge.follow_ups.receivers import Receiver, reaches_caller
from bridge.follow_ups.rules import Rules
from bridge.follow_ups.telli_calls import TELLI_CALLS, called_by
from bridge.model import Booking, BookingState, FollowUp, FollowUpState, Source, booked
from bridge.model.follow_ups import AGAIN, CALL, LINKED, MEETINGS, NO_PART_ANY_MORE, REMINDER
from bridge.store.engine import Store
from bridge.store.sql import bookings, follow_ups, jobs

_BY_PEOPLE = frozenset({"moved_by_person", "revived", "put_back"})
_FOR_THE_LINK = timedelta(seconds=10)  # so that one message tells of booking and link, as a rule
_A_MOMENT = timedelta(minutes=1)  # a change by staff is committed so soon after it was begun


class Outbox:
    """Plans what is to be told; `bridge.follow_ups.delivery` tells it."""

    def __init__(
        self,
        store: Store,
        receivers: Mapping[str, Receiver],
        given_up: GivenUp,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self.receivers = receivers
        self._given_up = given_up
        self._rules = rules
        self._now = now
        self._new_id = new_id

    def plan(self, connection: Connection, booking: Booking, change: str) -> None:
        """Add to the transaction of a change what shall be told of it."""
        if not self.receivers or (current := bookings.get(connection, booking.id)) is None:
            return
        told = [name for name, receiver in self.receivers.items() if receiver.tells(change)]
        # Whoever heard of it and has no part in it any more hears that, once: later times are not theirs.
        planned = {
            who: NO_PART_ANY_MORE for who in follow_ups.recipients(connection, booking.id) if who[0] in told
        }
        planned |= {(name, to): change for name in told for to in self.receivers[name].recipients(current)}
        at_once = self._now()
        later = at_once if _is_by_call(current, change, at_once) else self._after_quiet(current, at_once)
        waiting = []
        for (receiver, recipient), their_change in planned.items():
            due_at = later if reaches_caller(recipient) else at_once
            if receiver != MEETINGS and self._awaits_link(current):
                due_at = max(due_at, at_once + _FOR_THE_LINK)
            waiting.append(self._about(current, their_change, (receiver, recipient), due_at))
        follow_ups.withdraw_reminders(connection, current.id)
        self._enter(connection, *waiting, *self._reminders(current))

    def plan_call(self, connection: Connection, alert_key: str, contact_id: str, agent_id: str) -> None:
        """Add to the transaction of an alert that telli shall call who asked for it, where it can."""
        if recipient := called_by(contact_id, agent_id):
            waiting = self._waiting(CALL, (TELLI_CALLS, recipient), self._now())
            self._enter(connection, replace(waiting, alert_key=alert_key))

    def _awaits_link(self, booking: Booking) -> bool:
        event_type = booked(self._rules.event_types, booking)
        is_live = booking.state is BookingState.CONFIRMED
        if not is_live or booking.link or event_type is None:
            return False
        return event_type.meets_apart or event_type.conference is not None

    def listed(self, *states: FollowUpState) -> list[FollowUp]:
        """Return those in one of the states, the newest first."""
        with self._store.read() as connection:
            return follow_ups.listed(connection, states)

    def retry(self, follow_up: FollowUp) -> None:
        """Deliver one that was given up or dropped after all."""
        with self._store.write() as connection:
            follow_ups.wait_again(connection, follow_up, self._now())
            jobs.schedule(connection, DELIVER, follow_up.receiver, self._now())
        self._given_up.settle()

    def may_send_again(self, follow_up: FollowUp, booking: Booking) -> bool:
        """Tell whether one can be delivered once more: what failed, and what its caller has lost."""
        if follow_up.state in (FollowUpState.GIVEN_UP, FollowUpState.DROPPED):
            return True
        is_ahead = booking.state is BookingState.CONFIRMED and booking.interval.end > self._now()
        is_sent = follow_up.state is FollowUpState.SENT and reaches_caller(follow_up.recipient)
        return is_ahead and is_sent and follow_up.receiver in self.receivers

    def send_again(self, follow_up: FollowUp, booking: Booking) -> None:
        """Deliver one once more; what was sent before as a message of its own, after quiet hours."""
        if follow_up.state is not FollowUpState.SENT:
            self.retry(follow_up)
            return
        due_at = self._after_quiet(booking, self._now())
        with self._store.write() as connection:
            who = (follow_up.receiver, follow_up.recipient)
            self._enter(connection, self._about(booking, AGAIN, who, due_at))

    def drop(self, follow_up: FollowUp) -> None:
        """Deliver one never."""
        with self._store.write() as connection:
            follow_ups.drop(connection, follow_up, self._now())
        self._given_up.settle()

    def _reminders(self, booking: Booking) -> list[FollowUp]:
        """Return what shall remind of a booking as it is now."""
        event_type = booked(self._rules.event_types, booking)
        if event_type is None or booking.state is not BookingState.CONFIRMED:
            return []
        reached = ((name, receiver.reminds(booking)) for name, receiver in self.receivers.items())
        who = next(((name, to) for name, to in reached if to), None)
        if who is None:
            return []
        times = reminder_times(event_type, booking.interval.start, self._rules.quiet, self._now())
        return [self._about(booking, REMINDER, who, due_at) for due_at in times]

    def _about(self, booking: Booking, change: str, who: tuple[str, str], due_at: datetime) -> FollowUp:
        waiting = self._waiting(change, who, due_at)
        return replace(waiting, booking_id=booking.id, version=booking.version)

    def _waiting(self, change: str, who: tuple[str, str], due_at: datetime) -> FollowUp:
        return FollowUp(
            self._new_id(), None, 0, change, *who, FollowUpState.WAITING, planned_at=due_at, due_at=due_at
        )

    def _enter(self, connection: Connection, *waiting: FollowUp) -> None:
        for each in waiting:
            follow_ups.add(connection, each)
        # At the end and in one order: they are locked until the commit, and the background locks several.
        jobs.schedule_each(connection, DELIVER, {each.receiver for each in waiting}, self._now())

    def _after_quiet(self, booking: Booking, now: datetime) -> datetime:
        event_type = booked(self._rules.event_types, booking)
        silence = quiet_around(self._rules.quiet, now, event_type.timezone) if event_type else None
        return silence.end if silence else now


def _is_by_call(booking: Booking, change: str, now: datetime) -> bool:
    """Tell whether the caller, on the telephone or by their own link, has just caused a change."""
    if change == "booked":
        return booking.source is Source.TELLI
    if change == LINKED:
        return now - (booking.moved_at or booking.made_at) < JUST
    by_staff = booking.staff_changed_at is not None and now - booking.staff_changed_at < _A_MOMENT
    return change not in _BY_PEOPLE and not by_staff
