"""Round robin: reads what the hosts of an event type were given, and says by that who is due.

A choice for a booking is made in the transaction that claims the time; what is asked here only shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bridge.booking.context import LedgerContext
from bridge.model import EventType, Schedule
from bridge.scheduling.fair_share import HostRecord, month_start
from bridge.scheduling.round_robin import Choice, Standings, simulate, standings
from bridge.store.sql import round_robin


def records(
    connection: Connection, event_type: EventType, now: datetime, *, without: str | None = None
) -> dict[str, HostRecord]:
    """Return what was booked with each host of the event type; `without` is a booking not to count."""
    hosts = event_type.team.hosts
    made = round_robin.made_by_host(
        connection, event_type.id, hosts, month_start(event_type, now), without=without
    )
    last = round_robin.last_made_by_host(connection, event_type.id, hosts, without=without)
    joined = round_robin.joined(connection, event_type.id)
    return {
        host: HostRecord(
            host=host,
            booked_at=tuple(made[host]),
            last_booked_at=last.get(host),
            joined_at=joined.get(host),
        )
        for host in hosts
    }


def schedules_of(context: LedgerContext, event_type: EventType) -> Mapping[str, Schedule]:
    """Return the schedules of the event type's hosts, whose time off counts."""
    return {host: context.hosts[host].schedule for host in event_type.team.hosts}


def who_is_due(context: LedgerContext, event_type: EventType) -> tuple[Standings, ...]:
    """Return for each group who would be chosen now, were all bookable, and why."""
    now = context.now()
    with context.store.read() as connection:
        known = records(connection, event_type, now)
    return standings(event_type, known, now, schedules=schedules_of(context, event_type))


def who_comes_next(context: LedgerContext, event_type: EventType, count: int) -> tuple[Choice, ...]:
    """Return who the next bookings would go to, were all bookable."""
    now = context.now()
    with context.store.read() as connection:
        known = records(connection, event_type, now)
    return simulate(event_type, known, now, schedules=schedules_of(context, event_type), count=count)
