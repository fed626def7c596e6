"""Round robin: says for a team's owner who is due, and who would come next.

A choice for a booking is made in the transaction that claims the time; what is asked here only shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bridge.booking.context import LedgerContext
from bridge.model import EventType, Schedule
from bridge.scheduling.fair_share import Figures, HostRecord, month_start
from bridge.scheduling.round_robin import Choice, Standings, simulate, standings
from bridge.store.sql import round_robin


def who_is_due(context: LedgerContext, event_type: EventType) -> tuple[Standings[Figures], ...]:
    """Return for each group who would be chosen now, were all bookable, and why."""
    now = context.now()
    return standings(
        event_type, _given(context, event_type, now), now, schedules=_schedules(context, event_type)
    )


def who_comes_next(context: LedgerContext, event_type: EventType, count: int) -> tuple[Choice, ...]:
    """Return who the next bookings would go to, were all bookable."""
    now = context.now()
    given = _given(context, event_type, now)
    return simulate(event_type, given, now, schedules=_schedules(context, event_type), count=count)


def _given(context: LedgerContext, event_type: EventType, now: datetime) -> Mapping[str, HostRecord]:
    # Of the whole month whatever the assignment: who asks wants to see how it is shared out.
    hosts, since = event_type.team.hosts, month_start(event_type, now)
    with context.store.read() as connection:
        return round_robin.records(connection, event_type.id, hosts, since)


def _schedules(context: LedgerContext, event_type: EventType) -> Mapping[str, Schedule]:
    return {host: context.hosts[host].schedule for host in event_type.team.hosts}
