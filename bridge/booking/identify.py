"""Finds out in the background what calendars' names mean, and claims the calendars of bookings to come.

A call asks about a name that it meets first. What is left to do here are names that had bookings before
identities were kept: their vendors are asked until they answer, and bookings go on meanwhile. Then each name
is asked for once a day: an account's address may change, and the calendar's id with it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.read_back import alert_overlap
from bridge.model import CalendarName
from bridge.store.sql import identities
from providers.base import Deadline
from providers.errors import ProviderError

_log = logging.getLogger(__name__)

_AGAIN, DAILY = timedelta(minutes=1), timedelta(days=1)


def named(context: BookingContext) -> list[CalendarName]:
    """Return the names of the configuration that a vendor can be asked for."""
    return sorted({name for host in context.attending.values() for name in host.calendars if name.account})


def unidentified(context: BookingContext) -> list[CalendarName]:
    """Return the names of the configuration of which no vendor has said yet what they mean."""
    names = named(context)
    with context.store.read() as connection:
        known = identities.of_names(connection, names)
    return [name for name in names if not known.get(name, ("", False))[1]]


def identify(context: BookingContext, name: CalendarName, deadline: Deadline) -> timedelta:
    """Ask what a name means, and claim calendars by it; return when to ask again."""
    try:
        ask_identity(context, name, deadline)
    except ProviderError as error:
        _log.info("it is not known yet which calendar %s is: %s", name, error)
        return _AGAIN if name in unidentified(context) else DAILY
    return DAILY


def ask_identity(context: BookingContext, name: CalendarName, deadline: Deadline) -> None:
    """Ask what a name means, and claim calendars by it if that is new. ProviderError: it is not told."""
    identity = context.identities.ask(name, deadline)
    with context.store.read() as connection:
        if identities.of_names(connection, [name]).get(name) == (identity, True):
            return
    ledger.learn_identity(context, name, identity)
    claim_calendars(context)


def claim_calendars(context: BookingContext) -> None:
    """Claim the calendars of bookings to come; tell the owner of those that lie over each other in one."""
    for booking in ledger.claim_calendars(context):
        alert_overlap(context, booking)
