"""Statements on who attends bookings: what a host has taken on, and whom a contact has met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Select, Text, bindparam, select, true, union_all

from bridge.model import BookingState
from bridge.store.statements import ask
from bridge.store.tables import IS_LIVE, booking_hosts, bookings
from providers.base import Interval


class Attendance(NamedTuple):
    """That a host attends a booking, and when; what lists of many bookings need of each."""

    host: str
    booking_id: str
    interval: Interval


def starts_by_host(
    connection: Connection,
    event_type: str,
    hosts: Sequence[str],
    window: Interval,
    *,
    without: str | None = None,
) -> dict[str, list[datetime]]:
    """Return the starts of each host's live bookings of the event type inside the window.

    `without` is a booking that shall not count, because it is being moved.
    """
    asked = {"event_type": event_type, "from": window.start, "until": window.end, "without": without or ""}
    starts: dict[str, list[datetime]] = {host: [] for host in hosts}
    for host, start in ask(connection, _STARTS, asked):
        if host in starts:
            starts[host].append(start)
    return starts


def within(
    connection: Connection, hosts: Sequence[str], window: Interval, states: Sequence[BookingState]
) -> list[Attendance]:
    """Return who of the hosts attends bookings in one of the states that meet the window, by start."""
    rows = connection.execute(
        select(booking_hosts.c.host, bookings.c.id, bookings.c.starts_at, bookings.c.ends_at)
        .join(bookings, bookings.c.id == booking_hosts.c.booking_id)
        .where(booking_hosts.c.host.in_(hosts), bookings.c.state.in_(states))
        .where(bookings.c.starts_at < window.end, bookings.c.ends_at > window.start)
        .order_by(bookings.c.starts_at, bookings.c.id)
    )
    return [Attendance(host, booking_id, Interval(start, end)) for host, booking_id, start, end in rows]


def last_made(
    connection: Connection, event_type: str, hosts: Sequence[str], *, without: str | None = None
) -> dict[str, datetime]:
    """Return when the last live booking of the event type was made that each host attends.

    `without` as above; a host without any is left out.
    """
    if not hosts:
        return {}
    asked = {"event_type": event_type, "without": without or ""}
    names = {f"host{number}": host for number, host in enumerate(hosts)}
    rows = ask(connection, _last_made(len(hosts)), {**asked, **names})
    return {row.host: row.made_at for row in rows if row.made_at}


def made_since(
    connection: Connection,
    event_type: str,
    hosts: Sequence[str],
    since: datetime,
    *,
    without: str | None = None,
) -> dict[str, list[datetime]]:
    """Return when the live bookings of the event type were made since then that each host attends."""
    made: dict[str, list[datetime]] = {host: [] for host in hosts}
    asked = {"event_type": event_type, "hosts": hosts, "since": since, "without": without or ""}
    for host, moment in ask(connection, _MADE_SINCE, asked):
        made[host].append(moment)
    return made


def last_hosts_of_contact(
    connection: Connection, contact_key: str, event_type: str, *, without: str | None = None
) -> list[str]:
    """Return who the contact's last appointment of the event type was made with, but for one booking."""
    last = (
        select(bookings.c.id)
        .where(bookings.c.contact_key == contact_key, bookings.c.event_type == event_type)
        # Not of a hold, which may come to nothing.
        .where(bookings.c.state.in_((BookingState.CONFIRMED, BookingState.NO_SHOW)))
        .order_by(bookings.c.made_at.desc(), bookings.c.id)
        .limit(1)
    )
    if without is not None:
        last = last.where(bookings.c.id != without)
    attending = select(booking_hosts.c.host).where(booking_hosts.c.booking_id.in_(last))
    return list(connection.execute(attending).scalars())


_LIVE_OF_TYPE = (
    booking_hosts.c.event_type == bindparam("event_type"),
    booking_hosts.c.is_live == true(),
    booking_hosts.c.booking_id != bindparam("without"),
)
_STARTS = (
    select(booking_hosts.c.host, bookings.c.starts_at)
    .join(bookings, bookings.c.id == booking_hosts.c.booking_id)
    .where(
        IS_LIVE,
        bookings.c.event_type == bindparam("event_type"),
        bookings.c.starts_at >= bindparam("from"),
        bookings.c.starts_at < bindparam("until"),
        bookings.c.id != bindparam("without"),
    )
)
_MADE_SINCE = (
    select(booking_hosts.c.host, booking_hosts.c.made_at)
    .where(
        *_LIVE_OF_TYPE,
        booking_hosts.c.host.in_(bindparam("hosts", expanding=True)),
        booking_hosts.c.made_at >= bindparam("since"),
    )
    .order_by(booking_hosts.c.made_at)
)


@cache
def _last_made(count: int) -> CompoundSelect[Any]:
    # A look at the index for each host; to group what they attend would read all there ever was.
    return union_all(*(_last_made_of(f"host{number}") for number in range(count)))


def _last_made_of(name: str) -> Select[Any]:
    host = bindparam(name, type_=Text())
    latest = (
        select(booking_hosts.c.made_at)
        .where(*_LIVE_OF_TYPE, booking_hosts.c.host == host)
        .order_by(booking_hosts.c.made_at.desc())
        .limit(1)
    )
    return select(host.label("host"), latest.scalar_subquery().label("made_at"))
