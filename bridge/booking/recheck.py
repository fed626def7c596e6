"""Asks hosts' calendars before a write, and the chosen ones again when the answer has aged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bridge.booking.calendar import SECONDS_KEPT_FOR_A_WRITE
from bridge.booking.context import BookingContext
from bridge.calendars.availability import Busy, OwnEvent
from bridge.model import Booking, EventType
from bridge.scheduling.offers import window_around
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from providers.base import Deadline

_FRESH_SECONDS = 1.0  # a younger answer is not asked for again before a write


def ask_hosts(
    context: BookingContext,
    event_type: EventType,
    start: datetime,
    deadline: Deadline,
    *,
    hosts: Sequence[str] | None = None,
    own: OwnEvent | None = None,
) -> Busy:
    """Return what these hosts' calendars say now, by default the whole team's.

    `own` is the event of a booking that is being moved.
    """
    return context.availability.busy(
        event_type.team.hosts if hosts is None else hosts,
        window_around(event_type, start),
        max_age=0,  # kept answers are good enough to offer, never to book
        deadline=deadline.less(SECONDS_KEPT_FOR_A_WRITE),
        own=own,
    )


def ask_again(
    context: BookingContext, booking: Booking, busy: Busy, deadline: Deadline, *, own: OwnEvent | None = None
) -> Busy:
    """Return the answer with what the booking's hosts' calendars say now, unless it is fresh.

    No calendar takes an event only where it is free: the shorter the time between question and write,
    the rarer that somebody enters something in between.
    """
    if context.monotonic() - busy.asked_at < _FRESH_SECONDS:
        return busy
    event_type, start = context.event_types[booking.event_type], booking.interval.start
    return busy.renewed(ask_hosts(context, event_type, start, deadline, hosts=booking.hosts, own=own))


def is_free(context: BookingContext, booking: Booking, busy: Busy) -> bool:
    """Tell whether the booking's hosts' calendars are known, and leave its time free.

    The other rules held when its time was claimed, and are not asked twice: notice may run out meanwhile.
    """
    event_type, start = context.event_types[booking.event_type], booking.interval.start
    # Without claims: the booking's own would stand in its way.
    times = [HostTime(context.hosts[host], busy.by_host[host]) for host in booking.hosts]
    return not any(
        {Rule.FREE, Rule.KNOWN} & set(failing_rules(event_type, time, start, context.now())) for time in times
    )
