"""Statements on what round robin reckons with: what hosts were given, and since when each takes part.

Counted are live bookings only: what was cancelled, or to which nobody came, went to nobody. By when they
were made, not by when they take place, or a far appointment would count in a month that has not begun.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bridge.scheduling.fair_share import HostRecord
from bridge.store.sql import attendances
from bridge.store.tables import host_joins


def records(
    connection: Connection,
    event_type: str,
    hosts: Sequence[str],
    since: datetime | None,
    *,
    without: str | None = None,
) -> dict[str, HostRecord]:
    """Return what each host was given of the event type: each booking made since then, and the last of all.

    `since` None leaves out what only shares need, and tells the last alone. `without` is a booking that
    shall not count, because it is being moved.
    """
    # Of all times, not of this month: who was booked in the last days of the last one is not due first.
    last = attendances.last_made(connection, event_type, hosts, without=without)
    if since is None:
        return {host: HostRecord(host, last_booked_at=last.get(host)) for host in hosts}
    made = attendances.made_since(connection, event_type, hosts, since, without=without)
    since_when = joined(connection, event_type)
    return {host: HostRecord(host, tuple(made[host]), last.get(host), since_when.get(host)) for host in hosts}


def joined(connection: Connection, event_type: str) -> dict[str, datetime]:
    """Return since when each host stands in the event type."""
    rows = connection.execute(
        select(host_joins.c.host, host_joins.c.joined_at).where(host_joins.c.event_type == event_type)
    )
    return {row.host: row.joined_at for row in rows}


def joined_by_type(connection: Connection) -> dict[str, dict[str, datetime]]:
    """Return the same of every event type that has, or had, hosts."""
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in connection.execute(select(host_joins)):
        found[row.event_type][row.host] = row.joined_at
    return found


def record_join(connection: Connection, event_type: str, host: str, now: datetime) -> None:
    """Remember that the host appears in the event type from now on."""
    connection.execute(insert(host_joins), {"event_type": event_type, "host": host, "joined_at": now})


def forget_joins(connection: Connection, event_type: str, hosts: Sequence[str]) -> None:
    """Forget since when these hosts stand in the event type; who comes back joins anew."""
    connection.execute(
        delete(host_joins).where(host_joins.c.event_type == event_type, host_joins.c.host.in_(hosts))
    )
