"""Answers for published calendars as any provider does, from what was read of their links.

They are only looked at: whatever would write or name single events is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.local_calendar.busy import blocking, busy_time
from bridge.published.keeping import UNHEARD, Publication
from bridge.published.link import NAME
from bridge.store.engine import Store
from bridge.store.patience import repeated
from bridge.store.sql import busy_times, published
from bridge.store.sql.busy_times import BusySpan, KeptRow, run_together
from bridge.store.sql.published import ReadLink
from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarInfo,
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
    CalendarNotFound,
    EndlessAnswer,
    ProviderError,
    ProviderUnavailable,
)
from providers.http import Clocks

_ASK = "free_busy"
_KINDS = {kind.__name__: kind for kind in (AccessDenied, CalendarNotFound, EndlessAnswer, ProviderError)}
_ZONES_REACH = timedelta(days=1)  # floating times are kept as if in UTC; no zone is further away


@dataclass(frozen=True)
class PublishedCalendars:
    """The published calendars of the configuration, by their names."""

    store: Store
    publications: Mapping[str, Publication]
    clocks: Clocks
    name = NAME
    can_invite = False
    counts_changes = False  # a link that was not read for too long is unknown, and nobody counts that

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every published calendar of the configuration."""
        return [
            CalendarInfo(each.calendar, each.calendar, each.zone, can_write=False, shows_events=False)
            for each in self.publications.values()
        ]

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the calendar's name: a link does not tell which calendar lies behind it."""
        return calendar

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        named = {query.calendar for query in queries}
        known = [self.publications[name] for name in sorted(named & self.publications.keys())]
        try:
            kept = self._kept(known, window, by_event=any(query.without for query in queries))
        except StoreUnavailable as error:
            return dict.fromkeys(queries, ProviderUnavailable(NAME, _ASK, str(error)))
        answers: dict[BusyQuery, BusyAnswer] = {}
        for query in queries:
            found = kept.get(query.calendar, CalendarNotFound(NAME, _ASK))
            answers[query] = (
                found
                if isinstance(found, ProviderError)
                else busy_time(query, (), blocking(query, found), window)
            )
        return answers

    @repeated
    def _kept(
        self, publications: Sequence[Publication], window: Interval, *, by_event: bool
    ) -> Mapping[str, Sequence[KeptRow] | ProviderError]:
        wanted = Interval(window.start - _ZONES_REACH, window.end + _ZONES_REACH)
        found: dict[str, Sequence[KeptRow] | ProviderError] = {}
        # One transaction: a link that is read meanwhile must not lend its state to the times before.
        with self.store.read() as connection:
            spans = busy_times.spans(connection, [each.name for each in publications])
            for each in publications:
                span = spans.get(each.name)
                unknown = self._unknown(each, published.get(connection, each.name), span, window)
                found[each.calendar] = unknown or _rows(connection, span, wanted, by_event=by_event)
        return found

    def _unknown(
        self, publication: Publication, link: ReadLink | None, span: BusySpan | None, window: Interval
    ) -> ProviderError | None:
        """Return why nobody knows when the calendar is busy, None if that is known."""
        if link is None or link.source != publication.source:
            return ProviderUnavailable(NAME, _ASK, "the link has not been read yet")
        if link.kind not in {"", UNHEARD}:
            return _KINDS[link.kind](NAME, _ASK, link.failure)
        # However the clock was turned: what was read in the future was not read lately either.
        if link.good_at is None or abs(self.clocks.now() - link.good_at) > publication.max_age:
            return ProviderUnavailable(NAME, _ASK, link.failure or "the link was not read for too long")
        if span is None or span.zone != publication.zone or not span.reach.covers(window):
            return ProviderUnavailable(NAME, _ASK, "the link was not read for this time yet")
        return None

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Raise AccessDenied."""
        raise _never("create_event")

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Raise AccessDenied."""
        raise _never("read_event")

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Raise AccessDenied."""
        raise _never("find_event")

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Raise AccessDenied."""
        raise _never("find_booking")

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Raise AccessDenied."""
        raise _never("list_events")

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Raise AccessDenied."""
        raise _never("move_event")

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Raise AccessDenied."""
        raise _never("amend_event")

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Raise AccessDenied."""
        raise _never("add_conference")

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Raise AccessDenied."""
        raise _never("cancel_event")

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Raise AccessDenied."""
        raise _never("changes")

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Return None: nobody tells of changes."""
        return None

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return None: there are no channels."""
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Do nothing: there are no channels."""


def _rows(
    connection: Connection, span: BusySpan | None, wanted: Interval, *, by_event: bool
) -> Sequence[KeptRow]:
    if span is None:
        return ()
    if by_event or span.runs is None:
        return busy_times.within(connection, [span.calendar], wanted)[span.calendar]
    return run_together(span.runs, wanted)


def _never(operation: str) -> AccessDenied:
    return AccessDenied(NAME, operation, "a published calendar only shows when somebody is busy")
