"""Statements on deletions: events of bookings that people deleted, or seem to have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, exists, func, select, update

from bridge.model import CalendarName, Deletion, DeletionState
from bridge.store.dialects import upsert
from bridge.store.tables import bookings, deletions


def get(connection: Connection, booking_id: str) -> Deletion | None:
    """Return the deletion of a booking's event, None where none is known."""
    row = connection.execute(_OF_BOOKING, {"booking": booking_id}).one_or_none()
    return None if row is None else _deletion(row)


def put(connection: Connection, deletion: Deletion) -> None:
    """Record a deletion as it is now."""
    now = {
        "calendar": str(deletion.calendar),
        "state": deletion.state,
        "is_reported": deletion.is_reported,
        "seen_at": deletion.seen_at,
    }
    upsert(connection, deletions, {"booking_id": deletion.booking_id, **now}, then=now)


def report(connection: Connection, booking_id: str, calendar: CalendarName, now: datetime) -> None:
    """Record that a calendar says the event was deleted; what is known already has now been said by it."""
    # A state that is there stays: it may be decided already, and this only confirms it.
    new = {"booking_id": booking_id, "calendar": str(calendar), "state": DeletionState.REPORTED}
    upsert(connection, deletions, {**new, "is_reported": True, "seen_at": now}, then={"is_reported": True})


def drop(connection: Connection, booking_id: str) -> None:
    """Forget a booking's deletion."""
    connection.execute(delete(deletions).where(deletions.c.booking_id == booking_id))


def in_state(
    connection: Connection, *states: DeletionState, names: Collection[CalendarName] | None = None
) -> list[Deletion]:
    """Return the deletions in these states, of the calendar with these names or of all, the oldest first."""
    wanted = _IN_STATES if names is None else _IN_STATES.where(_is_in(names))
    return [_deletion(row) for row in connection.execute(wanted, {"states": states})]


def calendars(connection: Connection) -> set[CalendarName]:
    """Return the calendars of which deletions are known."""
    return {CalendarName.parse(name) for name in connection.execute(_CALENDARS).scalars()}


def count_since(connection: Connection, names: Collection[CalendarName], since: datetime) -> int:
    """Return how many deletions of a calendar were found since then, whatever became of them."""
    found = select(func.count()).where(
        _is_in(names),
        deletions.c.seen_at > since,
        deletions.c.state != DeletionState.REPORTED,  # nobody has looked yet
    )
    return connection.execute(found).scalar_one()


def change(
    connection: Connection,
    names: Collection[CalendarName],
    before: Iterable[DeletionState],
    after: DeletionState,
) -> None:
    """Bring the deletions of a calendar from some states into another."""
    connection.execute(
        # By state: of two processes that decide, the second finds nothing left to change.
        update(deletions).where(_is_in(names), deletions.c.state.in_(list(before))).values(state=after)
    )


def forget_past(connection: Connection, now: datetime) -> None:
    """Forget the deletions of bookings whose time is over."""
    connection.execute(_FORGET_PAST, {"now": now})


# Built once where each minute asks: building a statement takes longer than executing it.
_IN_STATES = (
    select(deletions)
    .where(deletions.c.state.in_(bindparam("states", expanding=True)))
    .order_by(deletions.c.seen_at, deletions.c.booking_id)
)
_CALENDARS = select(deletions.c.calendar).distinct()
_IS_OVER = exists().where(bookings.c.id == deletions.c.booking_id, bookings.c.ends_at <= bindparam("now"))
# Nobody brings back an event whose time is over; such rows would only gather.
_FORGET_PAST = delete(deletions).where(_IS_OVER)


def _is_in(names: Collection[CalendarName]) -> ColumnElement[bool]:
    """Return the condition that a deletion is of the calendar with these names."""
    return deletions.c.calendar.in_([str(name) for name in names])


def _deletion(row: Row[Any]) -> Deletion:
    return Deletion(
        booking_id=row.booking_id,
        calendar=CalendarName.parse(row.calendar),
        state=DeletionState(row.state),
        is_reported=row.is_reported,
        seen_at=row.seen_at,
    )


_OF_BOOKING = select(deletions).where(deletions.c.booking_id == bindparam("booking"))
