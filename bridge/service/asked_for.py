"""Notes what callers ask for, so that `bridge/booking/warm.py` asks its calendars ahead of the next call."""

from __future__ import annotations

from functools import partial

from bridge.booking.context import BookingContext
from bridge.calendars.last_answers import KEEP_WARM
from bridge.errors import StoreUnavailable
from bridge.model import EventType
from bridge.store.sql import asked_for, jobs
from providers.errors import ProviderUnavailable

_EVERY_SECONDS = 600.0  # by every process; what is noted counts for an hour

_Kind = tuple[str, str]


class AskedFor:
    """Which event types callers asked for in this process lately. Safe to share between threads."""

    def __init__(self, context: BookingContext) -> None:
        self._context = context
        self._noted: dict[_Kind, float] = {}

    def note(self, event_type: EventType) -> None:
        """Take note that somebody asks for an event type, written behind the answer."""
        kind, now = (event_type.id, event_type.service), self._context.monotonic()
        if now - self._noted.get(kind, float("-inf")) < _EVERY_SECONDS:
            return
        self._noted[kind] = now
        attending = self._context.attending
        names = {name for host in event_type.team.asked for name in attending[host].calendars}
        vendors = {name.provider for name in names if name.account}
        if not vendors:
            return  # everything lies in the database anyway
        try:
            self._context.pool.start("asked_for", partial(self._write, kind, vendors))
        except ProviderUnavailable:  # every thread is taken: the next caller is noted
            self._noted.pop(kind, None)

    def _write(self, kind: _Kind, vendors: set[str]) -> None:
        context = self._context
        try:
            with context.store.write() as connection:
                now = context.lease_now(connection)
                asked_for.note(connection, *kind, now)
                for vendor in sorted(vendors):
                    jobs.schedule(connection, KEEP_WARM, vendor, now)
        except StoreUnavailable:
            self._noted.pop(kind, None)
