"""Statements on requests: by which of them a booking was made, corrected or repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, select

from bridge.store.dialects import insert_new
from bridge.store.tables import booking_requests, bookings


def is_known(connection: Connection, booking_id: str, fingerprint: str) -> bool:
    """Tell whether a booking has had this request before."""
    is_it = (booking_requests.c.booking_id == booking_id, booking_requests.c.fingerprint == fingerprint)
    return bool(connection.execute(select(exists().where(*is_it))).scalar())


def note(connection: Connection, booking_id: str, fingerprint: str) -> None:
    """Remember that a booking has had this request; "" is none."""
    if fingerprint:
        insert_new(connection, booking_requests, [{"booking_id": booking_id, "fingerprint": fingerprint}])


def changed_by_staff(connection: Connection, fingerprint: str, since: datetime) -> str | None:
    """Return the booking of a request that the business moved or cancelled since then, the latest one."""
    return connection.execute(_CHANGED_BY_STAFF, {"request": fingerprint, "since": since}).scalar()


def drop_of_past(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget the requests of bookings that ended before that moment; return of how many, at most `limit`."""
    past = select(booking_requests.c.booking_id).join(bookings).where(bookings.c.ends_at < before)
    ids = connection.execute(past.distinct().limit(limit)).scalars().all()
    connection.execute(delete(booking_requests).where(booking_requests.c.booking_id.in_(ids)))
    return len(ids)


_CHANGED_BY_STAFF = (
    select(bookings.c.id)
    .join(booking_requests, booking_requests.c.booking_id == bookings.c.id)
    .where(
        booking_requests.c.fingerprint == bindparam("request"),
        bookings.c.staff_changed_at >= bindparam("since"),
    )
    .order_by(bookings.c.staff_changed_at.desc())
    .limit(1)
)
