"""The background jobs of bookings: what each kind does, and when it is due again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bridge.background import Background, Lane, Work
from bridge.booking import job_names, settle
from bridge.booking.amend import amend
from bridge.booking.context import BookingContext
from bridge.booking.deletions import forget_past, tell_stops
from bridge.booking.enter import enter
from bridge.booking.follow import RARELY, follow_calendar, survey
from bridge.booking.followed import followed, is_followed
from bridge.booking.identify import DAILY, claim_calendars, identify, named, unidentified
from bridge.booking.link import complete_link
from bridge.booking.look import LOOK_AT_FAR, close_outlived, look
from bridge.booking.probe import probe
from bridge.booking.read_back import read_back
from bridge.booking.refresh import Refreshed, refresh
from bridge.booking.tidy import tidy
from bridge.booking.watch import LOOK_EVERY, PushChannels
from bridge.calendars.health import PROBE
from bridge.model import CalendarName
from bridge.store.sql import bookings, jobs, writes
from providers.base import Deadline

if TYPE_CHECKING:
    from dns.resolver import Resolver

RECONCILE_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(hours=1)
# How long jobs wait at most, where that is longer than a quarter of an hour; for when the clock is set back.
LONGEST_WAITS = {
    job_names.TIDY: TIDY_EVERY,
    job_names.FOLLOW: RARELY,
    job_names.SURVEY: RARELY,
    job_names.WATCH: LOOK_EVERY,
    job_names.LOOK: LOOK_AT_FAR,
    job_names.IDENTIFY: DAILY,
    job_names.REFRESH: DAILY,
}
_NAMES = Lane("dns", "names")
_SECONDS = 20.0  # nobody waits on the phone for these
_OF_BOOKINGS = frozenset(
    {
        job_names.REMOVE,
        job_names.READ_BACK,
        job_names.AMEND,
        job_names.ENTER,
        job_names.LOOK,
        job_names.LINK,
    }
)


@dataclass(frozen=True)
class BookingJobs:
    """The work behind each kind of job; `make_resolver` reads the machine's settings of DNS anew."""

    context: BookingContext
    channels: PushChannels
    make_resolver: Callable[[], Resolver]
    refreshed: Refreshed

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {
            job_names.RECONCILE: self._reconcile,
            job_names.REMOVE: self._remove,
            job_names.READ_BACK: self._read_back,
            job_names.AMEND: self._timed(amend),
            job_names.ENTER: self._timed(enter),
            job_names.SURVEY: partial(survey, self.context),
            job_names.FOLLOW: self._follow,
            job_names.LOOK: self._timed(look),
            job_names.LINK: self._timed(complete_link),
            job_names.MAIL_DOMAIN: self._mail_domain,
            job_names.WATCH: self._watch,
            job_names.TIDY: self._tidy,
            PROBE: partial(probe, self.context),
            job_names.REFRESH: partial(refresh, self.context, self.refreshed),
            job_names.IDENTIFY: self._identify,
            job_names.CLAIM_CALENDARS: lambda _subject: claim_calendars(self.context),
        }

    def _timed(self, look_after: Callable[[BookingContext, str, Deadline], timedelta | None]) -> Work:
        """Return the work that looks after one booking, within a time of its own."""
        return lambda booking_id: look_after(self.context, booking_id, self._deadline())

    def _reconcile(self, _subject: str) -> timedelta:
        settle.reconcile(self.context)
        tell_stops(self.context)
        close_outlived(self.context)
        forget_past(self.context)
        return RECONCILE_EVERY

    def _remove(self, subject: str) -> timedelta | None:
        booking_id, _, number = subject.rpartition("/")
        return settle.remove(self.context, booking_id, int(number), self._deadline())

    def _read_back(self, subject: str) -> None:
        self._follow_closely(subject)
        read_back(self.context, subject, self._deadline())

    def _follow(self, subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if not is_followed(self.context, calendar):
            return None  # taken out of the configuration; its job ends by this
        return follow_calendar(self.context, calendar, self._deadline())

    def _follow_closely(self, booking_id: str) -> None:
        """Plan to follow a calendar that was followed rarely, now that it holds a booking."""
        with self.context.store.read() as connection:
            booking = bookings.get(connection, booking_id)
        if booking is None or self.context.vendor(booking.calendar).is_surveyed:
            return
        with self.context.store.write() as connection:
            soon = self.context.now() + self.context.vendor(booking.calendar).follow_every
            jobs.schedule(connection, job_names.FOLLOW, str(booking.calendar), soon)

    def _mail_domain(self, subject: str) -> timedelta | None:
        from bridge.booking.mail_domain import look_up_domain  # DNS takes a while to load

        return look_up_domain(self.context, subject, self.make_resolver)

    def _tidy(self, _subject: str) -> timedelta:
        tidy(self.context)
        return TIDY_EVERY

    def _watch(self, subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if not self.channels.is_possible or not is_followed(self.context, calendar):
            return None
        self.channels.keep_open(calendar, self._deadline())
        return LOOK_EVERY

    def _identify(self, subject: str) -> timedelta | None:
        calendar = CalendarName.parse(subject)
        if calendar not in named(self.context):
            return None  # taken out of the configuration
        return identify(self.context, calendar, self._deadline())

    def lanes(self, connection: Connection, found: Sequence[jobs.Job]) -> Mapping[jobs.Job, Lane]:
        """Tell whose account jobs wait for; one that is not told of waits for nobody's, or is void."""
        of_bookings = {job: job.subject.partition("/")[0] for job in found if job.kind in _OF_BOOKINGS}
        calendars = writes.calendars_of(connection, set(of_bookings.values())) if of_bookings else {}
        lanes: dict[jobs.Job, Lane] = {}
        for job in found:
            if calendar := calendars.get(of_bookings.get(job, "")):
                lanes[job] = _lane(calendar)
            elif job.kind in (job_names.FOLLOW, job_names.WATCH, job_names.IDENTIFY, job_names.REFRESH):
                lanes[job] = _lane(CalendarName.parse(job.subject))
            elif job.kind == job_names.MAIL_DOMAIN:
                lanes[job] = _NAMES  # a resolver that hangs keeps one thread
            elif job.kind == PROBE:
                vendor, _, account = job.subject.partition(":")
                lanes[job] = Lane(vendor, account)
        return lanes

    def _deadline(self) -> Deadline:
        return Deadline(_SECONDS, self.context.monotonic, is_patient=True)


def _lane(calendar: CalendarName) -> Lane:
    # Embedded calendars have no account in common that could keep the next one waiting.
    return Lane(calendar.provider, calendar.account or calendar.calendar)


def plan_standing(context: BookingContext, background: Background, refreshed: Iterable[str]) -> None:
    """Make sure that the jobs that are always due again are planned; they run at once."""
    background.plan(job_names.RECONCILE)
    background.plan(job_names.TIDY)
    background.plan(job_names.CLAIM_CALENDARS)
    background.plan_each(job_names.REFRESH, refreshed)
    if names := named(context):
        with context.store.write() as connection:
            jobs.schedule_each(connection, job_names.IDENTIFY, map(str, names), context.now() + DAILY)
    background.plan_each(job_names.IDENTIFY, map(str, unidentified(context)))
    calendars = followed(context)
    for provider in sorted({each.provider for each in calendars if context.vendor(each).is_surveyed}):
        background.plan(job_names.SURVEY, provider)
    read = [each for each in calendars if not context.vendor(each).is_surveyed]
    background.plan_each(job_names.FOLLOW, map(str, read))
    background.plan_each(job_names.WATCH, (str(each) for each in read if context.vendor(each).pushes))
