"""The outbox: what follows from a booking's change is a row of its transaction, delivered in the background.

At least once: what a process did not live to note is delivered again, under the same key. A recipient hears
how the booking is by then, not how it was at each change: what a later change made needless is void.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge import log
from bridge.alerts import Alerts
from bridge.background import Work
from bridge.follow_ups.errors import NotDelivered, Refused
from bridge.follow_ups.receivers import Receiver
from bridge.model import Booking, FollowUp, FollowUpState
from bridge.model.follow_ups import NO_PART_ANY_MORE
from bridge.store.engine import Store
from bridge.store.sql import bookings, follow_ups, jobs, leases

DELIVER = "deliver"  # subject: the follow-up's id
GIVEN_UP_AFTER = timedelta(hours=48)
_ALERT = "follow_ups"
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
_TURN = timedelta(minutes=3)  # longer than a mail server may take over all its steps
_TURN_LATER = timedelta(seconds=5)
_JITTER = 0.2  # of a pause: what failed together shall not come back together


class Outbox:
    """Plans and delivers."""

    def __init__(
        self,
        store: Store,
        receivers: Mapping[str, Receiver],
        alerts: Alerts,
        *,
        now: Callable[[], datetime],
        lease_now: Callable[[Connection], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._lease_now = lease_now
        self._store = store
        self._receivers = receivers
        self._alerts = alerts
        self._now = now
        self._new_id = new_id

    def plan(self, connection: Connection, booking: Booking, change: str) -> None:
        """Add to the transaction of a change what shall be told of it."""
        now = self._now()
        told = [name for name, receiver in self._receivers.items() if receiver.tells(change)]
        if not told or (current := bookings.get(connection, booking.id)) is None:
            return
        # Whoever heard of it and has no part in it any more hears that, once: later times are not theirs.
        planned = {
            who: NO_PART_ANY_MORE for who in follow_ups.recipients(connection, booking.id) if who[0] in told
        }
        planned |= {(name, to): change for name in told for to in self._receivers[name].recipients(current)}
        for (receiver, recipient), their_change in planned.items():
            waiting = FollowUp(
                self._new_id(),
                booking.id,
                current.version,
                their_change,
                receiver,
                recipient,
                FollowUpState.WAITING,
                planned_at=now,
            )
            follow_ups.add(connection, waiting)
            jobs.schedule(connection, DELIVER, waiting.id, now)

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {DELIVER: self._deliver}

    def listed(self, *states: FollowUpState) -> list[FollowUp]:
        """Return those in one of the states, the newest first."""
        with self._store.read() as connection:
            return follow_ups.listed(connection, states)

    def retry(self, follow_up: FollowUp) -> None:
        """Deliver one that was given up or dropped after all."""
        with self._store.write() as connection:
            follow_ups.wait_again(connection, follow_up, self._now())
            jobs.schedule(connection, DELIVER, follow_up.id, self._now())
        self._settle_alert()

    def drop(self, follow_up: FollowUp) -> None:
        """Deliver one never."""
        with self._store.write() as connection:
            if follow_up.state is FollowUpState.GIVEN_UP:
                follow_ups.wait_again(connection, follow_up, self._now())
            follow_ups.end(connection, [follow_up], FollowUpState.DROPPED, self._now(), why=follow_up.why)
        self._settle_alert()

    def _deliver(self, follow_up_id: str) -> timedelta | None:
        with self._store.read() as connection:
            found = follow_ups.get(connection, follow_up_id)
        if found is None or found.state is not FollowUpState.WAITING:
            return None
        # One after the other to each recipient: what they know already decides what they are told next.
        turn, owner = f"tell {found.booking_id} {found.receiver} {found.recipient}", self._new_id()
        with self._store.write() as connection:
            if not leases.acquire(connection, turn, owner, _TURN, self._lease_now(connection)):
                return _TURN_LATER
        try:
            return self._tell(found.id)
        finally:
            with self._store.write() as connection:
                leases.release(connection, turn, owner)

    def _tell(self, follow_up_id: str) -> timedelta | None:
        with self._store.read() as connection:
            found = follow_ups.get(connection, follow_up_id)
            booking = bookings.get(connection, found.booking_id) if found else None
            others = follow_ups.of_recipient(connection, found) if found else []
        if found is None or booking is None or found.state is not FollowUpState.WAITING:
            return None
        receiver = self._receivers.get(found.receiver)
        was_told = any(each.state is FollowUpState.SENT for each in others)
        try:
            is_told = receiver.deliver(found, booking, was_told=was_told) if receiver else False
        except Refused as error:
            self._give_up(found, str(error))
            return None
        except NotDelivered as error:
            if self._now() - found.planned_at >= GIVEN_UP_AFTER:
                self._give_up(found, str(error))
                return None
            with self._store.write() as connection:
                follow_ups.note_fault(connection, found, str(error))
            return self._pause(found)
        covered = [each for each in others if each.version <= booking.version]
        with self._store.write() as connection:
            follow_ups.end(
                connection, [found], FollowUpState.SENT if is_told else FollowUpState.VOID, self._now()
            )
            follow_ups.end(connection, covered, FollowUpState.VOID, self._now())
        log.event("follow_up", booking=booking.id, receiver=found.receiver, change=found.change, told=is_told)
        return None

    def _give_up(self, follow_up: FollowUp, why: str) -> None:
        with self._store.write() as connection:
            follow_ups.end(connection, [follow_up], FollowUpState.GIVEN_UP, self._now(), why=why)
        self._alerts.alert(
            _ALERT,
            "Messages about appointments could not be delivered. `bridge followups` shows them and why; "
            "they can be sent again or dropped there.",
        )
        log.event(
            "follow_up_given_up",
            level=logging.WARNING,
            booking=follow_up.booking_id,
            receiver=follow_up.receiver,
            why=why,
        )

    def _settle_alert(self) -> None:
        if not self.listed(FollowUpState.GIVEN_UP):
            self._alerts.resolve(_ALERT)

    def _pause(self, follow_up: FollowUp) -> timedelta:
        waited = self._now() - follow_up.planned_at
        pause = min(max(_FIRST_PAUSE, waited), _LONGEST_PAUSE)
        return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
