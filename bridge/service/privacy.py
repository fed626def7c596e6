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
from bridge.model import Booking, WriteState
from bridge.store.engine import Store
from bridge.store.sql import bookings, personal, writes
from bridge.store.sql.personal import Caller, Rows
from providers.base import Deadline

FORGET_PAST = "forget_past_callers"
_EVERY = timedelta(hours=1)
_CALLBACKS_KEPT = timedelta(days=30)  # nobody is called back later
_AT_ONCE = 200
_SECONDS = 20.0


class StillToCome(BridgeError):
    """A caller has appointments to come; they need what is stored."""

    code = "still_to_come"

    def __init__(self, coming: Sequence[Booking]) -> None:
        self.coming = coming
        ids = ", ".join(booking.id[:8] for booking in coming)
        super().__init__(f"there are appointments to come ({ids}): cancel them first, by `bridge cancel`")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored about a caller: the bookings, and by table every other row that is about them."""

    bookings: Sequence[Booking]
    rows: Mapping[str, Rows]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is stored."""
        return not self.bookings and not any(self.rows.values())


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


def stored_of(context: BookingContext, caller: Caller) -> Stored:
    """Return all that is stored about a caller."""
    found = found_of(context, caller)
    with context.store.read() as connection:
        rows = personal.rows_of_bookings(connection, [booking.id for booking in found])
        of_calls = personal.rows_of_calls(connection, *_known_by(caller, found))
    return Stored(found, {**rows, **{name: rows.get(name, []) + more for name, more in of_calls.items()}})


def forget(context: BookingContext, caller: Caller, *, with_events: bool) -> Forgotten:
    """Remove all that is stored about a caller. StillToCome: nothing was."""
    found = found_of(context, caller)
    now = context.now()
    coming = [booking for booking in found if booking.state.is_live and booking.interval.end > now]
    if coming:
        raise StillToCome(coming)
    # First the events: afterwards nobody could tell which they were.
    removed, kept = _remove_events(context, found) if with_events else (0, [])
    with context.store.write_alone() as connection:
        personal.forget(connection, [booking.id for booking in found], now)
        personal.forget_calls(connection, *_known_by(caller, found))
    return Forgotten(len(found), removed, kept)


def _known_by(caller: Caller, found: Sequence[Booking]) -> tuple[set[str], set[str]]:
    """Return the ids and the numbers by which a caller is known, those of the bookings too."""
    contacts, numbers = {caller.contact}, {caller.phone}
    for booking in found:
        contacts |= {booking.contact.contact_id, booking.contact.external_contact_id}
        numbers |= {booking.attendee.phone or "", booking.attendee.phone_as_said or ""}
    return contacts - {""}, numbers - {""}


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
) -> Mapping[str, Callable[[str], timedelta]]:
    """Return the job that removes callers' names from bookings, and requests for a call, of long ago."""
    kept = None if keep_days is None else timedelta(days=keep_days)

    def forget_past(_subject: str) -> timedelta:
        with store.write() as connection:
            personal.drop_callbacks(connection, now() - min(kept or _CALLBACKS_KEPT, _CALLBACKS_KEPT))
        found: Sequence[str] = ("",) * _AT_ONCE
        while kept is not None and len(found) == _AT_ONCE:  # in pieces: callers write in between
            with store.write() as connection:
                found = personal.ended_before(connection, now() - kept, limit=_AT_ONCE)
                personal.forget(connection, found, now())
        return _EVERY

    return {FORGET_PAST: forget_past}
