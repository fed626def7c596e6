"""Two calendars that several accounts see, as their owners handle them; their free/busy lags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import update

from bridge.calendars.accounts import Accounts
from bridge.local_calendar.provider import LocalCalendars
from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.store.sql import revisions
from bridge.store.tables import local_events
from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarProvider,
    Changes,
    Deadline,
    Event,
    EventDraft,
    EventRef,
    Interval,
)
from providers.errors import EventExists
from tests.cast.unruly import UnrulySalon

TEAM, OTHER = "team", "other"


class TeamCalendars(LocalCalendars):
    """What every account sees; of what the others write its free/busy tells nothing."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, {TEAM: "UTC", OTHER: "UTC"})
        self._own_store = store
        self.declined: set[str] = set()
        self.left: set[tuple[str, str]] = set()

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        return dict.fromkeys(queries, ())

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        return self._seen(super().read_event(ref, deadline=deadline))

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        if (
            calendar,
            event_key,
        ) in self.left:  # as at Google, where the id of what was dragged away stays taken
            gone = super().read_event(EventRef(_beside(calendar), event_key), deadline=deadline)
            raise EventExists("google", "create_event", "the key is used up", event=gone)
        return super().create_event(calendar, event_key, draft, deadline=deadline)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        return [self._seen(each) for each in super().find_booking(calendar, booking_id, deadline=deadline)]

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        return [self._seen(each) for each in super().list_events(calendar, window, deadline=deadline)]

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        found = super().changes(calendar, cursor, deadline=deadline)
        gone = tuple(event_id for place, event_id in sorted(self.left) if place == calendar)
        return replace(found, events=tuple(map(self._seen, found.events)), deleted=found.deleted + gone)

    def _seen(self, event: Event) -> Event:
        is_declined = event.ref.event_id in self.declined and not event.cancelled
        return replace(event, declined=True, blocks=False) if is_declined else event

    def answer(self, event: Event, *, is_declined: bool) -> None:
        """Let its owner decline an event, or accept it after all."""
        (self.declined.add if is_declined else self.declined.discard)(event.ref.event_id)
        self._change(event.ref, event.ref.calendar)

    def put_elsewhere(self, event: Event) -> None:
        """Let its owner drag an event into the other calendar; it keeps its id, as at Google."""
        there = _beside(event.ref.calendar)
        self.left.add((event.ref.calendar, event.ref.event_id))
        self.left.discard((there, event.ref.event_id))
        self._change(event.ref, there)

    def _change(self, ref: EventRef, calendar: str) -> None:
        with self._own_store.write() as connection:
            is_it = (local_events.c.calendar == ref.calendar, local_events.c.id == ref.event_id)
            changed = revisions.bump(connection, revisions.LOCAL)
            connection.execute(update(local_events).where(*is_it).values(calendar=calendar, changed=changed))


def _beside(calendar: str) -> str:
    return OTHER if calendar == TEAM else TEAM


@dataclass
class SharedSalon(UnrulySalon):
    """A salon whose hosts book into one calendar, each through an account of their own."""

    def calendars(self) -> list[CalendarName]:
        return [CalendarName("google", "anna@example.com", calendar) for calendar in (TEAM, OTHER)]

    def provider(self, name: CalendarName) -> CalendarProvider:
        return self.team

    def _wrap(self, accounts: Accounts) -> Accounts:
        self.team = TeamCalendars(Store(self.config.bridge.database_url.get_secret_value()))
        return super()._wrap(_EveryAccount(self.team))


@dataclass(frozen=True)
class _EveryAccount:
    calendars: CalendarProvider

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        return self.calendars
