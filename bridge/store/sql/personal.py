"""Statements on what the database holds about callers: found by who they are, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from bridge.model import Attendee, BookingState, WriteState
from bridge.store.sql.drafts import bare_json
from bridge.store.sql.local_events import pieces
from bridge.store.tables import (
    asked_back,
    booking_requests,
    bookings,
    follow_ups,
    told_offers,
    webhook_invitees,
    writes,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """By what a caller may be known: telli's ids, a number in E.164, an address; "" is nothing."""

    contact: str = ""
    phone: str = ""
    email: str = ""


def bookings_of(connection: Connection, caller: Caller) -> Sequence[str]:
    """Return the ids of a caller's bookings of any state, the latest first."""
    known: list[ColumnElement[bool]] = []
    attendee = bookings.c.attendee
    if caller.contact:
        known += [
            bookings.c.contact_id == caller.contact,
            bookings.c.external_contact_id == caller.contact,
        ]
    if caller.phone:
        known.append(attendee["phone"].as_string() == caller.phone)
    if caller.email:
        known.append(func.lower(attendee["email"].as_string()) == caller.email.lower())
    wanted = select(bookings.c.id).where(or_(*known)).order_by(bookings.c.starts_at.desc())
    return connection.execute(wanted).scalars().all()


def ended_before(connection: Connection, moment: datetime, *, limit: int) -> Sequence[str]:
    """Return bookings that ended before a moment and still say whose they were."""
    wanted = select(bookings.c.id).where(bookings.c.ends_at < moment, bookings.c.forgotten_at.is_(None))
    return connection.execute(wanted.order_by(bookings.c.ends_at).limit(limit)).scalars().all()


def forget(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Remove from bookings whose they were and what was said; when and with whom stays, for shares."""
    nobody: dict[str, Any] = {
        "attendee": asdict(Attendee()),
        "contact_key": None,
        "contact_id": "",
        "external_contact_id": "",
        "location": "",
        "link": "",
        "forgotten_at": now,
    }
    for some in pieces(ids):
        connection.execute(update(bookings).where(bookings.c.id.in_(some)).values(**nobody))
        connection.execute(delete(booking_requests).where(booking_requests.c.booking_id.in_(some)))
        connection.execute(delete(follow_ups).where(follow_ups.c.booking_id.in_(some)))
        connection.execute(delete(webhook_invitees).where(webhook_invitees.c.booking_id.in_(some)))
        _empty_drafts(connection, writes.c.booking_id.in_(some))


def forget_calls(connection: Connection, contact: str) -> None:
    """Forget what is remembered of a caller for minutes."""
    keys = [f"contact:{contact}", f"external:{contact}"]
    connection.execute(delete(told_offers).where(told_offers.c.contact_key.in_(keys)))
    connection.execute(delete(asked_back).where(asked_back.c.caller.in_([contact, *keys])))


def empty_cancelled(connection: Connection, booking_id: str) -> None:
    """Remove the texts of a cancelled booking's events that are gone."""
    cancelled = select(bookings.c.id).where(
        bookings.c.id == booking_id, bookings.c.state == BookingState.CANCELLED
    )
    _empty_drafts(connection, writes.c.booking_id.in_(cancelled) & (writes.c.state == WriteState.GONE))


def _empty_drafts(connection: Connection, which: ColumnElement[bool]) -> None:
    found = connection.execute(select(writes.c.booking_id, writes.c.number, writes.c.draft).where(which))
    for booking_id, number, draft in found.all():
        this = (writes.c.booking_id == booking_id, writes.c.number == number)
        connection.execute(update(writes).where(*this).values(draft=bare_json(draft)))
