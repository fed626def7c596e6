"""Statements on bookings and the hosts who attend them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    select,
    union,
    update,
)

from bridge.model import Attendee, Booking, BookingState, CalendarName, Contact, Source
from bridge.store.sql import owners
from bridge.store.sql.local_events import pieces
from bridge.store.statements import ask, changed_rows, send
from bridge.store.tables import IS_LIVE, LIVE, booking_hosts, bookings
from providers.base import Interval


def insert_held(connection: Connection, booking: Booking, *, owner: str, lease_until: datetime) -> None:
    """Add a held booking with its hosts. ConstraintViolated: the contact has one at that start."""
    row = {
        "id": booking.id,
        "event_type": booking.event_type,
        "state": booking.state,
        "version": booking.version,
        "starts_at": booking.interval.start,
        "ends_at": booking.interval.end,
        "contact_key": booking.contact.key,
        "contact_id": booking.contact.contact_id,
        "external_contact_id": booking.contact.external_contact_id,
        "source": booking.source,
        "made_at": booking.made_at,
        "owner": owner,
        "lease_until": lease_until,
        "by_person": booking.by_person,
        "link": booking.link,
        "service": booking.service,
        **said_values(booking),
        **chosen_values(booking),
    }
    send(connection, _INSERT, row)
    _add_hosts(connection, booking)


def replace_hosts(connection: Connection, booking: Booking) -> None:
    """Set who attends as the booking says."""
    # All anew: a position is a part of the key, and hosts change places.
    connection.execute(delete(booking_hosts).where(booking_hosts.c.booking_id == booking.id))
    _add_hosts(connection, booking)


def _add_hosts(connection: Connection, booking: Booking) -> None:
    of_booking = {
        "booking_id": booking.id,
        "event_type": booking.event_type,
        "made_at": booking.made_at,
        "is_live": booking.state.is_live,
    }
    send(
        connection,
        _INSERT_HOST,
        [{**of_booking, "position": place, "host": host} for place, host in enumerate(booking.hosts)],
    )


def change(
    connection: Connection,
    booking_id: str,
    *,
    states: Sequence[BookingState],
    owner: str | None = None,
    only: Sequence[ColumnElement[bool]] = (),
    values: dict[str, Any],
) -> bool:
    """Change a booking that is in one of the states (and held by `owner`, if given), on these conditions.

    Returns whether it was; the version grows with the change.
    """
    # By state and owner, not by what was read before: of two processes that both read it, one changes it.
    changing = _CHANGE if owner is None else _CHANGE_OWN
    worked_out = {name: value for name, value in values.items() if isinstance(value, ColumnElement)}
    which = {"booking": booking_id, "in_states": list(states), "by": owner}
    given = {**which, **{name: value for name, value in values.items() if name not in worked_out}}
    if only or worked_out:
        changed = connection.execute(changing.where(*only).values(**worked_out), given).rowcount
    else:
        changed = changed_rows(connection, changing, given)
    becomes: BookingState | None = values.get("state")
    if changed and becomes and any(state.is_live is not becomes.is_live for state in states):
        send(connection, _SET_LIVE, {"booking": booking_id, "is_live": becomes.is_live})
    return changed == 1


def moved_values(booking: Booking) -> dict[str, Any]:
    """Return the columns of a booking that has been moved."""
    return {
        "starts_at": booking.interval.start,
        "ends_at": booking.interval.end,
        **chosen_values(booking),
        **said_values(booking),
        "moved_from": booking.moved_from,
        "moved_at": booking.moved_at,
        "by_person": booking.by_person,
        "staff_changed_at": booking.staff_changed_at,
        "link": booking.link,
        "service": booking.service,
    }


def chosen_values(booking: Booking) -> dict[str, Any]:
    """Return the columns of what a choice of hosts and resources changes."""
    decision, resources = list(booking.decision), list(booking.resources)
    return {"calendar": str(booking.calendar), "decision": decision, "resources": resources}


def said_values(booking: Booking) -> dict[str, Any]:
    """Return the columns of what a booking's caller said."""
    attendee = booking.attendee
    return {"attendee": asdict(attendee), "phone": attendee.phone, "location": booking.location}


# Without a new version: nothing that was decided about the booking depends on its link.
def set_link(connection: Connection, booking_id: str, link: str) -> None:
    """Add a meeting link that was not ready when the booking was confirmed."""
    connection.execute(update(bookings).where(bookings.c.id == booking_id).values(link=link))


def get(connection: Connection, booking_id: str) -> Booking | None:
    """Return the booking, None when there is none."""
    return by_ids(connection, [booking_id]).get(booking_id)


def by_ids(connection: Connection, booking_ids: Collection[str]) -> dict[str, Booking]:
    """Return by their ids those bookings that exist."""
    some = (connection.execute(_BY_IDS, {"bookings": each}).all() for each in pieces(list(booking_ids)))
    return {booking.id: booking for rows in some for booking in read_rows(connection, rows)}


def by_prefix(connection: Connection, prefix: str) -> list[Booking]:
    """Return the bookings, two at most, whose id begins like this."""
    if not prefix:  # every id begins with nothing
        return []
    # Two tell that it is not clear which; unescaped, "%" would begin every id.
    begins = bookings.c.id.startswith(prefix, autoescape=True)
    return read_rows(connection, connection.execute(select(bookings).where(begins).limit(2)).all())


def live_of_contact(connection: Connection, contact: Contact, event_type: str | None) -> list[Booking]:
    """Return the contact's held and confirmed bookings, the latest made first."""
    query = _LIVE_OF_CONTACT if event_type is None else _LIVE_OF_CONTACT_AND_TYPE
    caller = {"contact": contact.key, "event_type": event_type}
    return read_rows(connection, ask(connection, query, caller))


def of_number(
    connection: Connection, phone: str, states: Sequence[BookingState], *, most: int = 20
) -> list[Booking]:
    """Return what was booked from a number in E.164, in one of the states, the latest made first."""
    query = select(bookings).where(bookings.c.phone == phone, bookings.c.state.in_(states))
    latest = query.order_by(bookings.c.made_at.desc()).limit(most)
    return read_rows(connection, connection.execute(latest).all())


def at_start(connection: Connection, start: datetime, states: Sequence[BookingState]) -> list[Booking]:
    """Return the bookings in one of the states that begin at an instant, or did before they were moved."""
    # By an index each, without a state in common: SQLite would look through all that are in one of them.
    begins = union(
        select(bookings.c.id).where(bookings.c.starts_at == start, bookings.c.state.in_(states)),
        select(bookings.c.id).where(bookings.c.moved_from == start),
    )
    found = read_rows(connection, connection.execute(select(bookings).where(bookings.c.id.in_(begins))).all())
    return [each for each in found if each.state in states]


def abandoned(connection: Connection, now: datetime, lease: timedelta) -> list[Booking]:
    """Return bookings whose owner's lease is over: holds and moves nobody finishes."""
    left = read_rows(connection, connection.execute(_LEFT, owners.at(now, lease)).all())
    return [each for each in left if each.state in (*LIVE, BookingState.NO_SHOW)]


def listed(
    connection: Connection,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    states: Sequence[str] = (),
    calendars: Collection[CalendarName] | None = None,
    hosts: Collection[str] | None = None,
) -> list[Booking]:
    """Return bookings by start: of the time between, in one of the states, whose event lies there.

    With `hosts` only those that one of them attends.
    """
    query: Select[Any] = select(bookings).order_by(bookings.c.starts_at, bookings.c.id)
    if since is not None:
        query = query.where(bookings.c.ends_at > since)
    if before is not None:
        query = query.where(bookings.c.starts_at < before)
    if states:
        query = query.where(bookings.c.state.in_(states))
    if calendars is not None:
        query = query.where(bookings.c.calendar.in_([str(name) for name in calendars]))
    if hosts is not None:
        attended = select(booking_hosts.c.booking_id).where(booking_hosts.c.host.in_(hosts))
        query = query.where(bookings.c.id.in_(attended))
    return read_rows(connection, connection.execute(query).all())


def is_any_from(connection: Connection, source: Source) -> bool:
    """Tell whether a booking that came about was asked for there."""
    came_about = bookings.c.state != BookingState.FAILED
    found = select(bookings.c.id).where(bookings.c.source == source, came_about).limit(1)
    return connection.execute(found).first() is not None


def read_rows(connection: Connection, rows: Sequence[Row[Any]]) -> list[Booking]:
    """Return the bookings of these rows, with who attends them."""
    if not rows:
        return []
    attending: dict[str, list[str]] = {row.id: [] for row in rows}
    # One more statement for all of them, not a join: a booking's JSON columns would come once per host.
    for row in ask(connection, _HOSTS, {"bookings": list(attending)}):
        attending[row.booking_id].append(row.host)
    return [_booking(row, attending[row.id]) for row in rows]


# Without their states: SQLite would look through all that are confirmed, and few are anybody's.
_LEFT = select(bookings).where(bookings.c.owner.is_not(None), owners.HAS_LEFT)
# Built once where they are part of every booking: building one takes longer than executing it.
_INSERT, _INSERT_HOST = insert(bookings), insert(booking_hosts)
_THESE: ColumnElement[Any] = bindparam("bookings", expanding=True)
_BY_IDS = select(bookings).where(bookings.c.id.in_(_THESE))
_HOSTS = select(booking_hosts).where(booking_hosts.c.booking_id.in_(_THESE)).order_by("position")
_SET_LIVE = update(booking_hosts).where(booking_hosts.c.booking_id == bindparam("booking"))
_CHANGE = (
    update(bookings)
    .where(
        bookings.c.id == bindparam("booking"), bookings.c.state.in_(bindparam("in_states", expanding=True))
    )
    .values(version=bookings.c.version + 1)
)
_CHANGE_OWN = _CHANGE.where(bookings.c.owner == bindparam("by"))
_LIVE_OF_CONTACT = (
    select(bookings)
    .where(IS_LIVE, bookings.c.contact_key == bindparam("contact"))
    .order_by(bookings.c.made_at.desc())
)
_LIVE_OF_CONTACT_AND_TYPE = _LIVE_OF_CONTACT.where(bookings.c.event_type == bindparam("event_type"))


def _booking(row: Row[Any], hosts: Sequence[str]) -> Booking:
    return Booking(
        id=row.id,
        event_type=row.event_type,
        state=BookingState(row.state),
        interval=Interval(row.starts_at, row.ends_at),
        hosts=tuple(hosts),
        calendar=CalendarName.parse(row.calendar),
        contact=Contact(row.contact_id, row.external_contact_id),
        attendee=_attendee(row.attendee),
        version=row.version,
        made_at=row.made_at,
        source=Source(row.source),
        moved_from=row.moved_from,
        moved_at=row.moved_at,
        by_person=row.by_person,
        staff_changed_at=row.staff_changed_at,
        link=row.link,
        location=row.location,
        decision=tuple(row.decision),
        service=row.service,
        resources=tuple(row.resources),
    )


def _attendee(stored: dict[str, Any]) -> Attendee:
    answers = tuple((label, text, public) for label, text, public in stored["answers"])
    return Attendee(
        stored["name"],
        stored["email"],
        stored["phone"],
        answers,
        # Absent from what was stored before they were kept.
        phone_as_said=stored.get("phone_as_said", ""),
        email_as_said=stored.get("email_as_said", ""),
    )
