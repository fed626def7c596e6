"""A hold that whoever made it does not confirm: it fails, is left to others, or is taken over by one."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from bridge.booking.context import LedgerContext
from bridge.booking.ledger.change import NOBODYS, become_owner, disown
from bridge.booking.ledger.holds import Hold
from bridge.errors import StoreUnavailable
from bridge.model import Booking, BookingState, WriteState
from bridge.store.patience import repeated
from bridge.store.sql import bookings, claims, writes

_log = logging.getLogger(__name__)


@repeated
def fail(context: LedgerContext, held: Hold, *, is_certain: bool = True) -> None:
    """End a hold: its claims go, and so do its events, unless it is `is_certain` that there are none.

    What another process took over is left to it.
    """
    ended: dict[str, Any] = {"state": BookingState.FAILED, **NOBODYS}
    with context.store.write() as connection:
        if not bookings.change(
            connection, held.booking.id, states=(BookingState.HELD,), owner=held.owner, values=ended
        ):
            return
        claims.drop(connection, held.booking.id)
        for write in writes.of_booking(connection, held.booking.id):  # the hold may have changed hosts
            if write.state is WriteState.OPEN and is_certain:
                writes.set_state(connection, write, WriteState.GONE)
            elif write.state is WriteState.OPEN:
                disown(context, connection, write)
    context.checkpoint("failed")


def let_go(context: LedgerContext, held: Hold) -> None:
    """Leave a hold whose outcome is unknown to whoever comes next, keeping its claims.

    If even that cannot be written, the lease runs out by itself.
    """
    try:
        _let_go(context, held)
    except StoreUnavailable as error:
        _log.warning("a hold could not be given back: %s", error)
    context.checkpoint("left")


@repeated
def _let_go(context: LedgerContext, held: Hold) -> None:
    with context.store.write() as connection:
        # The claims stay: the event may be there, and the slot must not be given to anybody else.
        ended = {"lease_until": context.lease_now(connection)}
        bookings.change(
            connection, held.booking.id, states=(BookingState.HELD,), owner=held.owner, values=ended
        )


def take_over(context: LedgerContext, booking: Booking) -> Hold | None:
    """Become the owner of a hold that its process left; None when another was quicker."""
    if booking.state is not BookingState.HELD:
        return None  # a move that got stuck is not finished but given up
    return _take_over(context, booking, context.new_id())


@repeated
def _take_over(context: LedgerContext, booking: Booking, owner: str) -> Hold | None:
    with context.store.write() as connection:
        if not become_owner(context, connection, booking, owner):
            return None
        write = writes.of_booking(connection, booking.id)[-1]
        # Its request may be made once more: from now on counts how long a late one can still land.
        writes.begin_again(connection, write, context.now())
        mine = replace(booking, version=booking.version + 1)
        return Hold(mine, write, writes.draft_of(connection, write), owner)
