"""What callers were told had failed while the database was away, and nobody knows whether it did.

It is noted on this process's own disk before the caller hears it, and undone when the database is back;
unless its caller was told of a success since, which the booking's row says.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from bridge.booking.context import LedgerContext
from bridge.model import Booking, BookingState
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import bookings
from bridge.store.sql.told import at_version, is_as_told, told_values
from providers.base import Interval

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToldFailed:
    """A booking, and its `version` if what was told to have failed was done all the same.

    Of a move also where it was before (ISO instants), and the numbers of the write that stood and of the one
    that changed the same event; no numbers where the move made another event.
    """

    booking_id: str
    version: int
    start: str = ""
    end: str = ""
    standing: int = 0
    write: int = 0

    @property
    def before(self) -> Interval | None:
        """Return when a moved booking was before, None of one that was not moved."""
        if not self.start:
            return None
        return Interval(datetime.fromisoformat(self.start), datetime.fromisoformat(self.end))


def remember(context: LedgerContext, told: ToldFailed) -> None:
    """Note what the caller is about to hear."""
    try:
        # A booking may be told of twice, and which of the two was done shows only when the database is back.
        context.notes.put(f"{told.booking_id}/{told.version}/{told.write}", asdict(told))
    except OSError:
        # Nobody can be told in any better way now; while this process lives it knows.
        _log.exception("it could not be noted that booking %s was told to have failed", told.booking_id)


def told_failed(context: LedgerContext) -> dict[str, ToldFailed]:
    """Return what was noted and not yet forgotten, each by its note's name."""
    return {name: ToldFailed(**note) for name, note in context.notes.every().items()}


def forget(context: LedgerContext, name: str) -> None:
    """Drop the note of what has been undone, or need not be."""
    context.notes.drop(name)


@repeated
def affirm(context: LedgerContext, booking: Booking) -> Booking | None:
    """Keep a confirmed booking from being undone, now that its caller is told it is booked.

    None when it is not as it was read any more.
    """
    with context.store.write() as connection:
        is_same = bookings.change(
            connection,
            booking.id,
            states=(BookingState.CONFIRMED,),
            only=at_version(booking.version),
            values=told_values(),
        )
        affirmed = replace(booking, version=booking.version + 1)
        if not is_same and is_repeat():  # perhaps by an earlier try that was not heard of
            found = bookings.get(connection, booking.id)
            is_same = found == affirmed and is_as_told(connection, booking.id, affirmed.version)
    return affirmed if is_same else None
