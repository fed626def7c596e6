"""A calendar that misbehaves on demand, around one that does not: for tests of the booking protocol."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarInfo,
    CalendarProvider,
    Changes,
    Channel,
    Deadline,
    Event,
    EventDraft,
    EventRef,
    Interval,
)
from providers.errors import (
    AccessDenied,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
    WriteUnknown,
)

T = TypeVar("T")


class Trouble(StrEnum):
    """What goes wrong with one call; on a read LOST and LATE are no answer at all."""

    NONE = "none"
    DOWN = "down"  # ProviderUnavailable, nothing was written
    THROTTLED = "throttled"  # RateLimited, nothing was written
    REFUSED = "refused"  # AccessDenied, nothing was written
    GARBLED = "garbled"  # the write was made, the answer made no sense
    LOST = "lost"  # the write was made, WriteUnknown
    LATE = "late"  # WriteUnknown; the write is made when the test lets it land, if at all


class Plan:
    """What shall go wrong with the next calls, in order; when it is used up, nothing does.

    Writes are create, move and cancel; everything else is a read. `every_write` goes wrong from then on.
    """

    def __init__(self, *, writes: Iterable[Trouble] = (), reads: Iterable[Trouble] = ()) -> None:
        self.writes = deque(writes)
        self.reads = deque(reads)
        self.every_write = Trouble.NONE
        self._lock = threading.Lock()

    def next_write(self) -> Trouble:
        """Return what happens to this write."""
        return self._next(self.writes, self.every_write)

    def next_read(self) -> Trouble:
        """Return what happens to this read."""
        return self._next(self.reads, Trouble.NONE)

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self.writes.clear()
            self.reads.clear()
            self.every_write = Trouble.NONE

    def _next(self, troubles: deque[Trouble], otherwise: Trouble) -> Trouble:
        with self._lock:
            return troubles.popleft() if troubles else otherwise


class UnrulyCalendars:
    """A provider that does what `inner` does, except where the plan has it misbehave.

    `made` counts the writes that reached `inner`, late ones too, by operation.
    """

    def __init__(self, inner: CalendarProvider, plan: Plan) -> None:
        self.name = inner.name
        self.can_invite = inner.can_invite
        self.counts_changes = False  # what goes wrong with it is no change that somebody counts
        self.plan = plan
        self.made: dict[str, int] = {"create_event": 0, "move_event": 0, "cancel_event": 0, "amend_event": 0}
        self._inner = inner
        self._late: deque[tuple[str, Callable[[Deadline], object]]] = deque()

    @property
    def late(self) -> int:
        """Return how many writes are still under way."""
        return len(self._late)

    def land(self, deadline: Deadline) -> None:
        """Let the oldest late write reach the calendar, where it may be refused by now."""
        operation, write = self._late.popleft()
        self.made[operation] += 1
        with suppress(ProviderError):
            write(deadline)

    def land_all(self, deadline: Deadline) -> None:
        """Let every late write reach the calendar, oldest first."""
        while self._late:
            self.land(deadline)

    def drop_late(self) -> None:
        """Let the late writes never arrive."""
        self._late.clear()

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        return self._read("list_calendars", lambda: self._inner.list_calendars(deadline=deadline))

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        return self._inner.identity(calendar, deadline=deadline)

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        try:
            return self._read("free_busy", lambda: self._inner.free_busy(queries, window, deadline=deadline))
        except ProviderError as error:
            return dict.fromkeys(queries, error)

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        def write(limit: Deadline) -> Event:
            return self._inner.create_event(calendar, event_key, draft, deadline=limit)

        return self._write("create_event", write, deadline)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        return self._read("read_event", lambda: self._inner.read_event(ref, deadline=deadline))

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        return self._read(
            "find_event", lambda: self._inner.find_event(calendar, event_key, deadline=deadline)
        )

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        return self._read(
            "find_booking", lambda: self._inner.find_booking(calendar, booking_id, deadline=deadline)
        )

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        return self._read("list_events", lambda: self._inner.list_events(calendar, window, deadline=deadline))

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        def write(limit: Deadline) -> Event:
            return self._inner.move_event(ref, interval, timezone=timezone, deadline=limit)

        return self._write("move_event", write, deadline)

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        def write(limit: Deadline) -> Event:
            return self._inner.amend_event(ref, was, now, deadline=limit)

        return self._write("amend_event", write, deadline)

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        def write(limit: Deadline) -> Event:
            return self._inner.add_conference(ref, conference, key, deadline=limit)

        return self._write("add_conference", write, deadline)

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        def write(limit: Deadline) -> None:
            self._inner.cancel_event(ref, notify=notify, deadline=limit)

        self._write("cancel_event", write, deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        return self._read("changes", lambda: self._inner.changes(calendar, cursor, deadline=deadline))

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        return self._inner.watch(calendar, address, token, deadline=deadline)

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        return self._inner.renew(channel, deadline=deadline)

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        self._inner.unwatch(channel, deadline=deadline)

    def _read(self, operation: str, read: Callable[[], T]) -> T:
        trouble = self.plan.next_read()
        if trouble is Trouble.NONE:
            return read()
        if trouble in {Trouble.LOST, Trouble.LATE}:
            raise ProviderUnavailable(self.name, operation, "no answer in time")
        raise self._error(trouble, operation)

    def _write(self, operation: str, write: Callable[[Deadline], T], deadline: Deadline) -> T:
        trouble = self.plan.next_write()
        if trouble is Trouble.LATE:
            self._late.append((operation, write))
            raise WriteUnknown(self.name, operation, "no answer in time")
        if trouble in {Trouble.DOWN, Trouble.THROTTLED, Trouble.REFUSED}:
            raise self._error(trouble, operation)
        self.made[operation] += 1
        done = write(deadline)
        if trouble is Trouble.NONE:
            return done
        raise self._error(trouble, operation)

    def _error(self, trouble: Trouble, operation: str) -> ProviderError:
        if trouble is Trouble.REFUSED:
            return AccessDenied(self.name, operation, "no longer shared")
        if trouble is Trouble.THROTTLED:
            return RateLimited(self.name, operation, "too many requests", retry_after=30.0)
        if trouble is Trouble.GARBLED:
            return UnexpectedResponse(self.name, operation, status=200, field="id")
        if trouble is Trouble.LOST:
            return WriteUnknown(self.name, operation, "the answer was lost")
        return ProviderUnavailable(self.name, operation, "HTTP 503")
