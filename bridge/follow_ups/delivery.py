"""The background job of each receiver: tells what is due, one follow-up after the other.

At least once: what a process did not live to note is told again, under the same key; a database that breaks
off does not make it so, for what was told is noted again until it is noted. One job a receiver, so
that one which hangs keeps its own two threads, and nobody waits for it but its own follow-ups. A server that
sends a byte now and then outlasts every time-out: its job goes on without the answer.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge import log
from bridge.background import Work
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.errors import StoreUnavailable
from bridge.follow_ups.errors import NotDelivered, Refused, Unclear
from bridge.follow_ups.failing import Failing
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.noting import noting
from bridge.follow_ups.quiet import quiet_around
from bridge.follow_ups.receivers import Directory, Receipt, reaches_caller
from bridge.follow_ups.rules import Rules
from bridge.model import Booking, BookingState, FollowUp, FollowUpState, booked
from bridge.model.follow_ups import AGAIN, REMINDER
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import bookings, follow_ups
from providers.errors import ProviderUnavailable
from providers.http import Clocks

DELIVER = "deliver"  # subject: the receiver's name
GIVEN_UP_AFTER = timedelta(hours=48)
JUST = timedelta(minutes=30)  # so long a call has just caused what it caused
_STINT = timedelta(seconds=10)  # with the last delivery within the lease of a job
_LOOK_AGAIN = timedelta(minutes=10)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
_JITTER = 0.2  # of a pause: what failed together shall not come back together
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is to be done with a follow-up, by whose clock, and which others need not be told then."""

    do: Callable[[], Receipt | None]
    zone: ZoneInfo | None
    covers: Sequence[FollowUp] = ()


class Delivery:
    """Tells what the outbox has planned."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        given_up: GivenUp,
        rules: Rules,
        clocks: Clocks,
        checkpoint: Callable[[str], None],
    ) -> None:
        self._checkpoint = checkpoint
        self._store = store
        self._directory = directory
        self._under_way: dict[str, Future[Receipt | None]] = {}
        # A receiver is told one thing at a time; a place is free again only a moment after its answer.
        self._threads = {name: CallPool(2) for name in (*directory.receivers, *directory.calls)}
        self._given_up = given_up
        self._failing = Failing(given_up.alerts, clocks.now)
        self._rules = rules
        self._clocks = clocks
        self._now = clocks.now

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {DELIVER: self._deliver}

    def standing(self) -> list[str]:
        """Return every receiver for whom something waits, also those no longer configured."""
        with self._store.read() as connection:
            return follow_ups.awaited(connection)

    def close(self, *, patience: float) -> None:
        """Begin no more, and wait so many seconds for each receiver that is being told."""
        for threads in self._threads.values():
            threads.close(patience=patience)

    def _deliver(self, name: str) -> timedelta | None:
        began = self._now()
        while self._now() - began < _STINT:
            with self._store.read() as connection:
                found = follow_ups.next_due(connection, name, self._now())
            if found is None:
                break
            self._tell(found)
        with self._store.read() as connection:
            due_at = follow_ups.next_due_at(connection, name)
        return min(max(due_at - self._now(), timedelta(0)), _LOOK_AGAIN) if due_at else None

    def _tell(self, found: FollowUp) -> None:
        with self._store.write() as connection:
            errand = self._errand(connection, found)
            if errand is None:
                return
            follow_ups.begin(connection, found, self._now())
        self._checkpoint("telling")
        try:
            receipt = self._handed_over(found, errand)
        except Refused as error:
            self._given_up.add(found, str(error))
        except NotDelivered as error:
            self._put_off(found, error)
        else:
            self._checkpoint("told")
            with noting(self._clocks):
                self._note(found, receipt, errand.covers)
            log.event(
                "follow_up",
                booking=found.booking_id,
                receiver=found.receiver,
                change=found.change,
                told=receipt is not None,
            )

    def _errand(self, connection: Connection, found: FollowUp) -> _Errand | None:
        """Return what is to be done now; None: there is no need any more, or quiet hours come first."""
        errand = self._call(found) if found.booking_id is None else self._message(connection, found)
        if errand is None:
            follow_ups.end(connection, [found], FollowUpState.VOID, self._now())
            if found.receiver not in self._threads:
                self._failing.is_over(connection, found.receiver)
        elif until := self._quiet_until(found, errand.zone):
            follow_ups.wait_until(connection, found, until)
            return None
        return errand

    def _call(self, found: FollowUp) -> _Errand | None:
        calls = self._directory.calls.get(found.receiver)
        return _Errand(partial(calls.call, found), self._rules.timezone) if calls else None

    def _message(self, connection: Connection, found: FollowUp) -> _Errand | None:
        booking = bookings.get(connection, found.booking_id or "")
        receiver = self._directory.receivers.get(found.receiver)
        if booking is None or receiver is None or self._comes_too_late(found, booking):
            return None
        others = follow_ups.of_recipient(connection, found)
        # A reminder says nothing of a change, and a change nothing of the reminders to come.
        covers = [
            each
            for each in others
            if each.version <= booking.version and REMINDER not in (each.change, found.change)
        ]
        event_type = booked(self._rules.event_types, booking)
        was_told = found.change != AGAIN and _was_told(others, booking)
        told = partial(receiver.deliver, found, booking, was_told=was_told)
        return _Errand(told, event_type.timezone if event_type else None, covers)

    def _handed_over(self, found: FollowUp, errand: _Errand) -> Receipt | None:
        last = self._under_way.get(found.receiver)
        if last is not None and not last.done():
            raise Unclear("the last answer is still on its way")
        try:
            told = self._threads[found.receiver].submit(found.receiver, errand.do)
        except ProviderUnavailable as error:
            raise Unclear("the bridge was stopping") from error
        self._under_way[found.receiver] = told
        try:
            return told.result(self._rules.seconds)
        except (NotDelivered, StoreUnavailable):
            raise
        except StillRunning as error:
            raise Unclear("no whole answer came in time") from error
        except Exception as error:
            # One that cannot be told must not keep the others of its receiver; the log says what it is.
            about = f"of booking {found.booking_id}" if found.booking_id else "for a caller to be called"
            _log.exception("a follow-up %s could not be told", about)
            raise Unclear("the bridge made a fault; its log says which") from error

    @repeated
    def _note(self, found: FollowUp, receipt: Receipt | None, covered: Sequence[FollowUp]) -> None:
        with self._store.write() as connection:
            if receipt is None:
                follow_ups.end(connection, [found], FollowUpState.VOID, self._now())
            else:
                follow_ups.sent(connection, found, self._now(), receipt.reference, receipt.note)
                self._failing.is_over(connection, found.receiver)
            follow_ups.end(connection, covered, FollowUpState.VOID, self._now())

    def _put_off(self, found: FollowUp, error: NotDelivered) -> None:
        now = self._now()
        if now - found.planned_at >= GIVEN_UP_AFTER:
            self._given_up.add(found, str(error))
            return
        pause = min(max(_FIRST_PAUSE, now - found.planned_at), _LONGEST_PAUSE)
        spread = pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
        # However long the receiver asks for: what is never tried again would never be given up.
        due_at = min(now + max(spread, error.after), found.planned_at + GIVEN_UP_AFTER)
        is_unclear = isinstance(error, Unclear)
        with self._store.write() as connection:
            follow_ups.put_off(connection, found, due_at, str(error), is_unclear=is_unclear)
            self._failing.failed(connection, found, error)

    def _comes_too_late(self, found: FollowUp, booking: Booking) -> bool:
        return found.change == REMINDER and booking.interval.start <= self._now()

    def _quiet_until(self, found: FollowUp, zone: ZoneInfo | None) -> datetime | None:
        if zone is None or not reaches_caller(found.recipient):
            return None
        if self._now() - found.planned_at < JUST and found.change != REMINDER:
            return None
        silence = quiet_around(self._rules.quiet, self._now(), zone)
        return silence.end if silence else None


def _was_told(others: list[FollowUp], booking: Booking) -> bool:
    """Tell whether a recipient heard of a booking; of one that is over, whether they may have."""
    is_live = booking.state is BookingState.CONFIRMED
    unclear = (each.state is FollowUpState.WAITING and each.begun_at is not None for each in others)
    return any(each.state is FollowUpState.SENT for each in others) or (not is_live and any(unclear))
