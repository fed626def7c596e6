"""Statements on requests: by which of them a booking was made, corrected or repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, exists, false, select, true, union_all

from bridge.model import Booking, BookingState, Contact
from bridge.store.dialects import insert_new
from bridge.store.engine import Store
from bridge.store.sql.bookings import read_rows
from bridge.store.statements import ask
from bridge.store.tables import IS_LIVE, booking_requests, bookings


def is_known(connection: Connection, booking_id: str, fingerprint: str) -> bool:
    """Tell whether a booking has had this request before."""
    is_it = (booking_requests.c.booking_id == booking_id, booking_requests.c.fingerprint == fingerprint)
    return bool(connection.execute(select(exists().where(*is_it))).scalar())


def note(connection: Connection, booking_id: str, fingerprint: str) -> None:
    """Remember that a booking has had this request; "" is none."""
    if fingerprint:
        insert_new(connection, booking_requests, [{"booking_id": booking_id, "fingerprint": fingerprint}])


def booked_by(store: Store, fingerprint: str) -> str | None:
    """Return the confirmed booking that has had this request, past a transaction. StoreUnavailable."""
    rows = store.ask(_BOOKED, fingerprint, BookingState.CONFIRMED)
    return str(rows[0][0]) if rows else None


def earlier(
    connection: Connection, contact: Contact, event_type: str, fingerprint: str, since: datetime
) -> tuple[list[Booking], Booking | None]:
    """Return the contact's live bookings of the event type, and this request's that staff changed since then.

    The latest made first; of the request's the latest changed. Nobody, and the request "", have none.
    """
    asked = {"contact": contact.key, "event_type": event_type, "request": fingerprint, "since": since}
    rows = ask(connection, _EARLIER, asked)
    found = list(zip(rows, read_rows(connection, rows), strict=True))
    live = [booking for row, booking in found if row.is_of_contact]
    changed = [booking for row, booking in found if not row.is_of_contact]
    live.sort(key=attrgetter("made_at"), reverse=True)
    return live, max(changed, key=attrgetter("staff_changed_at"), default=None)


def of_past(connection: Connection, before: datetime, *, limit: int) -> Sequence[str]:
    """Return bookings that ended before that moment and whose requests are still known, at most `limit`."""
    past = select(booking_requests.c.booking_id).join(bookings).where(bookings.c.ends_at < before)
    return connection.execute(past.distinct().limit(limit)).scalars().all()


def drop(connection: Connection, ids: Sequence[str]) -> None:
    """Forget the requests of these bookings."""
    connection.execute(delete(booking_requests).where(booking_requests.c.booking_id.in_(ids)))


_BOOKED = (
    "SELECT id FROM booking_requests JOIN bookings ON id = booking_id"
    " WHERE fingerprint = ? AND state = ? LIMIT 1"
)
# Two questions, each by an index of its own, in one round trip.
_EARLIER = union_all(
    select(bookings, true().label("is_of_contact")).where(
        IS_LIVE,
        bookings.c.contact_key == bindparam("contact"),
        bookings.c.event_type == bindparam("event_type"),
    ),
    select(bookings, false().label("is_of_contact"))
    .join(booking_requests, booking_requests.c.booking_id == bookings.c.id)
    .where(
        booking_requests.c.fingerprint == bindparam("request"),
        bookings.c.staff_changed_at >= bindparam("since"),
    ),
)
