"""Clears away what concerns nobody any more: alerts, claims, leases, channels, cursors of long ago."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.booking.context import BookingContext
from bridge.booking.enter import ABOUT_RESOURCES
from bridge.booking.job_names import READ_BACK
from bridge.booking.read_back import overlap_key
from bridge.store.dialects import CLOCK_SLACK
from bridge.store.sql import (
    alerts,
    asked_for,
    bookings,
    channels,
    claims,
    cursors,
    follow_ups,
    identities,
    jobs,
    last_answers,
    leases,
    requests,
    set_days,
    uploads,
)

# Closed alerts, and of appointments that are over the time they took, what was told of them and by which
# requests they were made.
KEPT = timedelta(days=30)
_ABOUT_BOOKINGS = (
    "overlap:",
    "no_link:",
    "uncorrected:",
    "correction:",
    "mail_domain:",
    "told_failed:",
    *ABOUT_RESOURCES,
)  # before the booking's id
_SET_DAYS_KEPT = timedelta(days=400)  # for Week: what the hours were a year ago
_ENDED_FOR = timedelta(days=1)
_LONGEST_LEASE = timedelta(hours=1)  # far beyond any
_AT_ONCE = 500


def tidy(context: BookingContext) -> None:
    """Close alerts whose appointment is over or cancelled, and drop what is left of long ago."""
    now = context.now()
    with context.store.read() as connection:
        about = {
            each.key: bookings.get(connection, each.key.partition(":")[2].partition("/")[0])
            for each in alerts.open_alerts(connection)
            if each.key.startswith(_ABOUT_BOOKINGS)
        }
    for key, booking in about.items():
        if booking is None or not booking.state.is_live or booking.interval.end <= now:
            context.alerts.resolve(key)
        elif key == overlap_key(booking.id):  # the other one may have gone: nothing of this one's tells
            with context.store.write() as connection:
                jobs.schedule(connection, READ_BACK, booking.id, now)
    _clear(context, lambda connection: alerts.drop_closed(connection, now - KEPT, limit=_AT_ONCE))
    # Nobody listens to them any more: of calendars that were taken out, or of a process that died meanwhile.
    _clear(context, lambda connection: channels.drop_ended(connection, now - _ENDED_FOR, limit=_AT_ONCE))
    _clear(context, lambda connection: cursors.drop_unread(connection, now - KEPT, limit=_AT_ONCE))
    _clear_past(context, now - KEPT)
    _clear(context, lambda connection: uploads.drop_older(connection, now - KEPT, limit=_AT_ONCE))
    _clear(context, lambda connection: last_answers.drop_older(connection, now - KEPT, limit=_AT_ONCE))
    past = (now - _SET_DAYS_KEPT).date()
    _clear(context, lambda connection: set_days.drop_past(connection, past, limit=_AT_ONCE))
    _clear(
        context,
        lambda connection: leases.clear(
            connection, _LONGEST_LEASE, context.lease_now(connection), limit=_AT_ONCE
        ),
    )
    used = {name for host in context.attending.values() for name in host.calendars}
    context.health.forget_all_but(used)
    with context.store.write() as connection:
        there = context.lease_now(connection)
        known = {str(name) for name in used} | {*identities.alike(connection, used).values()}
        last_answers.drop_all_but(connection, known, there - _ENDED_FOR, there + CLOCK_SLACK)
        asked_for.drop_older(connection, there - _ENDED_FOR)


def _clear_past(context: BookingContext, before: datetime) -> None:
    """Drop what hangs on appointments that ended before a moment."""
    _clear_found(context, lambda it: follow_ups.of_past(it, before, limit=_AT_ONCE), follow_ups.forget)
    _clear_found(context, lambda it: requests.of_past(it, before, limit=_AT_ONCE), requests.drop)
    # Each new claim is compared with those that are there, on PostgreSQL by an index that grows slow.
    _clear_found(
        context,
        lambda it: claims.of_past(it, before, limit=_AT_ONCE),
        lambda it, ids: claims.drop_past(it, ids, before),
    )


def _clear(context: BookingContext, drop: Callable[[Connection], int]) -> None:
    """Drop rows until fewer are found than at once: callers write in between."""
    dropped = _AT_ONCE
    while dropped == _AT_ONCE:
        with context.store.write() as connection:
            dropped = drop(connection)


def _clear_found(
    context: BookingContext,
    find: Callable[[Connection], Sequence[str]],
    drop: Callable[[Connection, Sequence[str]], None],
) -> None:
    """Do the same where a month's rows are looked through: that keeps nobody from writing."""
    found: Sequence[str] = ("",) * _AT_ONCE
    while len(found) == _AT_ONCE:
        with context.store.read() as connection:
            found = find(connection)
        if found:
            with context.store.write() as connection:
                drop(connection, found)
