"""Reads in change feeds where to look: which bookings' events people may have touched.

The feeds decide nothing. Where one cannot be read, its coming bookings are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from bridge.booking import ledger
from bridge.booking.context import BookingContext
from bridge.booking.enter import is_about_entry
from bridge.booking.event import borne_id
from bridge.booking.followed import followed, is_of_bookings
from bridge.booking.job_names import ENTER, FOLLOW, LOOK, READ_BACK
from bridge.booking.look import look
from bridge.calendars.last_answers import has_changed
from bridge.errors import OutcomeUnknown
from bridge.model import Booking, BookingState, CalendarName, Write, WriteState
from bridge.store.sql import bookings, channels, cursors, deletions, identities, jobs, revisions, writes
from providers.base import Changes, Deadline, Event

RARELY = timedelta(hours=1)  # a calendar without a booking to come
_AGAIN = timedelta(minutes=1)
# A feed that fails for longer is not waited for any more.
_PATIENCE = timedelta(minutes=3)
_SECONDS = 20.0

Names = Collection[CalendarName]  # of one calendar


@dataclass(frozen=True, slots=True)
class _Hint:
    """A booking to look at; `is_reported`: the feed says that its event was deleted."""

    booking_id: str
    is_reported: bool = False


def survey(context: BookingContext, provider: str) -> timedelta:
    """Ask a vendor which of its calendars changed at all, and plan to follow those."""
    vendor, whole = context.vendors[provider], CalendarName(provider, "", "*")
    with context.store.read() as connection:
        mark = cursors.get(connection, whole)
        changed, current = vendor.changed_since(connection, mark)
    if current == mark:
        return vendor.follow_every
    ours = followed(context)
    with context.store.write() as connection:
        for name in sorted(ours):
            # At first all: what is there already must not look as if it came beside the first bookings.
            if name.provider == provider and (mark is None or name.calendar in changed):
                jobs.schedule(connection, FOLLOW, str(name), context.now())
        # With the plans: a mark that outlives them says of unseen changes that they were seen.
        cursors.put(connection, whole, current, context.now())
    return vendor.follow_every


def follow_calendar(context: BookingContext, name: CalendarName, deadline: Deadline) -> timedelta | None:
    """Plan to look wherever a calendar says that something changed; return when to read it again."""
    with context.store.read() as connection:
        cursor = cursors.get(connection, name)
    try:
        changes = context.calendar(name, deadline).changes(cursor)
    except OutcomeUnknown:
        return _without_feed(context, name)
    with context.store.read() as connection:
        names = identities.alike(connection, [name])
        hints = [
            *_hints(context, connection, names, changes),
            *_untold(context, connection, name, names, changes),
        ]
        entered = _entries_touched(context, connection, names, changes)
        returned = list(_returned(connection, names, changes))
        is_close = is_of_bookings(context, connection, name)
    for write in returned:
        ledger.disown_returned(context, write)
    # In one transaction: whatever was read past is a job by then, and outlives this process.
    with context.store.write() as connection:
        beside = _made_beside(context, connection, name, changes)
        for hint in hints:
            if hint.is_reported:
                deletions.report(connection, hint.booking_id, name, context.now())
            jobs.schedule(connection, LOOK, hint.booking_id, context.now())
        jobs.schedule_each(connection, ENTER, entered, context.now())
        jobs.schedule_each(connection, READ_BACK, beside, context.now())
        cursors.put(connection, name, changes.cursor, context.now())
        _outdate(context, connection, name, changes, is_known=not hints)
    if context.alerts.is_open(_key(name)):
        context.alerts.resolve(_key(name))
    vendor = context.vendor(name)
    if vendor.is_surveyed:
        return None
    return vendor.follow_every if is_close else RARELY


def _coming(context: BookingContext, connection: Connection, names: Names) -> list[Booking]:
    confirmed = (BookingState.CONFIRMED,)
    return bookings.listed(connection, since=context.now(), states=confirmed, calendars=names)


def _hints(
    context: BookingContext, connection: Connection, names: Names, changes: Changes
) -> Iterator[_Hint]:
    """Yield the bookings that the feed of a calendar with these names gives reason to look at."""
    told = {alert.key.rpartition(":")[2] for alert in context.alerts.open()}  # an alert's cause may have gone
    gone = {event.ref.event_id for event in changes.events if event.cancelled} | set(changes.deleted)
    for event_id in sorted(gone):
        made = writes.by_event(connection, names, event_id)
        for booking_id in sorted({write.booking_id for write in made}):
            is_coming = _is_coming(context, bookings.get(connection, booking_id))
            if is_coming or booking_id in told:
                yield _Hint(booking_id, is_reported=is_coming)
    live = [(event.booking_id, event) for event in changes.events if event.booking_id and not event.cancelled]
    listed = {booking_id for booking_id, _ in live}
    known = bookings.by_ids(connection, listed)
    for booking_id, event in live:
        is_as_known = _is_as_known(context, connection, names, known.get(booking_id), event)
        if booking_id in told or not is_as_known:
            yield _Hint(booking_id)
    # A full listing comes when a cursor has expired; deletions in between are reported nowhere.
    if changes.complete:
        coming = _coming(context, connection, names)
        yield from (_Hint(each.id) for each in coming if each.id not in listed)


def _untold(
    context: BookingContext, connection: Connection, name: CalendarName, names: Names, changes: Changes
) -> Iterator[_Hint]:
    """Yield the bookings whose events were made since the last reading, of which the feed says nothing.

    Exchange tells nothing of what was made and deleted between two readings.
    """
    last = cursors.read_at(connection, name)
    if last is None or changes.complete or context.vendor(name).is_surveyed:
        return  # an embedded calendar tells everything
    told = {event.booking_id for event in changes.events}
    # What was made while the last reading was under way may have come after its answer.
    made = writes.made_since(connection, names, last - _AGAIN, context.now())
    yield from (_Hint(each) for each in sorted(made - told))


def _entries_touched(
    context: BookingContext, connection: Connection, names: Names, changes: Changes
) -> list[str]:
    """Return the bookings whose entries in rooms' calendars people may have moved or removed, or put back."""
    if not context.resources:
        return []
    there = {event.ref.event_id: event.interval for event in changes.events if not event.cancelled}
    gone = {event.ref.event_id for event in changes.events if event.cancelled} | set(changes.deleted)
    told = {each.key.rpartition(":")[2] for each in context.alerts.open() if is_about_entry(each)}

    def is_touched(write: Write) -> bool:
        time = there.get(write.event_id or "")
        if time is None:
            return write.event_id in gone or changes.complete
        return time != write.wanted or borne_id(write.booking_id, write.resource) in told

    entered = writes.entries_in(connection, names, context.now())
    return sorted({write.booking_id for write in entered if is_touched(write)})


def _made_beside(
    context: BookingContext, connection: Connection, name: CalendarName, changes: Changes
) -> set[str]:
    """Return the bookings made in an embedded calendar while somebody entered something else there."""
    is_foreign = any(not event.booking_id and not event.cancelled for event in changes.events)
    if not is_foreign or not context.vendor(name).is_surveyed:
        return set()  # a vendor's calendar is asked after each booking
    # Whoever confirms a booking goes by the cursor: with its event either before all of this, or after.
    revisions.hold(connection, revisions.LOCAL)
    now, last = context.now(), cursors.read_at(connection, name)
    # Before the first reading any may be; and the clock may have been set back since the last.
    since = min(last, now) - _AGAIN if last else None
    return writes.made_since(connection, [name], since, now)


def _outdate(
    context: BookingContext, connection: Connection, name: CalendarName, changes: Changes, *, is_known: bool
) -> None:
    """Let no offer be made from what a vendor's calendar answered before its feed told of something else.

    What the bridge wrote is known; a full listing says nothing of what is new.
    """
    is_foreign = bool(changes.deleted) or any(not event.booking_id for event in changes.events)
    is_news = not is_known or (is_foreign and not changes.complete)
    # A push has said so already.
    if name.account and is_news and not channels.of_calendar(connection, name):
        has_changed(connection, name, context.lease_now)


def _returned(connection: Connection, names: Names, changes: Changes) -> Iterator[Write]:
    """Yield the writes whose events were gone and are there again."""
    for event in changes.events:
        if event.booking_id and not event.cancelled:
            made = writes.by_event(connection, names, event.ref.event_id)
            # A move is a write of its own for the same event: of one that stands nothing has returned.
            if made and all(write.state is WriteState.GONE for write in made):
                yield made[0]


def _is_coming(context: BookingContext, booking: Booking | None) -> bool:
    return (
        booking is not None
        and booking.state is BookingState.CONFIRMED
        and booking.interval.end > context.now()
    )


def _is_as_known(
    context: BookingContext, connection: Connection, names: Names, booking: Booking | None, event: Event
) -> bool:
    """Tell whether a live event is where and how its booking says, so that there is nothing to look at."""
    if booking is None or booking.interval.end <= context.now():
        return True  # of another bridge, or over
    if booking.state.is_ended:
        return False
    found = ledger.rest_of(connection, booking)
    if found is None:
        return True  # held, or a no-show
    return (
        isinstance(found, ledger.Resting)
        and found.write.calendar in names
        and found.write.event_id == event.ref.event_id
        and event.interval == booking.interval
        and event.blocks
        and not event.all_day
        and deletions.get(connection, booking.id) is None
        and not context.invited_resources(booking)  # a feed does not tell what rooms answered
    )


def _without_feed(context: BookingContext, name: CalendarName) -> timedelta:
    """Look at the coming bookings of a calendar one by one, if its feed has long been unreadable."""
    with context.store.write() as connection:
        since = cursors.fail(connection, name, context.now())
    if context.now() - since < _PATIENCE:
        return _AGAIN
    context.alerts.alert(
        _key(name),
        "What people change in {calendar} cannot be read. The bridge looks at each coming appointment there "
        "instead, which takes longer.",
        calendar=name,
    )
    _look_one_by_one(context, name)
    return context.vendor(name).follow_every


def _look_one_by_one(context: BookingContext, name: CalendarName) -> None:
    """Look at as many as the time allows, and at the others the next time."""
    deadline = Deadline(_SECONDS, context.monotonic)
    with context.store.read() as connection:
        # Whose deletion is known has a look planned already.
        coming = [
            booking
            for booking in _coming(context, connection, [name])
            if deletions.get(connection, booking.id) is None
        ]
        last = cursors.looked_at(connection, name)
    for booking in _after(coming, last):
        if deadline.remaining() <= 0:
            return
        with context.store.write() as connection:
            # Before the look: one that always fails would keep the others from theirs.
            cursors.look_on_from(connection, name, booking.id)
        try:
            look(context, booking.id, deadline)
        except OutcomeUnknown:
            return  # the calendar does not answer at all; the next time begins with the next booking


def _after(coming: Sequence[Booking], last: str) -> Sequence[Booking]:
    """Return the bookings in turn, beginning after the one that was the last."""
    at = next((index + 1 for index, booking in enumerate(coming) if booking.id == last), 0)
    return [*coming[at:], *coming[:at]]


def _key(name: CalendarName) -> str:
    return f"following:{name}"
