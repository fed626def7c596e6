"""Clears away what concerns nobody any more: alerts of past appointments, health of unused calendars."""

from __future__ import annotations

from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.model import BookingState
from bridge.store.sql import alerts, bookings

KEPT = timedelta(days=30)  # closed alerts, for whoever asks what there was
_ABOUT_BOOKINGS = ("overlap:", "no_link:")  # before the booking's id
_LIVE = (BookingState.HELD, BookingState.CONFIRMED)


def tidy(context: BookingContext) -> None:
    """Close alerts whose appointment is over or cancelled, drop closed ones of long ago and unused health."""
    now = context.now()
    with context.store.read() as connection:
        about = {
            each.key: bookings.get(connection, each.key.partition(":")[2])
            for each in alerts.open_alerts(connection)
            if each.key.startswith(_ABOUT_BOOKINGS)
        }
    for key, booking in about.items():
        if booking is None or booking.state not in _LIVE or booking.interval.end <= now:
            context.alerts.resolve(key)
    with context.store.write() as connection:
        alerts.drop_closed(connection, now - KEPT)
    context.health.forget_all_but({name for host in context.hosts.values() for name in host.calendars})
