"""The background jobs of bookings: what each kind does, and when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from bridge.background import Background, Lane, Work
from bridge.booking import jobs, settle
from bridge.booking.context import BookingContext
from bridge.booking.follow import follow_calendar
from bridge.booking.read_back import read_back
from bridge.booking.watch import LOOK_EVERY, PushChannels
from bridge.model import CalendarName
from bridge.store.sql import writes
from providers.base import Deadline

RECONCILE_EVERY = timedelta(minutes=1)
_SECONDS = 20.0  # nobody waits on the phone for these


@dataclass(frozen=True)
class BookingJobs:
    """The work behind each kind of job."""

    context: BookingContext
    channels: PushChannels

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {
            jobs.RECONCILE: self._reconcile,
            jobs.REMOVE: self._remove,
            jobs.READ_BACK: self._read_back,
            jobs.FOLLOW: self._follow,
            jobs.WATCH: self._watch,
        }

    def _reconcile(self, _subject: str) -> timedelta:
        settle.reconcile(self.context)
        return RECONCILE_EVERY

    def _remove(self, subject: str) -> timedelta | None:
        booking_id, _, number = subject.rpartition("/")
        return settle.remove(self.context, booking_id, int(number), self._deadline())

    def _read_back(self, subject: str) -> None:
        read_back(self.context, subject, self._deadline())

    def _follow(self, subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if calendar not in followed(self.context):
            return None  # taken out of the configuration; its job ends by this
        follow_calendar(self.context, calendar, self._deadline())
        return self.context.vendor(calendar).follow_every

    def _watch(self, subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if not self.channels.is_possible or calendar not in followed(self.context):
            return None
        self.channels.keep_open(calendar, self._deadline())
        return LOOK_EVERY

    def lane(self, connection: Connection, kind: str, subject: str) -> Lane | None:
        """Tell whose account a job waits for; None: nobody's, or nothing is left to do for it."""
        if kind in (jobs.FOLLOW, jobs.WATCH):
            return _lane(CalendarName.parse(subject))
        if kind in (jobs.REMOVE, jobs.READ_BACK):
            made = writes.of_booking(connection, subject.partition("/")[0])
            return _lane(made[-1].calendar) if made else None
        return None

    def _deadline(self) -> Deadline:
        return Deadline(_SECONDS, self.context.monotonic, is_patient=True)


def _lane(calendar: CalendarName) -> Lane:
    return Lane(calendar.provider, calendar.account or calendar.calendar)


def followed(context: BookingContext) -> set[CalendarName]:
    """Return the calendars whose changes by people matter: those that take bookings."""
    return {host.booking_calendar for host in context.hosts.values()}


def plan_standing(context: BookingContext, background: Background) -> None:
    """Make sure that the jobs that are always due again are planned; they run at once."""
    background.plan(jobs.RECONCILE)
    for calendar in followed(context):
        background.plan(jobs.FOLLOW, str(calendar))
        if context.vendor(calendar).pushes:
            background.plan(jobs.WATCH, str(calendar))
