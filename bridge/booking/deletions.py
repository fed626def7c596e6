"""Follows people's deletions of events: they rest, then cancel; many at once wait for a decision.

Absence never cancels by itself. A calendar says that the event was deleted, or the event is found nowhere in
an account that can be read in all its calendars, twice, a minute apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.whereabouts import Nowhere
from bridge.errors import CalendarRefused, OutcomeUnknown
from bridge.model import CalendarName, Deletion, DeletionState
from bridge.store.sql import deletions
from providers.base import Deadline

_NOW = timedelta(0)
_LATER = timedelta(minutes=5)  # nothing to be done but to see whether the event is back
_STOPPED = "deletions:"  # before the identity of a calendar whose deletions wait


def missing_key(booking_id: str) -> str:
    """Return what an alert is known by about an event that cannot be found."""
    return f"missing:{booking_id}"


def follow_deletion(
    context: BookingContext, found: ledger.Resting, place: Nowhere, deadline: Deadline
) -> timedelta | None:
    """Take note that a booking's event is gone; return in how long to look again."""
    with context.store.read() as connection:
        known = deletions.get(connection, found.booking.id)
    is_reported = place.is_told or (known is not None and known.is_reported)
    if not is_reported and not place.is_certain:
        # It may lie where nobody can look at present: dragged there, not deleted.
        _alert_missing(context, found)
        return _LATER
    if context.alerts.is_open(missing_key(found.booking.id)):
        context.alerts.resolve(missing_key(found.booking.id))
    if known is None or known.state is DeletionState.REPORTED:
        is_recorded = ledger.record_gone(context, found, is_reported=is_reported)
        tell_stops(context)
        return None if is_recorded else _NOW  # recording it has planned the next look
    return _act(context, found, known, deadline)


def _act(
    context: BookingContext, found: ledger.Resting, known: Deletion, deadline: Deadline
) -> timedelta | None:
    """Do what a deletion is ripe for."""
    if known.state is DeletionState.STOPPED:
        return _LATER
    if known.state is DeletionState.PUT_BACK:
        _put_back(context, found, deadline)
        return None
    rested = context.now() - known.seen_at
    if known.state is DeletionState.RESTING and rested < ledger.REST:
        return ledger.REST - rested
    return None if ledger.cancel_deleted(context, found) else _NOW


def _alert_missing(context: BookingContext, found: ledger.Resting) -> None:
    context.alerts.alert(
        missing_key(found.booking.id),
        "The event of the appointment on {time} cannot be found in {calendar}, and another calendar of the "
        "account cannot be read. If it was deleted, please cancel the appointment too.",
        time=found.booking.interval.start,
        calendar=found.write.calendar,
    )


def _put_back(context: BookingContext, found: ledger.Resting, deadline: Deadline) -> None:
    """Make the event again. OutcomeUnknown, CalendarRefused: it is tried again later."""
    move = ledger.begin_put_back(context, found)
    try:
        event = context.calendar(move.write.calendar, deadline).create(move.write.event_key, move.draft)
    except (CalendarRefused, OutcomeUnknown) as error:
        ledger.abandon_move(context, move, is_certain=isinstance(error, CalendarRefused))
        raise
    context.checkpoint("event_created")
    ledger.complete_put_back(context, move, event)


def decide(context: BookingContext, calendar: CalendarName, *, accept: bool) -> list[str]:
    """Record a person's decision about the deletions of a calendar that wait; return the bookings' ids.

    Accepted ones cancel, the others' events are written again, both in the background.
    """
    decision = DeletionState.ACCEPTED if accept else DeletionState.PUT_BACK
    decided = ledger.decide(context, calendar, decision)
    tell_stops(context)
    return decided


def waiting(context: BookingContext) -> dict[CalendarName, int]:
    """Return the calendars whose deletions wait for a decision, with how many; each by one of its names."""
    return dict(_stopped(context).values())


def _stopped(context: BookingContext) -> dict[str, tuple[CalendarName, int]]:
    """Return by identity a name and how many deletions wait."""
    with context.store.read() as connection:
        found = deletions.in_state(connection, DeletionState.STOPPED)
    met = context.identities.known({each.calendar for each in found})
    stopped: dict[str, tuple[CalendarName, int]] = {}
    for each in found:
        identity = met.of(each.calendar)
        name, count = stopped.get(identity, (each.calendar, 0))
        stopped[identity] = name, count + 1
    return stopped


def undone(context: BookingContext, booking_ids: Iterable[str]) -> list[str]:
    """Return those of the bookings for which a decision has not been carried out yet."""
    with context.store.read() as connection:
        decided = deletions.in_state(connection, DeletionState.ACCEPTED, DeletionState.PUT_BACK)
    still = {each.booking_id for each in decided}
    return [each for each in booking_ids if each in still]


def tell_stops(context: BookingContext) -> None:
    """Alert for every calendar whose deletions wait, and close what was told of others.

    Also done each minute: a process may die between the stop and its alert.
    """
    stopped = {f"{_STOPPED}{identity}": name for identity, (name, _) in _stopped(context).items()}
    told = {alert.key for alert in context.alerts.open() if alert.key.startswith(_STOPPED)}
    for key in told - stopped.keys():
        context.alerts.resolve(key)
    for key in stopped.keys() - told:
        context.alerts.alert(
            key,
            "Many appointments were deleted in {calendar} within minutes. None of them is cancelled until "
            "you decide: bridge deletions accept {calendar}, or bridge deletions put-back {calendar}.",
            calendar=stopped[key],
        )


def forget_past(context: BookingContext) -> None:
    """Forget what was deleted of appointments that are over."""
    with context.store.write() as connection:
        deletions.forget_past(connection, context.now())
