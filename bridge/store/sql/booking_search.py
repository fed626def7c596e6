"""Statements by which people look for bookings: by time, host, kind and state, or by a name or a number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from bridge.model import Booking, BookingFilter, BookingState
from bridge.store.sql.bookings import read_rows
from bridge.store.tables import booking_hosts, bookings
from providers.base import Interval

_LIVE_AND_PAST = tuple(state for state in BookingState if state is not BookingState.FAILED)
_FEWEST_DIGITS = 3
_SHORTEST_ID = 8


def page(
    connection: Connection, now: datetime, which: BookingFilter, *, skip: int = 0, most: int | None = None
) -> list[Booking]:
    """Return bookings but failed ones: those that are not over soonest first, all others latest first."""
    order = bookings.c.starts_at if which.over is False else bookings.c.starts_at.desc()
    query = select(bookings).where(*_conditions(which, now)).order_by(order, bookings.c.id)
    return read_rows(connection, connection.execute(query.offset(skip).limit(most)).all())


def _conditions(which: BookingFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield bookings.c.state.in_([which.state] if which.state else _LIVE_AND_PAST)
    if which.over is not None:
        yield bookings.c.ends_at <= now if which.over else bookings.c.ends_at > now
    if which.host:
        attended = select(booking_hosts.c.booking_id).where(booking_hosts.c.host == which.host)
        yield bookings.c.id.in_(attended)
    if which.event_type:
        yield bookings.c.event_type == which.event_type
    if which.since:
        yield bookings.c.starts_at >= which.since
    if which.before:
        yield bookings.c.starts_at < which.before


def of_day(
    connection: Connection, now: datetime, day: Interval, states: Sequence[BookingState], *, most: int
) -> dict[str, tuple[list[str], int]]:
    """Return of each host the first bookings that begin in a day by their ids, and how many there are in all.

    Where there are more, those that are over give way.
    """
    order = (bookings.c.ends_at <= now, bookings.c.starts_at, bookings.c.id)
    ranked = (
        select(
            booking_hosts.c.host,
            bookings.c.id,
            func.row_number().over(partition_by=booking_hosts.c.host, order_by=order).label("place"),
            func.count().over(partition_by=booking_hosts.c.host).label("whole"),
        )
        .join(bookings, bookings.c.id == booking_hosts.c.booking_id)
        .where(bookings.c.starts_at >= day.start, bookings.c.starts_at < day.end)
        .where(bookings.c.state.in_(states))
        .subquery()
    )
    found: dict[str, tuple[list[str], int]] = {}
    for row in connection.execute(select(ranked).where(ranked.c.place <= most)):
        found.setdefault(row.host, ([], row.whole))[0].append(row.id)
    return found


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Booking]:
    """Return the bookings of these ids, by start."""
    query = select(bookings).where(bookings.c.id.in_(ids)).order_by(bookings.c.starts_at, bookings.c.id)
    return {each.id: each for each in read_rows(connection, connection.execute(query).all())}


def search(connection: Connection, text: str, *, most: int) -> list[Booking]:
    """Return the bookings of callers with that in their name or number, or of this id, the latest first."""
    known = _named(text)
    digits = "".join(each for each in text if each.isdecimal() and each.isascii()).lstrip("0")
    if len(digits) >= _FEWEST_DIGITS:
        known.append(bookings.c.attendee["phone"].as_string().contains(digits))
    if len(text) >= _SHORTEST_ID:
        known.append(bookings.c.id.startswith(text.lower(), autoescape=True))
    query = select(bookings).where(or_(*known)).order_by(bookings.c.starts_at.desc(), bookings.c.id)
    return read_rows(connection, connection.execute(query.limit(most)).all())


def _named(text: str) -> list[ColumnElement[bool]]:
    # SQLite knows of A to Z alone which letters are the same: for "özdemir" "Özdemir" is looked for too.
    name = bookings.c.attendee["name"].as_string()
    spellings = dict.fromkeys((text, text.lower(), text.title(), text.upper()))
    return [name.icontains(each, autoescape=True) for each in spellings]
