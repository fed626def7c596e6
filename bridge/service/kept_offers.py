"""Answers what can be offered now, and keeps the answer while nothing that made it has changed.

An offer does not depend on the caller. It is kept within one minute, for one state of the claims and
of the busy answers it was made from; one that had to leave a host out is not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bridge.booking.context import BookingContext
from bridge.calendars.free_busy import FreeBusy
from bridge.model import EventType, Slot
from bridge.scheduling.offers import busy_window, offer
from bridge.store.sql import revisions
from providers.base import Deadline

_SECONDS_FOR_THE_REST = 0.3  # of the deadline, for the database and the answer


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be told to a caller now. `body` is the answer to telli, ready to be sent."""

    slots: tuple[Slot, ...]
    body: bytes
    minute: datetime
    stamp: tuple[int, int]
    asked_at: float
    is_complete: bool


class Offers:
    """The offer of each event type."""

    def __init__(
        self,
        context: BookingContext,
        free_busy: FreeBusy,
        *,
        max_age: float,
        seconds: float,
        serialise: Callable[[tuple[Slot, ...]], bytes],
    ) -> None:
        self._context = context
        self._free_busy = free_busy
        self._max_age = max_age
        self._seconds = seconds
        self._serialise = serialise
        self._kept: dict[str, Offer] = {}
        self._seen = (0, 0)
        self._making: dict[str, threading.Lock] = {}

    def current(self, event_type: EventType, *, seconds: float | None = None) -> Offer:
        """Return the offer of this moment, made within these seconds (by default the configured ones).

        StoreUnavailable: the database does not answer.
        """
        now = self._context.now()
        claims = self._claims_revision()
        kept = self._kept.get(event_type.id)
        if kept and self._is_current(kept, now, claims):
            return kept
        limit = self._seconds if seconds is None else min(seconds, self._seconds)
        deadline = Deadline(limit, self._context.monotonic)
        if self._max_age == 0:
            return self._make(event_type, now, claims, deadline)
        # Callers at the same moment wait for the one who asks, and take that answer.
        with self._turn(event_type, limit / 2):
            kept = self._kept.get(event_type.id)
            if kept and self._is_current(kept, now, claims):
                return kept
            made = self._make(event_type, now, claims, deadline)
            if made.is_complete:
                self._kept[event_type.id] = made
            return made

    @contextmanager
    def _turn(self, event_type: EventType, seconds: float) -> Iterator[None]:
        """Let one thread at a time make an event type's offer; the others wait so long at most."""
        lock = self._making.setdefault(event_type.id, threading.Lock())
        is_mine = lock.acquire(timeout=seconds)
        try:
            yield
        finally:
            if is_mine:
                lock.release()

    def as_of(self, event_type: EventType, now: datetime) -> Offer:
        """Return what would be offered at another moment, by what the calendars hold now; nothing is kept."""
        deadline = Deadline(self._seconds, self._context.monotonic)
        return self._make(event_type, now, self._claims_revision(), deadline)

    def _claims_revision(self) -> int:
        """Return the state of the claims; forget busy answers when a calendar is said to have changed."""
        counted = self._context.store.revisions()
        seen = (counted.get(revisions.LOCAL, 0), counted.get(revisions.BUSY, 0))
        if seen != self._seen:
            self._seen = seen
            self._free_busy.forget()
        return counted.get(revisions.CLAIMS, 0)

    def _is_current(self, kept: Offer, now: datetime, claims: int) -> bool:
        return (
            kept.stamp == (claims, self._free_busy.version)
            and kept.minute == _minute(now)
            and self._context.monotonic() - kept.asked_at <= self._max_age
        )

    def _make(self, event_type: EventType, now: datetime, claims: int, deadline: Deadline) -> Offer:
        version = self._free_busy.version  # read first: a change while calendars are asked makes this stale
        busy = self._context.availability.busy(
            event_type.team.hosts,
            busy_window(event_type, now),
            max_age=self._max_age,
            deadline=deadline.less(_SECONDS_FOR_THE_REST),
        )
        slots = offer(event_type, self._context.availability.times(event_type, busy), now)
        return Offer(
            slots=slots,
            body=self._serialise(slots),
            minute=_minute(now),
            stamp=(claims, version),
            asked_at=busy.asked_at,
            is_complete=not busy.failures,
        )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
