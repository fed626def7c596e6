"""Round robin: says for a team's owner who is due, and who would come next.

A choice for a booking is made in the transaction that claims the time; what is asked here only shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.hosts import schedules_since
from bridge.model import EventType, Schedule
from bridge.scheduling.fair_share import Figures, HostRecord, month_start
from bridge.scheduling.round_robin import Choice, Standings, simulate, standings
from bridge.store.sql import round_robin


def forecast(
    context: LedgerContext, event_type: EventType, count: int
) -> tuple[Sequence[Standings[Figures]], Sequence[Choice]]:
    """Return for each group who would be chosen now and why, and who the next bookings would go to.

    Both as if all were bookable.
    """
    given, schedules = _given(context, event_type)
    now = context.now()
    due = standings(event_type, given, now, schedules=schedules)
    return due, simulate(event_type, given, now, schedules=schedules, count=count)


def _given(
    context: LedgerContext, event_type: EventType
) -> tuple[Mapping[str, HostRecord], Mapping[str, Schedule]]:
    """Return what each host was given, and the schedules whose days off count."""
    # Of the whole month whatever the assignment: who asks wants to see how it is shared out.
    hosts, since = event_type.team.hosts, month_start(event_type, context.now())
    with context.store.read() as connection:
        given = round_robin.records(connection, event_type.id, hosts, since)
        return given, schedules_since(context, connection, event_type, since)
