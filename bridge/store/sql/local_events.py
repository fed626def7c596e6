"""Statements on what the bridge wrote into its embedded calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, select, update

from bridge.store.dialects import DatabaseClock
from bridge.store.sql import revisions
from bridge.store.sql.drafts import draft_from, draft_json
from bridge.store.statements import ask, send
from bridge.store.tables import local_events
from providers.base import EventDraft, Interval

_AT_ONCE = 500  # SQLite takes 32,766 parameters a statement, older ones 999


@dataclass(frozen=True, slots=True)
class LocalEvent:
    """An event the bridge made; `version` grows with each change, `changed_at` is when it last did.

    A cancelled one keeps its booking and time, no texts and nobody's address.
    """

    calendar: str
    id: str
    ical_uid: str
    draft: EventDraft
    booking_id: str | None
    cancelled: bool
    version: int
    changed_at: datetime | None  # None while it is being changed


@dataclass(frozen=True, slots=True)
class Busy:
    """When an event the bridge made takes place, and how it is known."""

    id: str
    ical_uid: str
    interval: Interval


def event(
    connection: Connection, calendar: str, event_id: str, *, to_change: bool = False
) -> LocalEvent | None:
    """Return one event, cancelled or not; nobody else changes it meanwhile if it is read `to_change`."""
    wanted = _ONE_TO_CHANGE if to_change else _ONE
    rows = ask(connection, wanted, {"of": calendar, "event": event_id})
    return read_event(rows[0]) if rows else None


def events_within(connection: Connection, calendar: str, window: Interval) -> Sequence[LocalEvent]:
    """Return the live events that overlap the window, by start."""
    wanted = (
        select(local_events)
        .where(local_events.c.calendar == calendar, *live_within(window))
        .order_by(local_events.c.starts_at, local_events.c.id)
    )
    return [read_event(row) for row in connection.execute(wanted)]


def busy_within(
    connection: Connection, calendars: Sequence[str], window: Interval
) -> tuple[Mapping[str, list[Busy]], int]:
    """Return when each calendar's live events overlap the window, and how many imports are counted."""
    asked = {"calendars": calendars, "from": window.start, "until": window.end}
    found: dict[str, list[Busy]] = {calendar: [] for calendar in calendars}
    rows = ask(connection, _BUSY, asked)
    for _, calendar, event_id, uid, start, end in rows:
        if calendar is not None:  # else the count stands alone
            found[calendar].append(Busy(event_id, uid, Interval(start, end)))
    return found, rows[0].imported


def events_of_booking(connection: Connection, calendar: str, booking_id: str) -> Sequence[LocalEvent]:
    """Return the live events of a booking."""
    wanted = select(local_events).where(
        local_events.c.calendar == calendar,
        local_events.c.booking_id == booking_id,
        local_events.c.cancelled.is_(False),
    )
    return [read_event(row) for row in connection.execute(wanted)]


def events_changed(connection: Connection, calendar: str, after: int, until: int) -> Sequence[LocalEvent]:
    """Return the events whose last change has a revision in `(after, until]`, cancelled ones too."""
    changed = local_events.c.changed
    wanted = select(local_events).where(
        local_events.c.calendar == calendar, changed > after, changed <= until
    )
    return [read_event(row) for row in connection.execute(wanted.order_by(changed))]


def changed_calendars(connection: Connection, after: int) -> frozenset[str]:
    """Return the calendars in which something changed since a revision."""
    return frozenset(calendar for (calendar,) in ask(connection, _CHANGED_CALENDARS, {"after": after}))


def find_or_add(
    connection: Connection, calendar: str, event_id: str, ical_uid: str, draft: EventDraft
) -> LocalEvent:
    """Return the event of this id as it is, or add it."""
    # First its number: until this transaction ends nobody else adds one, so what is not there stays away.
    revisions.count(connection, revisions.LOCAL)
    found = event(connection, calendar, event_id)
    if found is not None:
        return found
    made = LocalEvent(
        calendar=calendar,
        id=event_id,
        ical_uid=ical_uid,
        draft=draft,
        booking_id=draft.private.get("booking_id"),
        cancelled=False,
        version=1,
        changed_at=None,
    )
    row = {
        "calendar": calendar,
        "id": event_id,
        "ical_uid": ical_uid,
        "starts_at": draft.interval.start,
        "ends_at": draft.interval.end,
        "content": draft_json(draft),
        "cancelled": False,
        "booking_id": made.booking_id,
        "version": made.version,
    }
    send(connection, _INSERT, row)
    return made


def move_event(connection: Connection, found: LocalEvent, interval: Interval) -> LocalEvent:
    """Give an event, read to be changed, another time."""
    return _change(connection, replace(found, draft=replace(found.draft, interval=interval)))


def amend_event(connection: Connection, found: LocalEvent, wanted: EventDraft) -> LocalEvent:
    """Give an event, read to be changed, other content."""
    return _change(connection, replace(found, draft=wanted))


# Cancelled, not deleted: a repeated request must find that its key was used, and readers of changes that
# the event is gone.
def cancel_event(connection: Connection, found: LocalEvent) -> LocalEvent:
    """Cancel an event, read to be changed, and forget what it said."""
    # The two by which a repeated request knows its event; names and numbers go.
    private = {
        name: value for name, value in found.draft.private.items() if name in {"booking_id", "event_key"}
    }
    interval, timezone = found.draft.interval, found.draft.timezone
    bare = EventDraft(title="", interval=interval, timezone=timezone, private=private)
    return _change(connection, replace(found, draft=bare, cancelled=True))


def _change(connection: Connection, wanted: LocalEvent) -> LocalEvent:
    made = replace(wanted, version=wanted.version + 1, changed_at=None)
    revisions.count(connection, revisions.LOCAL)
    row = {
        "of": made.calendar,
        "event": made.id,
        "starts_at": made.draft.interval.start,
        "ends_at": made.draft.interval.end,
        "content": draft_json(made.draft),
        "cancelled": made.cancelled,
        "version": made.version,
    }
    send(connection, _CHANGE, row)
    return made


def own_uids(connection: Connection, calendar: str, uids: Sequence[str]) -> frozenset[str]:
    """Return those iCalendar UIDs that belong to events the bridge itself made in this calendar."""
    found: set[str] = set()
    for some in pieces(uids):
        wanted = select(local_events.c.ical_uid).where(
            local_events.c.calendar == calendar, local_events.c.ical_uid.in_(some)
        )
        found.update(connection.execute(wanted).scalars())
    return frozenset(found)


def last_change(connection: Connection, calendar: str) -> int:
    """Return the revision of the last change here, 0 where nothing ever happened."""
    # By the index of calendar and change, its last entry: no row is read.
    last = select(func.max(local_events.c.changed)).where(local_events.c.calendar == calendar)
    return connection.execute(last).scalar() or 0


def pieces(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """Return the values cut into lists that fit one statement."""
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))


def live_within(window: Interval) -> tuple[Any, Any, Any]:
    """Return the conditions of live events that overlap a window."""
    return (
        local_events.c.starts_at < window.end,
        local_events.c.ends_at > window.start,
        local_events.c.cancelled.is_(False),
    )


# When by the database's clock: those of several machines differ.
_CHANGED = {"changed": revisions.value_of(revisions.LOCAL), "changed_at": DatabaseClock()}
_INSERT = insert(local_events).values(**_CHANGED).inline()
_CHANGE = (
    update(local_events)
    .where(local_events.c.calendar == bindparam("of"), local_events.c.id == bindparam("event"))
    .values(**_CHANGED)
)
# Each as often as it changed: for DISTINCT, SQLite would walk through all events in the calendars' order.
_CHANGED_CALENDARS = select(local_events.c.calendar).where(local_events.c.changed > bindparam("after"))
_ONE = select(local_events).where(
    local_events.c.calendar == bindparam("of"), local_events.c.id == bindparam("event")
)
# On SQLite a writing transaction is alone anyway, and FOR UPDATE is left out.
_ONE_TO_CHANGE = _ONE.with_for_update()
# The count beside each event: a question of its own would be one more round trip.
# Column by column: this is asked in every call, and texts and guests are most of a row.
_COUNTED = select(func.coalesce(revisions.value_of(revisions.IMPORTED), 0).label("imported")).subquery()
_BUSY = select(
    _COUNTED.c.imported,
    local_events.c.calendar,
    local_events.c.id,
    local_events.c.ical_uid,
    local_events.c.starts_at,
    local_events.c.ends_at,
).select_from(
    _COUNTED.outerjoin(
        local_events,
        and_(
            local_events.c.calendar.in_(bindparam("calendars", expanding=True)),
            local_events.c.starts_at < bindparam("until"),
            local_events.c.ends_at > bindparam("from"),
            local_events.c.cancelled.is_(False),
        ),
    )
)


def read_event(row: Row[Any]) -> LocalEvent:
    """Return the event of a row."""
    return LocalEvent(
        calendar=row.calendar,
        id=row.id,
        ical_uid=row.ical_uid,
        draft=draft_from(row.content, Interval(row.starts_at, row.ends_at)),
        booking_id=row.booking_id,
        cancelled=row.cancelled,
        version=row.version,
        changed_at=row.changed_at,
    )
