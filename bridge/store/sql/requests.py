"""Statements on requests: by which of them a booking was made, corrected or repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select

from bridge.store.tables import booking_requests, bookings


def is_known(connection: Connection, booking_id: str, fingerprint: str) -> bool:
    """Tell whether a booking has had this request before."""
    is_it = (booking_requests.c.booking_id == booking_id, booking_requests.c.fingerprint == fingerprint)
    return bool(connection.execute(select(exists().where(*is_it))).scalar())


# Only under the booking's row lock, or a contact's turn: two that note the same would collide.
def note(connection: Connection, booking_id: str, fingerprint: str) -> None:
    """Remember that a booking has had this request; "" is none."""
    if fingerprint and not is_known(connection, booking_id, fingerprint):
        connection.execute(insert(booking_requests).values(booking_id=booking_id, fingerprint=fingerprint))


def changed_by_staff(connection: Connection, fingerprint: str, since: datetime) -> str | None:
    """Return the booking of a request that the business moved or cancelled since then, the latest one."""
    changed = (
        select(bookings.c.id)
        .join(booking_requests, booking_requests.c.booking_id == bookings.c.id)
        .where(booking_requests.c.fingerprint == fingerprint, bookings.c.staff_changed_at >= since)
        .order_by(bookings.c.staff_changed_at.desc())
    )
    return connection.execute(changed.limit(1)).scalar()


def drop_of_past(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget the requests of bookings that ended before that moment; return of how many, at most `limit`."""
    past = select(booking_requests.c.booking_id).join(bookings).where(bookings.c.ends_at < before)
    ids = connection.execute(past.distinct().limit(limit)).scalars().all()
    connection.execute(delete(booking_requests).where(booking_requests.c.booking_id.in_(ids)))
    return len(ids)
