"""Statements on what the database holds about callers: found by who they are, and removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, false, func, or_, select, update

from bridge.model import Attendee, BookingState, WriteState
from bridge.store.sql.drafts import bare_json
from bridge.store.sql.local_events import pieces
from bridge.store.tables import (
    alerts,
    asked_back,
    booking_changes,
    booking_requests,
    bookings,
    follow_ups,
    local_events,
    metadata,
    told_offers,
    webhook_invitees,
    writes,
)

CALLBACK = "callback:"  # begins the keys of alerts that name a caller
_CALLED = "caller:"  # begins the recipients of follow-ups that have a contact called

Rows = list[dict[str, Any]]


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
        known.append(bookings.c.phone == caller.phone)
    if caller.email:
        known.append(func.lower(attendee["email"].as_string()) == caller.email.lower())
    wanted = select(bookings.c.id).where(or_(*known)).order_by(bookings.c.starts_at.desc())
    return connection.execute(wanted).scalars().all()


def rows_of_bookings(connection: Connection, ids: Sequence[str]) -> dict[str, Rows]:
    """Return by table every row that belongs to one of these bookings."""
    found: dict[str, Rows] = {}
    for table in metadata.sorted_tables:
        if "booking_id" not in table.c:
            continue
        found[table.name] = []
        for some in pieces(ids):
            rows = connection.execute(select(table).where(table.c.booking_id.in_(some)))
            found[table.name] += map(dict, rows.mappings())
    return found


def rows_of_calls(
    connection: Connection, contacts: Iterable[str], numbers: Iterable[str]
) -> Mapping[str, Rows]:
    """Return by table what is remembered of a caller beside bookings."""
    return {
        table.name: [*map(dict, connection.execute(select(table).where(which)).mappings())]
        for table, which in _of_calls(contacts, numbers)
    }


def ended_before(connection: Connection, moment: datetime, *, limit: int) -> Sequence[str]:
    """Return bookings that ended before a moment and still say whose they were."""
    wanted = select(bookings.c.id).where(bookings.c.ends_at < moment, bookings.c.forgotten_at.is_(None))
    return connection.execute(wanted.order_by(bookings.c.ends_at).limit(limit)).scalars().all()


def forget(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Remove from bookings whose they were and what was said; when and with whom stays, for shares."""
    nobody: dict[str, Any] = {
        "attendee": asdict(Attendee()),
        "phone": None,
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
        connection.execute(delete(booking_changes).where(booking_changes.c.booking_id.in_(some)))
        connection.execute(delete(follow_ups).where(follow_ups.c.booking_id.in_(some)))
        connection.execute(delete(webhook_invitees).where(webhook_invitees.c.booking_id.in_(some)))
        _empty_drafts(connection, writes.c.booking_id.in_(some))
        _empty_events(connection, some)


def forget_calls(connection: Connection, contacts: Iterable[str], numbers: Iterable[str]) -> None:
    """Forget what is remembered of a caller beside bookings."""
    for table, which in _of_calls(contacts, numbers):
        connection.execute(delete(table).where(which))


def drop_callbacks(connection: Connection, before: datetime) -> None:
    """Forget who waited for a call since before that moment, called back or not."""
    connection.execute(_DROP_CALLBACKS, {"before": before})


_DROP_CALLBACKS = delete(alerts).where(
    alerts.c.key.startswith(CALLBACK), alerts.c.raised_at < bindparam("before")
)


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


def _empty_events(connection: Connection, ids: Sequence[str]) -> None:
    """Remove the texts of what the bridge wrote into its embedded calendars; the time stays taken."""
    found = connection.execute(
        select(local_events.c.calendar, local_events.c.id, local_events.c.content).where(
            local_events.c.booking_id.in_(ids)
        )
    )
    for calendar, event_id, content in found.all():
        this = (local_events.c.calendar == calendar, local_events.c.id == event_id)
        connection.execute(update(local_events).where(*this).values(content=bare_json(content)))


def _of_calls(
    contacts: Iterable[str], numbers: Iterable[str]
) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    """Return which rows of which tables are about a caller who is known by these ids and numbers."""
    known = [*contacts]
    keys = [f"{kind}:{contact}" for contact in known for kind in ("contact", "external")]
    # As a word: another's number may begin with it.
    words = [mark for number in numbers for mark in (f" {number}.", f" {number} ")]
    named = [alerts.c.text.contains(word, autoescape=True) for word in words]
    called = [follow_ups.c.recipient.startswith(f"{_CALLED}{each}/", autoescape=True) for each in known]
    of_calls = select(follow_ups.c.alert_key).where(
        follow_ups.c.alert_key.is_not(None), or_(false(), *called)
    )
    asked = select(alerts.c.key).where(
        alerts.c.key.startswith(CALLBACK), or_(alerts.c.key.in_(of_calls), *named)
    )
    return (
        (told_offers, told_offers.c.contact_key.in_(keys)),
        (asked_back, asked_back.c.caller.in_([*known, *keys])),
        (alerts, alerts.c.key.in_(asked)),  # first: what was asked for goes with it
        (follow_ups, follow_ups.c.alert_key.in_(asked)),
    )
