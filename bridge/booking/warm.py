"""Asks calendars ahead of the next call, so that an offer is made without waiting for a vendor.

One job for each vendor asks for whatever callers asked for within the last hour: each calendar before what it
answered last is too old, and at once when it changed. What fails is left to its probe, and is told of like
any failure. A call asks by itself for what is not warm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from bridge.background import Work
from bridge.booking.context import BookingContext
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.health import account_of
from bridge.calendars.kept_answers import Asked
from bridge.calendars.last_answers import KEEP_WARM, key_of
from bridge.config import Config
from bridge.model import Ability, EventType
from bridge.scheduling.offers import busy_window
from bridge.store.dialects import CLOCK_SLACK
from bridge.store.sql import asked_for, last_answers
from providers.base import Deadline, Interval

LEAST_AGE_SECONDS = 30.0  # answers that may not become older are not worth asking ahead for
ASKED_WITHIN = timedelta(hours=1)

_PAUSE = timedelta(seconds=5)
_LONGEST_SECONDS = 20.0  # the job's lease is longer
_AT_ONCE = 8  # accounts: most of the pool is for calls
_PART = 2 / 3  # of the age at which an answer is not offered from any more


@dataclass(frozen=True)
class Warmth:
    """The calendars that are asked ahead: for answers `max_age` seconds old at most, each in `seconds`."""

    context: BookingContext
    free_busy: FreeBusy
    max_age: float
    seconds: float

    @classmethod
    def of(cls, config: Config, context: BookingContext, free_busy: FreeBusy) -> Warmth:
        """Return them by the configuration: asked as a call would ask."""
        ages, seconds = config.bridge.busy_max_age, config.bridge.deadline
        return cls(context, free_busy, ages.total_seconds(), seconds.total_seconds())

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for each kind of job."""
        return {KEEP_WARM: self.keep_warm}

    def keep_warm(self, vendor: str) -> timedelta | None:
        """Ask what is due of a vendor's calendars; return when to look again, None if nobody wants them."""
        context, now = self.context, self.free_busy.last_answers.clock.now()
        with context.store.read() as connection:
            asked = asked_for.since(connection, now - ASKED_WITHIN)
        wanted = self._wanted(asked, vendor)
        if not wanted or self.max_age < LEAST_AGE_SECONDS:
            return None
        due_at = self._due_at(wanted, now)
        context.health.refresh()
        due = [each for each in wanted if due_at[each] <= now and not self._fails(each)]
        most = int(context.vendors[vendor].asked_ahead_per_minute * _PAUSE / timedelta(minutes=1))
        # One failure is no news while there is an answer for the next call, and time to ask once more.
        spare = timedelta(seconds=self.max_age * (1 - _PART)) - 2 * _PAUSE
        good = frozenset(each for each in due if now - due_at[each] < spare)
        self._ask({each: wanted[each] for each in due[:most]}, good)
        coming = [moment for moment in due_at.values() if moment > now]
        # What was asked may have failed, and some may be left.
        return _PAUSE if due else max(min(coming, default=now) - now, _PAUSE)

    def _wanted(self, asked: Sequence[tuple[str, str]], vendor: str) -> dict[Asked, Interval]:
        """Return what an offer of these event types needs to know by the time it is asked for again."""
        context, wanted = self.context, dict[Asked, Interval]()
        kinds = [kind for name, service in asked if (kind := self._kind(name, service))]
        questions = context.availability.questions({host for kind in kinds for host in kind.team.asked})
        for kind in kinds:
            window = self._window(kind, context.now())
            for each in chain.from_iterable(questions[host] for host in kind.team.asked):
                if each.name.provider == vendor and each.is_for_all:
                    other = wanted.get(each, window)
                    wanted[each] = Interval(min(window.start, other.start), max(window.end, other.end))
        return wanted

    def _kind(self, name: str, service: str) -> EventType | None:
        event_type = self.context.event_types.get(name)
        return event_type.services.get(service) if event_type and service else event_type

    def _window(self, event_type: EventType, now: datetime) -> Interval:
        later = busy_window(event_type, now + timedelta(seconds=self.max_age))  # past midnight it ends later
        return Interval(busy_window(event_type, now).start, later.end)

    def _due_at(self, wanted: Mapping[Asked, Interval], now: datetime) -> dict[Asked, datetime]:
        """Return when each is to be asked, by the database's clock; long ago where no answer is of use."""
        with self.context.store.read() as connection:
            ages = last_answers.ages(connection, {each.identity for each in wanted})
        due_at = dict.fromkeys(wanted, now - ASKED_WITHIN)
        for asked, window in wanted.items():
            asked_at, known = ages.get(key_of(asked.identity, asked.query), (None, window))
            # From the future: the clock was set back since.
            if asked_at and asked_at <= now + CLOCK_SLACK and known.covers(window):
                due_at[asked] = asked_at + timedelta(seconds=self.max_age * _PART)
        return due_at

    def _fails(self, asked: Asked) -> bool:
        health = self.context.health
        return health.fails(asked.name, Ability.READ) or health.silence(asked.name) is not None

    def _ask(self, due: Mapping[Asked, Interval], good: frozenset[Asked]) -> None:
        """Ask a few accounts at a time; what there is no time for is due again with the next look."""
        whole = Deadline(_LONGEST_SECONDS, self.context.monotonic)
        for window, accounts in _by_window(due).items():
            for at in range(0, len(accounts), _AT_ONCE):
                if whole.remaining() <= self.seconds:
                    return
                deadline = Deadline(self.seconds, self.context.monotonic, is_patient=True)
                some = list(chain.from_iterable(accounts[at : at + _AT_ONCE]))
                self.free_busy.renew(some, window, deadline, good)
                self.free_busy.last_answers.write_down()
        self.context.health.write_down()


def _by_window(due: Mapping[Asked, Interval]) -> dict[Interval, list[list[Asked]]]:
    """Return what to ask by the stretch of time, and there by account."""
    by_window: dict[Interval, dict[str, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    for asked, window in due.items():
        by_window[window][account_of(asked.name)].append(asked)
    return {window: list(accounts.values()) for window, accounts in by_window.items()}
