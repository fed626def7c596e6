"""Looks behind the call whether a caller's address can be written to; the owner is told where it cannot.

Nothing else follows: the appointment, its guests and its mails stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dns.exception import DNSException
from dns.resolver import Resolver

from bridge.attendee.mail_domains import is_known_to_take_mail
from bridge.attendee.mail_servers import takes_mail
from bridge.booking.context import BookingContext
from bridge.model import BookingState
from bridge.store.sql import bookings

_AGAIN = timedelta(minutes=10)
_LONGEST = timedelta(days=1)  # a resolver that has not answered by then will not


def look_up_domain(
    context: BookingContext, booking_id: str, make_resolver: Callable[[], Resolver]
) -> timedelta | None:
    """Alert the owner where a booking's address has a domain without mail; return when to look again."""
    with context.store.read() as connection:
        booking = bookings.get(connection, booking_id)
    if booking is None or booking.state is not BookingState.CONFIRMED:
        return None
    key, now = f"mail_domain:{booking_id}", context.now()
    address = booking.attendee.email
    if not address or is_known_to_take_mail(address):
        context.alerts.resolve(key)
        return None
    try:
        takes = takes_mail(address.rpartition("@")[2].lower(), make_resolver())
    except DNSException:  # this machine has no resolver to ask
        return None
    if takes is None:
        return _AGAIN if now < min(booking.interval.start, booking.made_at + _LONGEST) else None
    if takes:
        context.alerts.resolve(key)
        return None
    context.alerts.alert(
        key,
        "The e-mail address given for the appointment on {time} in {calendar} cannot be right: its domain "
        "takes no mail, so no invitation arrives. Ask for another before the appointment.",
        time=booking.interval.start,
        calendar=booking.calendar,
    )
    return None
