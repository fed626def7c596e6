"""Undoes, once the database is back, what callers were told had failed while it was away.

A booking is cancelled. A move goes back if its old time is still free. What cannot be undone stays,
and the owner is told.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from bridge.booking import ledger
from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.booking.recheck import Questions, is_free
from bridge.calendars.availability import OwnEvent
from bridge.errors import BookingClosed, SlotTaken, StoreUnavailable
from bridge.model import Booking, Write
from bridge.store.sql import bookings
from bridge.store.sql.told import is_as_told
from providers.base import Deadline, Interval

_log = logging.getLogger(__name__)

_SECONDS = 20.0  # nobody waits on the phone for it


def undo_told_failed(context: BookingContext) -> None:
    """Undo what this process, or one that ended, told to have failed. StoreUnavailable: later."""
    context.notes.adopt()
    for name, told in ledger.told_failed(context).items():
        try:
            is_settled = _undo(context, told)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - a host has left, say: others' are undone all the same; it is logged
            _log.exception("booking %s, told to have failed, could not be undone", told.booking_id)
            is_settled = _leave_to_owner(context, told)
        if is_settled:
            ledger.forget(context, name)


def _undo(context: BookingContext, told: ledger.ToldFailed) -> bool:
    """Undo one; False when that is to be tried again later."""
    with context.store.read() as connection:
        found = ledger.with_event(connection, told.booking_id)
        stands = is_as_told(connection, told.booking_id, told.version)
    if found and stands and found[0].by_person:
        return _leave_to_owner(context, told)  # a person has moved it since, and may have agreed upon that
    if told.before is None:
        return ledger.take_back(context, told)
    if found is None:
        return True  # it has ended otherwise
    booking, standing = found
    try:
        # Asked first: no calendar takes an event only where it is free.
        if stands and not _is_known(context, booking, standing, told.before):
            return False
        return ledger.move_back(context, told)
    except (SlotTaken, BookingClosed):
        return _leave_to_owner(context, told)


def _leave_to_owner(context: BookingContext, told: ledger.ToldFailed) -> bool:
    """Tell the owner of an appointment that stays; False while what was told may still be done."""
    with context.store.read() as connection:
        booking = bookings.get(connection, told.booking_id)
        stands = is_as_told(connection, told.booking_id, told.version)
    if booking is None:
        return True
    if stands:
        key = f"told_failed:{booking.id}"
        if told.before is None:
            context.alerts.alert(
                key,
                "A caller was told that booking an appointment had failed, but it is booked for {time} in "
                "{calendar}, and could not be cancelled. Please call the caller.",
                time=booking.interval.start,
                calendar=booking.calendar,
            )
        else:  # its old time may be taken or over, or its host's calendar take no appointments
            context.alerts.alert(
                key,
                "A caller was told that moving an appointment had failed, but it was moved to {time} in "
                "{calendar}, and could not be moved back. Please call the caller.",
                time=booking.interval.start,
                calendar=booking.calendar,
            )
    return booking.version >= told.version


def _is_known(context: BookingContext, booking: Booking, standing: Write, before: Interval) -> bool:
    """Tell whether the hosts' calendars are known around the old time. SlotTaken: it is not free there."""
    if before.start <= context.now():
        raise SlotTaken("the old time is over")
    own = OwnEvent(booking.id, standing.calendar, reference(standing), booking.interval)
    deadline = Deadline(_SECONDS, context.monotonic, is_patient=True)
    event_type = context.event_type_of(booking)
    busy = Questions(context, event_type, before.start, deadline, own=own).ask(booking.hosts)
    if busy.failures:
        return False
    if not is_free(context, replace(booking, interval=before), busy):
        raise SlotTaken("the old time is not free any more")
    return True
