"""Finds out in the background what calendars' names mean, and claims the calendars of bookings to come.

A call asks about a name that it meets first. What is left to do here are names that had bookings before
identities were kept: their vendors are asked until they answer, and bookings go on meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.read_back import alert_overlap
from bridge.model import CalendarName
from bridge.store.sql import identities
from providers.base import Deadline

ASK_AGAIN = timedelta(minutes=1)


def unidentified(context: BookingContext) -> list[CalendarName]:
    """Return the names of the configuration of which no vendor has said yet what they mean."""
    names = sorted({name for host in context.hosts.values() for name in host.calendars})
    with context.store.read() as connection:
        known = identities.of_names(connection, names)
    return [name for name in names if not known.get(name, ("", False))[1]]


def identify(context: BookingContext, name: CalendarName, deadline: Deadline) -> None:
    """Ask what a name means, and claim calendars by it. ProviderError: its vendor does not say."""
    ledger.learn_identity(context, name, context.identities.ask(name, deadline))
    claim_calendars(context)


def claim_calendars(context: BookingContext) -> None:
    """Claim the calendars of bookings to come; tell the owner of those that lie over each other in one."""
    for booking in ledger.claim_calendars(context):
        alert_overlap(context, booking)
