"""Knows what every calendar and account does at present, and tells all processes through the database.

What was seen is kept in memory at once and written by a thread of the call pool, so that no caller waits
for it: only when it changes something, and the time of a good answer at most once a minute. What others
wrote is read again when the revision of health has changed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.calendars.call_pool import CallPool
from bridge.calendars.complaints import complain, content
from bridge.errors import StoreUnavailable
from bridge.model import Ability, CalendarName, Condition
from bridge.store.engine import Store
from bridge.store.patience import is_repeat, repeated
from bridge.store.sql import health, jobs, revisions
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)

_log = logging.getLogger(__name__)

PROBE = "probe"  # the job that looks whether what fails is well again: subject "<provider>:<account>"
LONGEST_WAIT = timedelta(minutes=5)  # whatever a vendor asks for, callers must be served again
TRIAL_EVERY = timedelta(minutes=15)  # one booking may show whether a calendar takes any again
_GOOD_EVERY = timedelta(minutes=1)
_HANGING = timedelta(seconds=90)  # after a time-out; the probe looks each minute, and knows better before
_QUOTA_SECONDS = 60.0  # who asks for that much patience with a write takes none for now

Key = tuple[str, Ability]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a calendar's answer showed: well, or the error; `about` is the start of the appointment meant."""

    name: CalendarName
    at: datetime
    error: ProviderError | None = None
    not_before: datetime | None = None
    about: datetime | None = None


class Health:
    """The health of all calendars. Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        pool: CallPool,
        now: Callable[[], datetime],
        *,
        alerts: Alerts,
        advise: Callable[[CalendarName, ProviderError], str],
    ) -> None:
        """Take over the database's rows; `advise` says in the owner's language what an error means."""
        self._store = store
        self._pool = pool
        self._now = now
        self._alerts = alerts
        self.advise = advise
        self._failing: Mapping[Key, Condition] = {}
        self._revision = -1
        self._unwritten: dict[Key, _Seen] = {}
        self._good_told: dict[Key, datetime] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._is_handed_over = False

    def refresh(self) -> None:
        """Learn what other processes saw. Without a database what was known stays."""
        with suppress(StoreUnavailable):
            self.learn(self._store.revisions().get(revisions.HEALTH, 0))

    def learn(self, revision: int) -> None:
        """Learn what other processes saw up to a revision. StoreUnavailable: what was known stays."""
        if revision == self._revision:
            return
        with self._store.read() as connection:
            found = health.failing(connection)
        self._failing = {(each.subject, each.ability): each for each in found}
        self._revision = revision

    def good(self, name: CalendarName, ability: Ability) -> None:
        """Take note of a good answer."""
        key = _key(name, ability)
        now, told = self._now(), self._good_told.get(key)
        is_told = not name.account or (told is not None and now - told < _GOOD_EVERY)
        if is_told and key not in self._failing and key not in self._unwritten:
            return
        self._note(key, _Seen(name, now))

    def failed(
        self,
        name: CalendarName,
        ability: Ability,
        error: ProviderError,
        *,
        not_before: datetime | None = None,
        about: datetime | None = None,
    ) -> None:
        """Take note of a failure; `not_before` keeps calls from trying again until then."""
        key = _key(name, ability)
        known = self._failing.get(key)
        is_same = known is not None and (known.kind, known.error) == content(error)
        if is_same and known and known.not_before == not_before and key not in self._unwritten:
            return
        self._note(key, _Seen(name, self._now(), error, not_before, about))

    def answered(self, name: CalendarName, error: ProviderError | None, *, is_hanging: bool = False) -> None:
        """Take note of what came of asking for busy time; `is_hanging`: somebody waited in vain."""
        if error is None:
            self.good(name, Ability.READ)
            if name.account:
                self.good(name, Ability.ANSWER)
            return
        # The account first: the probe of what cannot be read must find that it is to be left alone.
        if name.account and is_hanging:
            self.failed(name, Ability.ANSWER, error, not_before=self._now() + _HANGING)
        elif name.account and isinstance(error, RateLimited) and error.retry_after:
            until = self._now() + min(timedelta(seconds=error.retry_after), LONGEST_WAIT)
            self.failed(name, Ability.ANSWER, error, not_before=until)
        self.failed(name, Ability.READ, error)

    def write_refused(self, name: CalendarName, error: ProviderError, start: datetime) -> None:
        """Take note that the calendar did not take an appointment, if that says something of the calendar."""
        if isinstance(error, AccessDenied | CalendarNotFound | ConnectionExpired):
            self.failed(name, Ability.WRITE, error, not_before=self._now() + TRIAL_EVERY, about=start)
        elif isinstance(error, RateLimited) and (error.retry_after or 0) >= _QUOTA_SECONDS:
            self.failed(name, Ability.WRITE, error, not_before=self._now() + LONGEST_WAIT, about=start)

    def silence(self, name: CalendarName) -> ProviderError | None:
        """Return why a calendar's account is not to be asked at this moment; None: ask."""
        found = self._condition((account_of(name), Ability.ANSWER)) if name.account else None
        if found is None or found.not_before is None:
            return None
        left = found.not_before - self._now()
        if not timedelta(0) < left <= LONGEST_WAIT:  # more than that only a clock set back can tell
            return None
        if found.kind == RateLimited.__name__:
            return RateLimited(name.provider, "free_busy", "asked to wait", retry_after=left.total_seconds())
        return ProviderUnavailable(name.provider, "free_busy", found.error)

    def fails(self, name: CalendarName, ability: Ability) -> bool:
        """Tell whether an ability is known to fail."""
        return self._condition(_key(name, ability)) is not None

    def refusal(self, name: CalendarName) -> str:
        """Return why nothing may be written into a calendar now, in the vendor's words; empty: it may."""
        found = self._condition((str(name), Ability.WRITE))
        if found is None:
            return ""
        is_due = found.not_before is None or found.not_before <= self._now()
        return "" if is_due and not found.by_right else found.error

    def may_write(self, name: CalendarName) -> bool:
        """Tell whether a booking may be tried; where writes were refused, one of them for all processes."""
        if self._condition((str(name), Ability.WRITE)) is None:
            return True
        return not self.refusal(name) and self._let_through(str(name), self._now())

    def is_by_right(self, name: CalendarName) -> bool:
        """Tell whether the calendar's access right tells of the refusal of writes."""
        found = self._condition((str(name), Ability.WRITE))
        return found is not None and found.by_right

    def told_by_right(self, name: CalendarName) -> None:
        """Let the calendar's access right decide when bookings are tried again."""
        with self._store.write() as connection:
            health.told_by_right(connection, str(name))
            revisions.bump(connection, revisions.HEALTH)
        self.refresh()

    def failing_of(self, account: str) -> list[Condition]:
        """Return what does not work at an account, or at a calendar without one."""
        self.refresh()
        homes = ((each, account_of(CalendarName.parse(each.subject))) for each in self._failing.values())
        return [each for each, home in homes if account in (each.subject, home)]

    def every(self) -> list[Condition]:
        """Return everything that is known of every calendar and account."""
        with self._store.read() as connection:
            return health.every(connection)

    def forget_all_but(self, names: Collection[CalendarName]) -> None:
        """Forget calendars that the configuration does not name any more, and what was alerted of them."""
        used = {str(name) for name in names} | {account_of(name) for name in names}
        gone = sorted({each.subject for each in self.every()} - used)
        if not gone:
            return
        with self._store.write() as connection:
            health.forget(connection, gone)
            for subject in gone:
                for ability in Ability:
                    self._alerts.resolve(f"{ability}:{subject}", within=connection)
            revisions.bump(connection, revisions.HEALTH)

    def write_down(self) -> None:
        """Write what was seen into the database now. What cannot be written is kept for the next time."""
        with self._turn:
            with self._lock:
                self._is_handed_over = False
                seen = dict(self._unwritten)
            if not seen:
                return
            try:
                self._write(seen)
            except StoreUnavailable as error:
                _log.warning("the calendars' health could not be kept: %s", error)

    @repeated
    def _let_through(self, subject: str, now: datetime) -> bool:
        with self._store.write() as connection:
            is_ours = health.let_through(connection, subject, now, TRIAL_EVERY, again=is_repeat())
            if is_ours:
                revisions.bump(connection, revisions.HEALTH)
        return is_ours

    def _write(self, seen: Mapping[Key, _Seen]) -> None:
        advice = {key: self.advise(each.name, each.error) for key, each in seen.items() if each.error}
        with self._store.write() as connection:
            # In one order in all processes: PostgreSQL would end one of two that wait for each other.
            changed = [
                self._write_one(connection, key, seen[key], advice.get(key, "")) for key in sorted(seen)
            ]
            if any(changed):
                revisions.bump(connection, revisions.HEALTH)
        if any(changed):
            self.refresh()
        with self._lock:
            for key, each in seen.items():
                if each.error is None:
                    self._good_told[key] = each.at
                else:
                    self._good_told.pop(key, None)
                if self._unwritten.get(key) is each:
                    del self._unwritten[key]

    def _write_one(self, connection: Connection, key: Key, seen: _Seen, advice: str) -> bool:
        """Write one thing that was seen; return whether others must know."""
        subject, ability = key
        if seen.error is None:
            is_well_again = health.record_good(connection, subject, ability, seen.at, _GOOD_EVERY)
            if is_well_again:
                self._alerts.resolve(f"{ability}:{subject}", within=connection)
            return is_well_again
        kind, error = content(seen.error)
        found = Condition(
            subject, ability, seen.at, None, kind, error, advice=advice, not_before=seen.not_before
        )
        if health.record_failure(connection, found):
            complain(self._alerts, seen.name, found, about=seen.about, within=connection)
            # Not with each failure: the probe's own would have it look again at once, without end.
            jobs.schedule(connection, PROBE, account_of(seen.name), seen.at)
        return True

    def _note(self, key: Key, seen: _Seen) -> None:
        with self._lock:
            self._unwritten[key] = seen
            if self._is_handed_over:
                return
            self._is_handed_over = True
        try:
            self._pool.start("health", self.write_down)
        except ProviderUnavailable:  # every thread is taken: whatever is seen next takes it along
            self._is_handed_over = False

    def _condition(self, key: Key) -> Condition | None:
        """Return how something fails, by what this process saw last or what the database said."""
        seen = self._unwritten.get(key)
        if seen is None:
            return self._failing.get(key)
        if seen.error is None:
            return None
        kind, error = content(seen.error)
        return Condition(*key, seen.at, None, kind, error, not_before=seen.not_before)


def account_of(name: CalendarName) -> str:
    """Return what an account is known by: a calendar without one is by itself."""
    return f"{name.provider}:{name.account}" if name.account else str(name)


def _key(name: CalendarName, ability: Ability) -> Key:
    return (account_of(name) if ability is Ability.ANSWER else str(name), ability)
