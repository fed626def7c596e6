"""Answers for the embedded calendars as any provider does, from the bridge's own database.

It has no attendees to tell, makes no meeting links, and never changes what was imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.local_calendar.busy import Imports, blocking, busy_time, kept_near
from bridge.local_calendar.cursor import read_cursor, write_cursor
from bridge.local_calendar.entries import (
    clean_draft,
    event_of,
    event_of_series,
    list_imported,
    read_imported,
)
from bridge.local_calendar.entry_names import NAME, uid_of
from bridge.local_calendar.transactions import reading, refuse_late, write_until_heard
from bridge.store.engine import Store
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import local_events, local_series, revisions
from bridge.store.sql.local_events import LocalEvent
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
    ConferenceUnavailable,
    EventChanged,
    EventExists,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
)


class LocalCalendars:
    """The embedded calendars of the configuration, each with its zone (IANA)."""

    name = NAME
    can_invite = False
    counts_changes = True

    def __init__(self, store: Store, calendars: Mapping[str, str]) -> None:
        self._store = store
        self._zones = {calendar: ZoneInfo(zone) for calendar, zone in calendars.items()}
        self._imports = Imports(self._zones)

    def revision(self) -> int:
        """Return the number that grows with every change of any embedded calendar. StoreUnavailable."""
        with self._store.read() as connection:
            return revisions.current(connection, revisions.LOCAL)

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every embedded calendar of the configuration."""
        return [
            CalendarInfo(id=calendar, name=calendar, timezone=zone.key, can_write=True)
            for calendar, zone in self._zones.items()
        ]

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the calendar's name: it belongs to nobody's account, and has only this one."""
        return calendar

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        known = {query.calendar for query in queries} & self._zones.keys()
        try:
            refuse_late("free_busy", deadline)
            own, imported = self._within([query for query in queries if query.calendar in known], window)
        except StoreUnavailable as error:
            return dict.fromkeys(queries, ProviderUnavailable(NAME, "free_busy", str(error)))
        except ProviderError as error:
            return dict.fromkeys(queries, error)
        answers: dict[BusyQuery, BusyAnswer] = {}
        for query in queries:
            found = imported.get(query)
            if found is None:
                answers[query] = CalendarNotFound(NAME, "free_busy")
            elif isinstance(found, ProviderError):
                answers[query] = found
            else:
                answers[query] = busy_time(query, own[query.calendar], found, window)
        return answers

    @repeated
    def _within(
        self, queries: Sequence[BusyQuery], window: Interval
    ) -> tuple[
        Mapping[str, Sequence[local_events.Busy]], Mapping[BusyQuery, Sequence[Interval] | ProviderError]
    ]:
        """Return what the bridge wrote into calendars, and for each query when imports block time."""
        calendars = sorted({query.calendar for query in queries})
        with self._store.look() as connection:
            own, counted = local_events.busy_within(connection, calendars, window)
            if not any(query.without for query in queries):
                return own, self._imports.blocking(connection, counted, queries, window)
            # By entry, for one of them does not count.
            zones = {calendar: self._zones[calendar] for calendar in calendars}
            near = kept_near(connection, zones, window, "free_busy")
        return own, {
            query: rows if isinstance(rows, ProviderError) else blocking(query, rows)
            for query, rows in ((query, near[query.calendar]) for query in queries)
        }

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event whose id is the key; one that exists already is the answer.

        EventExists: the key is used up by a cancelled event or another booking's.
        """
        self._zone(calendar, "create_event")
        if draft.conference is not None:
            raise ConferenceUnavailable(NAME, "create_event", "an embedded calendar has no meeting links")
        work = partial(self.add_event, calendar, event_key, draft)
        return write_until_heard(self._store, "create_event", deadline, work)

    def add_event(self, calendar: str, event_key: str, draft: EventDraft, connection: Connection) -> Event:
        """Create an event as part of a transaction: there when that is committed. EventExists: as above."""
        self._zone(calendar, "create_event")
        wanted = clean_draft(draft)
        uid = f"{event_key}@calendar-bridge"  # under which the feed shows it
        made = local_events.find_or_add(connection, calendar, event_key, uid, wanted)
        event = event_of(made)
        if made.cancelled or made.booking_id != wanted.private.get("booking_id"):
            raise EventExists(NAME, "create_event", "the key is used up", event=event)
        return event

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now, cancelled ones too. EventNotFound: there never was one."""
        zone = self._zone(ref.calendar, "read_event")
        uid = uid_of(ref.event_id)
        with reading(self._store, "read_event", deadline) as connection:
            if uid is None:
                own = local_events.event(connection, ref.calendar, ref.event_id)
                if own is None:
                    raise EventNotFound(NAME, "read_event")
                return event_of(own)
            return read_imported(local_series.one(connection, ref.calendar, uid), ref, zone)

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Return the live event made under this key."""
        self._zone(calendar, "find_event")
        with reading(self._store, "find_event", deadline) as connection:
            found = local_events.event(connection, calendar, event_key)
        return None if found is None or found.cancelled else event_of(found)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Return every live event of this booking in the calendar."""
        self._zone(calendar, "find_booking")
        with reading(self._store, "find_booking", deadline) as connection:
            return [
                event_of(found) for found in local_events.events_of_booking(connection, calendar, booking_id)
            ]

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Return the single events that overlap the window, imported ones too, by start."""
        zone = self._zone(calendar, "list_events")
        with reading(self._store, "list_events", deadline) as connection:
            own = [event_of(found) for found in local_events.events_within(connection, calendar, window)]
            near = kept_near(connection, {calendar: zone}, window, "list_events")[calendar]
        if isinstance(near, ProviderError):
            raise near
        events = [*own, *list_imported(calendar, near, zone, window)]
        return sorted(events, key=lambda event: (event.interval, event.ref.event_id))

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Change start and end if the event is still at `ref.etag`.

        EventChanged, EventNotFound: it is not, it is gone. AccessDenied: it was imported.
        """
        self._check_own(ref, "move_event")

        def work(connection: Connection) -> LocalEvent:
            found = local_events.event(connection, ref.calendar, ref.event_id, to_change=True)
            if found is None or found.cancelled:
                raise EventNotFound(NAME, "move_event")
            if ref.etag in {None, str(found.version)}:
                return local_events.move_event(connection, found, interval)
            if is_repeat() and ref.etag == str(found.version - 1) and found.draft.interval == interval:
                return found  # by an earlier try that was not heard of
            raise EventChanged(NAME, "move_event")

        return event_of(write_until_heard(self._store, "move_event", deadline, work))

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Give the event the texts and guests of `now`; only the bridge writes into it."""
        self._check_own(ref, "amend_event")

        def work(connection: Connection) -> LocalEvent:
            found = local_events.event(connection, ref.calendar, ref.event_id, to_change=True)
            if found is None or found.cancelled:
                raise EventNotFound(NAME, "amend_event")
            wanted = replace(
                clean_draft(now), interval=found.draft.interval, conference=found.draft.conference
            )
            return found if wanted == found.draft else local_events.amend_event(connection, found, wanted)

        return event_of(write_until_heard(self._store, "amend_event", deadline, work))

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Raise ConferenceUnavailable: embedded calendars make no links."""
        raise ConferenceUnavailable(NAME, "add_conference", "embedded calendars make no meeting links")

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event; one that is gone already is done. AccessDenied: it was imported."""
        self._check_own(ref, "cancel_event")

        def work(connection: Connection) -> None:
            found = local_events.event(connection, ref.calendar, ref.event_id, to_change=True)
            if found is not None and not found.cancelled:
                local_events.cancel_event(connection, found)

        write_until_heard(self._store, "cancel_event", deadline, work, needs=0.0)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything live when it makes no sense here."""
        self._zone(calendar, "changes")
        with reading(self._store, "changes", deadline) as connection:
            current = revisions.current(connection, revisions.LOCAL)
            since = read_cursor(cursor, current)
            own = local_events.events_changed(connection, calendar, since or 0, current)
            imported = local_series.changed(connection, calendar, since or 0, current)
        found = [*map(event_of, own), *(event_of_series(calendar, stored.series) for stored in imported)]
        gone = () if since is None else tuple(event.ref.event_id for event in found if event.cancelled)
        live = tuple(event for event in found if not event.cancelled)
        return Changes(live, gone, write_cursor(current), complete=since is None)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Return None: changes of an embedded calendar are seen at once."""
        return None

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return None: there are no channels."""
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Do nothing: there are no channels."""

    def _zone(self, calendar: str, operation: str) -> ZoneInfo:
        zone = self._zones.get(calendar)
        if zone is None:
            raise CalendarNotFound(NAME, operation)
        return zone

    def _check_own(self, ref: EventRef, operation: str) -> None:
        self._zone(ref.calendar, operation)
        if uid_of(ref.event_id) is not None:
            raise AccessDenied(NAME, operation, "imported entries are changed by importing them again")
