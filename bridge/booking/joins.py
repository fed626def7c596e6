"""Remembers when each host first appeared in an event type, so that newcomers are not flooded."""

from __future__ import annotations

from bridge.booking.context import BookingContext
from bridge.store.engine import ConstraintViolated
from bridge.store.sql import bookings


def record_joins(context: BookingContext) -> None:
    """Record the hosts that are new in an event type of the configuration."""
    with context.store.read() as connection:
        new = [
            (event_type.id, host)
            for event_type in context.event_types.values()
            for host in event_type.team.hosts
            if host not in bookings.joined(connection, event_type.id)
        ]
    for event_type_id, host in new:
        try:
            with context.store.write() as connection:
                bookings.record_join(connection, event_type_id, host, context.now())
        except ConstraintViolated:
            continue  # another process was first
