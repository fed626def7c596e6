"""Statements on who attends bookings: what a host has taken on, and whom a contact has met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, select

from bridge.model import BookingState
from bridge.store.tables import IS_LIVE, booking_hosts, bookings
from providers.base import Interval


def starts_by_host(
    connection: Connection,
    event_type: str,
    hosts: Sequence[str],
    window: Interval,
    *,
    without: str | None = None,
) -> dict[str, list[datetime]]:
    """Return the starts of each host's live bookings of the event type inside the window."""
    within = (bookings.c.starts_at >= window.start, bookings.c.starts_at < window.end)
    query = live_by_host(bookings.c.starts_at, event_type, hosts, without).where(*within)
    starts: dict[str, list[datetime]] = {host: [] for host in hosts}
    for host, start in connection.execute(query):
        starts[host].append(start)
    return starts


def live_by_host(
    what: ColumnElement[datetime], event_type: str, hosts: Sequence[str], without: str | None
) -> Select[str, datetime]:
    """Return the query for a host and a column of each live booking of the event type it attends.

    `without` is a booking that shall not count, because it is being moved.
    """
    return (
        select(booking_hosts.c.host, what)
        .join(bookings, bookings.c.id == booking_hosts.c.booking_id)
        .where(
            bookings.c.event_type == event_type,
            IS_LIVE,
            booking_hosts.c.host.in_(hosts),
            bookings.c.id != (without or ""),
        )
    )


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
