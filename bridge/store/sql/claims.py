"""Statements on claims: a host's time taken by live bookings. Each change is a new claims revision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from bridge.model import CalendarName, Claim
from bridge.store.sql import revisions
from bridge.store.tables import claims
from providers.base import Interval


def add(connection: Connection, wanted: Iterable[Claim]) -> None:
    """Add claims in order of host name. ConstraintViolated: another booking has the time."""
    # In one order for all: two teams with the same hosts could else wait for each other on PostgreSQL.
    for claim in sorted(wanted, key=lambda each: each.host):
        connection.execute(
            insert(claims).values(
                booking_id=claim.booking_id,
                host=claim.host,
                pending=claim.pending,
                starts_at=claim.interval.start,
                ends_at=claim.interval.end,
                calendar=str(claim.calendar),
            )
        )
    revisions.bump(connection, revisions.CLAIMS)


def drop(connection: Connection, booking_id: str, *, pending: bool | None = None) -> None:
    """Give back a booking's time: its pending claims, its settled ones, or both."""
    where = [claims.c.booking_id == booking_id]
    if pending is not None:
        where.append(claims.c.pending == pending)
    connection.execute(delete(claims).where(*where))
    revisions.bump(connection, revisions.CLAIMS)


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
) -> list[Claim]:
    """Return the claims in the window of these hosts, or with an event in these calendars."""
    # By calendar too: whoever checks a calendar must see what is being written into it for somebody else,
    # before that calendar can tell.
    rows = connection.execute(
        select(claims).where(
            or_(claims.c.host.in_(hosts), claims.c.calendar.in_([str(name) for name in calendars])),
            claims.c.starts_at < window.end,
            claims.c.ends_at > window.start,
            claims.c.booking_id != (without or ""),
        )
    )
    return [_claim(row) for row in rows]


def of_booking(connection: Connection, booking_id: str) -> list[Claim]:
    """Return a booking's claims, pending ones last."""
    rows = connection.execute(
        select(claims).where(claims.c.booking_id == booking_id).order_by(claims.c.pending, claims.c.host)
    )
    return [_claim(row) for row in rows]


def _claim(row: Row[Any]) -> Claim:
    interval = Interval(row.starts_at, row.ends_at)
    return Claim(row.booking_id, row.host, interval, CalendarName.parse(row.calendar), row.pending)
