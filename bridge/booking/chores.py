"""The background jobs of bookings: what each kind does, and when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bridge.background import Background, Work
from bridge.booking import people, readback, settle, work
from bridge.booking.context import BookingContext
from bridge.model import CalendarName
from providers.base import Deadline

RECONCILE_EVERY = timedelta(minutes=1)
FOLLOW_EVERY = timedelta(minutes=5)
FOLLOW_LOCAL_EVERY = timedelta(seconds=30)  # nobody pushes there, and asking costs nothing
_SECONDS = 20.0  # nobody waits on the phone for these


def chores(context: BookingContext) -> Mapping[str, Work]:
    """Return what to do for each kind of job."""

    def deadline() -> Deadline:
        return Deadline(_SECONDS, context.monotonic)

    def reconcile(_subject: str) -> timedelta:
        settle.reconcile(context)
        return RECONCILE_EVERY

    def remove(subject: str) -> timedelta | None:
        booking_id, _, number = subject.rpartition("/")
        return settle.remove(context, booking_id, int(number), deadline())

    def read_back(subject: str) -> None:
        readback.read_back(context, subject, deadline())

    def follow(subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if calendar not in followed(context):
            return None
        people.follow_calendar(context, calendar, deadline())
        return FOLLOW_LOCAL_EVERY if calendar.provider == "local" else FOLLOW_EVERY

    return {work.RECONCILE: reconcile, work.REMOVE: remove, work.READ_BACK: read_back, work.FOLLOW: follow}


def followed(context: BookingContext) -> set[CalendarName]:
    """Return the calendars whose changes by people matter: those that take bookings."""
    return {host.booking_calendar for host in context.hosts.values()}


def plan_standing(context: BookingContext, background: Background) -> None:
    """Make sure that the jobs that are always due again are planned; they run at once."""
    background.plan(work.RECONCILE)
    for calendar in followed(context):
        background.plan(work.FOLLOW, str(calendar))
