"""Statements on writes: every event the bridge makes, changes, or may have made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, select, update

from bridge.model import BookingState, CalendarName, Write, WriteState
from bridge.store.sql.drafts import draft_from, draft_json
from bridge.store.statements import ask, send
from bridge.store.tables import bookings, writes
from providers.base import Event, EventDraft, EventRef, Interval


# Counted, never reused: the number makes the event's key, and a late request of an old number may yet land.
def next_number(connection: Connection, booking_id: str) -> int:
    """Return the number of the booking's next write, from 1."""
    ((highest,),) = ask(connection, _HIGHEST, {"booking": booking_id})
    return (highest or 0) + 1


def add(connection: Connection, write: Write, draft: EventDraft) -> None:
    """Record a write that is about to be made."""
    row = {
        "booking_id": write.booking_id,
        "number": write.number,
        "calendar": str(write.calendar),
        "event_key": write.event_key,
        "event_id": write.event_id,
        "etag": write.etag,
        "ical_uid": write.ical_uid,
        "state": write.state,
        "is_move": write.is_move,
        "resource": write.resource,
        "draft": _dated_json(draft),
        "made_at": write.made_at,
    }
    send(connection, _INSERT, row)


def finish(connection: Connection, write: Write, event: Event) -> None:
    """Record that the calendar holds the write's event, and where."""
    ref = event.ref
    if event.uninvited:
        # A later amendment then finds guests missing, and tries to invite them again.
        bare = replace(draft_of(connection, write), attendees=())
        _set(connection, write, draft=_dated_json(bare))
    _set(
        connection,
        write,
        state=WriteState.DONE,
        event_id=ref.event_id,
        etag=ref.etag,
        ical_uid=ref.ical_uid,
    )


def set_state(connection: Connection, write: Write, state: WriteState) -> None:
    """Record what became of the write."""
    _set(connection, write, state=state)


def relocate(connection: Connection, write: Write, calendar: CalendarName, ref: EventRef) -> None:
    """Record that a person put the write's event into another calendar of the account."""
    _set(connection, write, calendar=str(calendar), event_id=ref.event_id, etag=ref.etag)


# What was put there by a person is what is wanted from now on, or putting back would undo it.
def set_wanted(connection: Connection, write: Write, draft: EventDraft, etag: str | None) -> None:
    """Record that the event's content is another now, because a person changed it."""
    _set(connection, write, draft=_dated_json(draft), etag=etag)


# From when its request was last begun it is reckoned how long it can still land.
def begin_again(connection: Connection, write: Write, now: datetime) -> None:
    """Record that the same request is about to be made once more."""
    _set(connection, write, made_at=now)


def of_booking(connection: Connection, booking_id: str) -> list[Write]:
    """Return the writes of the booking's own event by number."""
    return [_write(row) for row in connection.execute(_OF_BOOKING, {"booking": booking_id})]


def calendars_of(connection: Connection, booking_ids: Collection[str]) -> dict[str, CalendarName]:
    """Return by booking the calendar of the latest write of its own event."""
    rows = connection.execute(_CALENDARS, {"bookings": list(booking_ids)})
    return {booking_id: CalendarName.parse(calendar) for booking_id, calendar in rows}


def of_resources(connection: Connection, booking_id: str) -> list[Write]:
    """Return the writes of the entries in the calendars of a booking's resources, by number."""
    return [_write(row) for row in connection.execute(_OF_RESOURCES, {"booking": booking_id})]


def get(connection: Connection, booking_id: str, number: int) -> Write | None:
    """Return one write, None when there is none."""
    row = connection.execute(_GET, {"booking": booking_id, "which": number}).one_or_none()
    return _write(row) if row else None


def draft_of(connection: Connection, write: Write) -> EventDraft:
    """Return the content the write's event shall have."""
    return _draft(
        connection.execute(_DRAFT, {"booking": write.booking_id, "which": write.number}).scalar_one()
    )


# Several: a move within a calendar is a write of its own for the same event.
def by_event(connection: Connection, names: Collection[CalendarName], event_id: str) -> list[Write]:
    """Return the writes that made or changed this event of the calendar with these names."""
    is_there = writes.c.calendar.in_([str(name) for name in names])
    rows = connection.execute(select(writes).where(is_there, writes.c.event_id == event_id))
    return [_write(row) for row in rows]


def entries_in(connection: Connection, names: Collection[CalendarName], now: datetime) -> list[Write]:
    """Return the writes of the entries that stand for bookings to come, in the calendar with these names."""
    is_there = writes.c.calendar.in_([str(name) for name in names])
    rows = connection.execute(select(writes).join(bookings).where(is_there, *_of_coming_entries(now)))
    return [_write(row) for row in rows]


def made_since(
    connection: Connection, names: Collection[CalendarName], moment: datetime | None, now: datetime
) -> set[str]:
    """Return the bookings to come whose events were made in the calendar with these names.

    Those made since a moment, or ever.
    """
    is_there = writes.c.calendar.in_([str(name) for name in names])
    own = (_OWN, writes.c.state == WriteState.DONE)
    wanted = select(writes.c.booking_id).join(bookings).where(is_there, *own, *_is_coming(now))
    if moment is not None:
        wanted = wanted.where(writes.c.made_at >= moment)
    return set(connection.execute(wanted.distinct()).scalars())


def calendars_of_entries(connection: Connection, now: datetime) -> set[CalendarName]:
    """Return the calendars in which entries stand for bookings to come."""
    wanted = select(writes.c.calendar).join(bookings).where(*_of_coming_entries(now)).distinct()
    return {CalendarName.parse(name) for name in connection.execute(wanted).scalars()}


def _of_coming_entries(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_is_coming(now), writes.c.resource != "", writes.c.state == WriteState.DONE)


def _is_coming(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return bookings.c.state == BookingState.CONFIRMED, bookings.c.ends_at > now


def _set(connection: Connection, write: Write, **values: Any) -> None:
    send(connection, _CHANGE, {"booking": write.booking_id, "which": write.number, **values})


_OWN = writes.c.resource == ""
_OF_BOOKING = (
    select(writes).where(writes.c.booking_id == bindparam("booking"), _OWN).order_by(writes.c.number)
)
_CALENDARS = (  # by number: the latest stands at the end, and in a dict it is what remains
    select(writes.c.booking_id, writes.c.calendar)
    .where(writes.c.booking_id.in_(bindparam("bookings", expanding=True)), _OWN)
    .order_by(writes.c.number)
)
_INSERT = insert(writes)
_HIGHEST = select(func.max(writes.c.number)).where(writes.c.booking_id == bindparam("booking"))
_IS_IT = (writes.c.booking_id == bindparam("booking"), writes.c.number == bindparam("which"))
_CHANGE = update(writes).where(*_IS_IT)
_GET, _DRAFT = select(writes).where(*_IS_IT), select(writes.c.draft).where(*_IS_IT)
_OF_RESOURCES = (
    select(writes)
    .where(writes.c.booking_id == bindparam("booking"), writes.c.resource != "")
    .order_by(writes.c.number)
)


def _write(row: Row[Any]) -> Write:
    draft = _draft(row.draft)
    return Write(
        booking_id=row.booking_id,
        number=row.number,
        calendar=CalendarName.parse(row.calendar),
        event_key=row.event_key,
        wanted=draft.interval,
        state=WriteState(row.state),
        made_at=row.made_at,
        event_id=row.event_id,
        etag=row.etag,
        ical_uid=row.ical_uid,
        invited=bool(draft.attendees),
        is_move=row.is_move,
        resource=row.resource,
    )


def _dated_json(draft: EventDraft) -> dict[str, Any]:
    # As text: the draft is one JSON column, and JSON knows no instants.
    start, end = draft.interval
    return {**draft_json(draft), "start": start.isoformat(), "end": end.isoformat()}


def _draft(stored: dict[str, Any]) -> EventDraft:
    start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
    return draft_from(stored, Interval(start, end))
