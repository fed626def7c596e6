"""Statements on events that lie in one host's embedded calendar and are attended by others too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from bridge.store.sql.local_events import LocalEvent, live_within, read_event
from bridge.store.tables import booking_hosts, local_events
from providers.base import Interval


def within(
    connection: Connection, hosts: Collection[str], calendar: str, window: Interval
) -> Sequence[LocalEvent]:
    """Return the live events of other calendars that one of the hosts attends, by start."""
    if not hosts:
        return ()
    wanted = select(local_events).where(_is_attended(hosts, calendar), *live_within(window))
    ordered = wanted.order_by(local_events.c.starts_at, local_events.c.id)
    return [read_event(row) for row in connection.execute(ordered)]


def last_change(
    connection: Connection, hosts: Collection[str], calendar: str, window: Interval
) -> tuple[Any, ...]:
    """Return what differs as soon as one of these events does, or the hosts attend others."""
    if not hosts:
        return ()
    # How many too: one that is cancelled, or not theirs any more, is no longer among them.
    found = select(func.max(local_events.c.changed), func.count())
    found = found.where(_is_attended(hosts, calendar), *live_within(window))
    return tuple(connection.execute(found).one())


def _is_attended(hosts: Collection[str], calendar: str) -> ColumnElement[bool]:
    theirs = select(booking_hosts.c.booking_id).where(booking_hosts.c.host.in_(hosts))
    return local_events.c.booking_id.in_(theirs) & (local_events.c.calendar != calendar)
