"""Finds a booking's own event, wherever in its account it lies now.

By the event's id in the calendar where it was last, else by the booking's id in every calendar of the account
that shows its events. One that cannot be read hides nothing that lies in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridge.booking.calendar import reference
from bridge.booking.context import BookingContext
from bridge.booking.event import borne_id
from bridge.errors import EventGone, OutcomeUnknown
from bridge.model import CalendarName, Write
from providers.base import CalendarInfo, Deadline, Event


@dataclass(frozen=True, slots=True)
class Found:
    """The event as it is now, and where."""

    calendar: CalendarName
    event: Event


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No calendar that could be read holds the event.

    `is_told`: its own calendar says that it was deleted. `is_certain`: all of the account could be read.
    """

    is_told: bool
    is_certain: bool


def whereabouts(context: BookingContext, write: Write, deadline: Deadline) -> Found | Nowhere:
    """Tell where the event of a write is. OutcomeUnknown: its own calendar did not answer."""
    calendar = context.calendar(write.calendar, deadline)
    try:
        event = calendar.read(reference(write))
    except EventGone:
        is_told = False
    else:
        # Google shows a deleted event as cancelled; Graph says no more than that there is none.
        if not event.cancelled:
            return Found(write.calendar, event)
        is_told = True
    if not context.vendor(write.calendar).can_relocate:
        return Nowhere(is_told, is_certain=True)
    return _elsewhere(context, write, deadline, is_told=is_told)


def _elsewhere(
    context: BookingContext, write: Write, deadline: Deadline, *, is_told: bool
) -> Found | Nowhere:
    is_certain = True
    try:
        names = list(_calendars_of_account(context, write.calendar, deadline))
    except OutcomeUnknown:
        names, is_certain = _configured(context, write.calendar), False
    for name in names:
        if deadline.remaining() <= 0:
            raise OutcomeUnknown("there was no time left to search the account")
        try:
            events = context.calendar(name, deadline).find_booking(borne_id(write.booking_id, write.resource))
        except OutcomeUnknown:
            is_certain = False
        else:
            if events:
                return Found(name, events[0])
    return Nowhere(is_told, is_certain)


def _calendars_of_account(
    context: BookingContext, calendar: CalendarName, deadline: Deadline
) -> Iterator[CalendarName]:
    """Yield the account's calendars that show their events, each once, the configured ones first."""
    listed = context.calendar(calendar, deadline).of_account()
    configured = _configured(context, calendar)
    found = {_name_of(context, info, calendar, configured): info for info in listed}
    met = context.identities.known([*configured, *found])
    done = {met.of(name) for name, info in found.items() if not info.shows_events}
    for name in [*configured, *found]:
        if met.of(name) not in done:
            done.add(met.of(name))
            yield name


def _name_of(
    context: BookingContext, info: CalendarInfo, beside: CalendarName, configured: Sequence[CalendarName]
) -> CalendarName:
    """Return a listed calendar's name; the main one has two, of which the configuration's is known."""
    ids = {info.id, context.vendor(beside).main_calendar} if info.is_primary else {info.id}
    by_id = CalendarName(beside.provider, beside.account, info.id)
    return next((name for name in configured if name.calendar in ids), by_id)


def _configured(context: BookingContext, calendar: CalendarName) -> list[CalendarName]:
    named = {name for host in context.hosts.values() for name in host.calendars} | {calendar}
    same = {name for name in named if (name.provider, name.account) == (calendar.provider, calendar.account)}
    # Its own first: an event cut and pasted has another id.
    ordered = sorted(same, key=lambda name: (name != calendar, name))
    return [name for name in ordered if not context.vendor(name).only_shows_busy(name)]
