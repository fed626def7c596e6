"""What is stored about a caller: told, and removed. Names nobody in logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.attendee.emails import read_email
from bridge.attendee.phones import read_phone
from bridge.booking import ledger
from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.errors import BridgeError, CalendarRefused, OutcomeUnknown
from bridge.model import Booking, BookingState, WriteState
from bridge.store.engine import Store
from bridge.store.sql import bookings, personal, writes
from bridge.store.sql.personal import Caller
from providers.base import Deadline

FORGET_PAST = "forget_past_callers"
_EVERY = timedelta(hours=1)
_AT_ONCE = 200
_SECONDS = 20.0
_LIVE = (BookingState.HELD, BookingState.CONFIRMED)


class StillToCome(BridgeError):
    """A caller has appointments to come; they need what is stored."""

    code = "still_to_come"

    def __init__(self, coming: Sequence[Booking]) -> None:
        self.coming = coming
        ids = ", ".join(booking.id[:8] for booking in coming)
        super().__init__(f"there are appointments to come ({ids}): cancel them first, by `bridge cancel`")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed: how many bookings, of how many the event; `kept` are events that could not be."""

    bookings: int
    events: int
    kept: Sequence[str]


def caller_of(text: str, country: str | None) -> Caller:
    """Return who is meant: an address, a number, else one of telli's ids."""
    if "@" in text:
        return Caller(email=read_email(text) or text.strip().lower())
    return Caller(contact=text, phone=read_phone(text, country) or "")


def found_of(context: BookingContext, caller: Caller) -> list[Booking]:
    """Return a caller's bookings, the latest first."""
    with context.store.read() as connection:
        found = [bookings.get(connection, each) for each in personal.bookings_of(connection, caller)]
    return [booking for booking in found if booking]


def forget(context: BookingContext, caller: Caller, *, with_events: bool) -> Forgotten:
    """Remove all that is stored about a caller. StillToCome: nothing was."""
    found = found_of(context, caller)
    now = context.now()
    coming = [booking for booking in found if booking.state in _LIVE and booking.interval.end > now]
    if coming:
        raise StillToCome(coming)
    # First the events: afterwards nobody could tell which they were.
    removed, kept = _remove_events(context, found) if with_events else (0, [])
    contacts = {caller.contact, *(booking.contact.contact_id for booking in found)} | {
        booking.contact.external_contact_id for booking in found
    }
    with context.store.write_alone() as connection:
        personal.forget(connection, [booking.id for booking in found], now)
        for contact in sorted(contacts - {""}):
            personal.forget_calls(connection, contact)
    return Forgotten(len(found), removed, kept)


def _remove_events(context: BookingContext, found: Sequence[Booking]) -> tuple[int, list[str]]:
    """Remove the past appointments' own events; return how many were, and which calendars refused."""
    removed, kept = 0, []
    for booking in found:
        with context.store.read() as connection:
            made = writes.of_booking(connection, booking.id)
        for write in (each for each in made if each.state is WriteState.DONE and each.event_id):
            calendar = context.calendar(
                write.calendar, Deadline(_SECONDS, context.monotonic, is_patient=True)
            )
            try:
                calendar.remove(replace(reference(write), etag=None), notify=False)
            except (CalendarRefused, OutcomeUnknown):
                kept.append(f"{write.calendar}, {booking.interval.start:%Y-%m-%d %H:%M}Z")
                continue
            ledger.record_removal(context, write)
            removed += 1
    return removed, kept


def privacy_chores(
    store: Store, keep_days: int | None, now: Callable[[], datetime]
) -> Mapping[str, Callable[[str], timedelta | None]]:
    """Return the job that removes callers' names from bookings of long ago."""

    def forget_past(_subject: str) -> timedelta | None:
        if keep_days is None:
            return None
        found: Sequence[str] = ("",) * _AT_ONCE
        while len(found) == _AT_ONCE:  # in pieces: callers write in between
            with store.write() as connection:
                found = personal.ended_before(connection, now() - timedelta(days=keep_days), limit=_AT_ONCE)
                personal.forget(connection, found, now())
        return _EVERY

    return {FORGET_PAST: forget_past}
