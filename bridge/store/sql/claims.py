"""Statements on claims: a host's time taken by live bookings. Each change is a new claims revision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, or_, select, update

from bridge.model import CalendarName, Claim, WayEnd
from bridge.store.sql import revisions
from bridge.store.statements import ask, send
from bridge.store.tables import booking_hosts, bookings, claims, ways
from providers.base import Interval
from providers.intervals import Span


class Taken(NamedTuple):
    """A claim as it is read in every call, hundreds at once: its calendar's name is left unread."""

    booking_id: str
    host: str
    calendar: str
    pending: bool
    interval: Interval


def add(connection: Connection, wanted: Iterable[Claim]) -> None:
    """Add claims in order of host name. ConstraintViolated: another booking has the time."""
    # In one order for all: two teams with the same hosts could else wait for each other on PostgreSQL.
    in_order = sorted(wanted, key=attrgetter("host"))
    if in_order:
        send(connection, _INSERT, [_row(claim) for claim in in_order])
    taken = [_way_row(claim, end) for claim in in_order for end in claim.ways]
    if taken:
        send(connection, _INSERT_WAY, taken)
    revisions.count(connection, revisions.CLAIMS)


def drop(connection: Connection, booking_id: str, *, pending: bool | None = None) -> None:
    """Give back a booking's time: its pending claims, its settled ones, or both."""
    where = [claims.c.booking_id == booking_id]
    if pending is not None:
        where.append(claims.c.pending == pending)
    connection.execute(delete(claims).where(*where))
    revisions.count(connection, revisions.CLAIMS)


def of_past(connection: Connection, before: datetime, *, limit: int) -> Sequence[str]:
    """Return bookings that claim time which ended before that moment, at most `limit`."""
    past = select(claims.c.booking_id).where(claims.c.ends_at < before)
    return connection.execute(past.distinct().limit(limit)).scalars().all()


def drop_past(connection: Connection, ids: Sequence[str], before: datetime) -> None:
    """Give back what these bookings claimed of time that ended before that moment."""
    # No new revision: no offer ever looked at it.
    connection.execute(delete(claims).where(claims.c.booking_id.in_(ids), claims.c.ends_at < before))


def settle_pending(connection: Connection, booking_id: str) -> None:
    """Make the pending claims of a move the booking's only ones."""
    # First the old ones go: the same host may not have two settled claims of one booking.
    drop(connection, booking_id, pending=False)
    connection.execute(
        update(claims).where(claims.c.booking_id == booking_id, claims.c.pending).values(pending=False)
    )


def overlapping(
    connection: Connection,
    *,
    hosts: Sequence[str],
    calendars: Sequence[CalendarName],
    window: Interval,
    without: str | None = None,
) -> list[Taken]:
    """Return the claims in the window of these hosts, or with an event in these calendars."""
    rows = ask(connection, _OVERLAPPING, _asked(hosts, calendars, window, without))
    return [
        Taken(booking, host, calendar, pending, Interval(start, end))
        for booking, host, calendar, pending, start, end in rows
    ]


def time_taken(
    connection: Connection,
    *,
    hosts: Sequence[str],
    calendars: Sequence[CalendarName],
    window: Interval,
    without: str | None = None,
) -> dict[tuple[str, str], list[Span]]:
    """Return of the same claims nothing but their time, by host and calendar."""
    found: dict[tuple[str, str], list[Span]] = {}
    for host, calendar, start, end in ask(connection, _TIME_TAKEN, _asked(hosts, calendars, window, without)):
        found.setdefault((host, calendar), []).append((start, end))
    return found


def ways_of(
    connection: Connection, hosts: Sequence[str], window: Interval, *, without: str | None = None
) -> dict[str, tuple[WayEnd, ...]]:
    """Return by host what bookings take of ways between places in the window."""
    rows = connection.execute(
        select(ways).where(
            ways.c.host.in_(hosts),
            ways.c.starts_at < window.end,
            ways.c.ends_at > window.start,
            ways.c.booking_id != (without or ""),
        )
    )
    ends = [(row.host, WayEnd(row.way, row.place, Interval(row.starts_at, row.ends_at))) for row in rows]
    return {host: tuple(end for each, end in ends if each == host) for host in hosts}


def as_far_as_free(connection: Connection, wanted: Iterable[Claim]) -> list[Claim]:
    """Return the claims whose hosts' time is free, on their calendars and ways where these are free too.

    For what cannot be refused because it has happened; whoever asks for time claims it by `add`.
    """
    free = [each for each in wanted if not _is_taken(connection, each, claims.c.host == each.host)]
    return [
        replace(
            each,
            checked=None
            if _is_taken(connection, each, claims.c.checked_calendar == each.checked)
            else each.checked,
            ways=tuple(end for end in each.ways if not _is_far_away(connection, each, end)),
        )
        for each in free
    ]


def _is_taken(connection: Connection, claim: Claim, by: ColumnElement[bool]) -> bool:
    others = select(claims.c.host).where(
        by,
        claims.c.booking_id != claim.booking_id,
        claims.c.starts_at < claim.interval.end,
        claims.c.ends_at > claim.interval.start,
    )
    return connection.execute(others.limit(1)).first() is not None


def _is_far_away(connection: Connection, claim: Claim, end: WayEnd) -> bool:
    near = ways_of(connection, [claim.host], end.interval, without=claim.booking_id)[claim.host]
    return any(other.way == end.way and other.place != end.place for other in near)


def organisers_unchecked(connection: Connection, now: datetime) -> list[Claim]:
    """Return the organisers' claims to come that claim no calendar, in the order their bookings were made."""
    return [_claim(row) for row in connection.execute(_UNCHECKED, {"now": now})]


def check_calendar(connection: Connection, claim: Claim, identity: str) -> None:
    """Claim the calendar, too, that a claim's event goes into. ConstraintViolated: another booking has it."""
    is_same = (
        (claims.c.booking_id == claim.booking_id)
        & (claims.c.host == claim.host)
        & (claims.c.pending == claim.pending)
    )
    connection.execute(update(claims).where(is_same).values(checked_calendar=identity))


def release_calendars(connection: Connection, calendars: Iterable[CalendarName]) -> None:
    """Claim calendars no more for the bookings whose events go there; their hosts' time stays taken."""
    names = [str(name) for name in calendars]
    connection.execute(update(claims).where(claims.c.calendar.in_(names)).values(checked_calendar=None))
    revisions.count(connection, revisions.CLAIMS)


def of_booking(connection: Connection, booking_id: str) -> list[Claim]:
    """Return a booking's claims, pending ones last."""
    rows = connection.execute(
        select(claims).where(claims.c.booking_id == booking_id).order_by(claims.c.pending, claims.c.host)
    )
    return [_claim(row) for row in rows]


_INSERT, _INSERT_WAY = insert(claims), insert(ways)
_UNCHECKED = (
    select(claims)
    .join(booking_hosts, booking_hosts.c.booking_id == claims.c.booking_id)
    .join(bookings, bookings.c.id == claims.c.booking_id)
    .where(
        booking_hosts.c.position == 0,
        booking_hosts.c.host == claims.c.host,
        claims.c.checked_calendar.is_(None),
        claims.c.ends_at > bindparam("now"),
    )
    .order_by(bookings.c.made_at, bookings.c.id)
)
_OVERLAPPING = select(
    claims.c.booking_id,
    claims.c.host,
    claims.c.calendar,
    claims.c.pending,
    claims.c.starts_at,
    claims.c.ends_at,
).where(
    or_(
        claims.c.host.in_(bindparam("hosts", expanding=True)),
        claims.c.calendar.in_(bindparam("calendars", expanding=True)),
    ),
    claims.c.starts_at < bindparam("until"),
    claims.c.ends_at > bindparam("from"),
    claims.c.booking_id != bindparam("without"),
)
_TIME_TAKEN = _OVERLAPPING.with_only_columns(
    claims.c.host, claims.c.calendar, claims.c.starts_at, claims.c.ends_at
)


def _asked(
    hosts: Sequence[str], calendars: Sequence[CalendarName], window: Interval, without: str | None
) -> dict[str, Any]:
    # By calendar too: whoever checks a calendar must see what is being written into it for somebody else,
    # before that calendar can tell.
    return {
        "hosts": hosts,
        "calendars": [str(name) for name in calendars],
        "from": window.start,
        "until": window.end,
        "without": without or "",
    }


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "booking_id": claim.booking_id,
        "host": claim.host,
        "pending": claim.pending,
        "starts_at": claim.interval.start,
        "ends_at": claim.interval.end,
        "calendar": str(claim.calendar),
        "checked_calendar": claim.checked,
    }


def _way_row(claim: Claim, end: WayEnd) -> dict[str, Any]:
    return {
        "booking_id": claim.booking_id,
        "host": claim.host,
        "pending": claim.pending,
        "way": end.way,
        "place": end.place,
        "starts_at": end.interval.start,
        "ends_at": end.interval.end,
    }


def _claim(row: Row[Any]) -> Claim:
    interval = Interval(row.starts_at, row.ends_at)
    calendar = CalendarName.parse(row.calendar)
    return Claim(row.booking_id, row.host, interval, calendar, row.pending, row.checked_calendar)
