"""The calendars that bookings claim, in line with what their names turn out to mean. No state changes."""

from __future__ import annotations

from dataclasses import replace

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import checked_calendars
from bridge.model import Booking, CalendarName
from bridge.store.sql import bookings, claims, identities


def learn_identity(context: LedgerContext, name: CalendarName, identity: str) -> None:
    """Keep what a name means, and let go of the calendar under all its names: it is claimed anew by all."""
    with context.store.write_alone() as connection:
        identities.put(connection, name, identity)
        claims.release_calendars(connection, identities.alike(connection, [name]))


def claim_calendars(context: LedgerContext) -> list[Booking]:
    """Claim the calendars of bookings to come whose organisers check them.

    Returns the bookings that keep only their hosts' claims: an earlier one has their time in the calendar.
    They were made while the two names were not known to be one calendar.
    """
    with context.store.read() as connection:
        if not claims.organisers_unchecked(connection, context.now()):
            return []  # at nearly every start
    crowded = []
    with context.store.write_alone() as connection:
        unchecked = claims.organisers_unchecked(connection, context.now())
        places = [(claim.host, claim.calendar) for claim in unchecked]
        identity = checked_calendars(context, connection, places)
        for claim in unchecked:
            wanted = replace(claim, checked=identity.get((claim.host, claim.calendar)))
            (possible,) = claims.as_far_as_free(connection, [wanted])
            if possible.checked:
                claims.check_calendar(connection, claim, possible.checked)
            elif wanted.checked:
                crowded.append(bookings.get(connection, claim.booking_id))
    return [booking for booking in crowded if booking]
