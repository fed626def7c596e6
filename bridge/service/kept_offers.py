"""Answers what can be offered now, and keeps the answer while nothing that made it has changed.

An offer does not depend on the caller. It is kept within one minute, for one state of the claims and
of the busy answers it was made from; one that had to leave a host out is not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.booking.context import BookingContext
from bridge.booking.warm import LEAST_AGE_SECONDS
from bridge.calendars.availability import Busy
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.judging import why_empty
from bridge.calendars.kept_answers import KeptAnswers
from bridge.calendars.news import News, Revision
from bridge.config import Config
from bridge.model import CalendarName, EventType, Slot
from bridge.scheduling.offers import busy_window, every_start, offer
from bridge.scheduling.slots import HostTime
from bridge.scheduling.team import certain_hosts
from bridge.service.asked_for import AskedFor
from bridge.store.patience import call_deadline, within
from providers.base import Deadline, Interval

_SECONDS_FOR_THE_REST = 0.3  # of the deadline, for the database and the answer


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be told to a caller now.

    `hosts` are who will attend each slot, as far as that is certain; left out where nobody is told.
    `silent` are the calendars that did not answer, so that their hosts had to be left out. Of an empty offer
    `explanation` says for each host what was in the way.
    """

    slots: tuple[Slot, ...]
    answered_at: float  # the oldest of the busy answers, in monotonic time
    silent: tuple[CalendarName, ...] = ()
    hosts: tuple[tuple[str, ...], ...] = ()
    explanation: Sequence[Mapping[str, object]] = ()

    @property
    def is_complete(self) -> bool:
        """Tell whether every calendar answered."""
        return not self.silent


@dataclass(frozen=True, slots=True)
class _Made:
    """An offer with the state of what it was made from, and the minute, of which it is true."""

    offer: Offer
    revision: Revision
    version: int  # of the busy answers
    identities: frozenset[str]  # of the calendars that gave them
    minute: datetime


@dataclass(frozen=True, slots=True)
class Bookable:
    """Every start that is bookable now, ascending, and what is known of the hosts' time."""

    event_type: EventType
    busy: Busy
    times: Mapping[str, HostTime]
    now: datetime
    starts: Sequence[datetime]


class Offers:
    """The offer of each event type; the same object as long as it is kept."""

    def __init__(
        self,
        context: BookingContext,
        kept_answers: KeptAnswers,
        news: News,
        *,
        max_age: float,
        seconds: float,
        with_hosts: bool,
    ) -> None:
        """Keep offers while no busy answer is older than `max_age`; one is made within `seconds`."""
        self._asked_for = AskedFor(context) if max_age >= LEAST_AGE_SECONDS else None
        self._with_hosts = with_hosts
        self._context = context
        self._kept_answers = kept_answers
        self._news = news
        self._max_age = max_age
        self._seconds = seconds
        self._kept: dict[EventType, _Made] = {}
        self._turns: dict[EventType, threading.Lock] = {}

    @classmethod
    def of(cls, config: Config, context: BookingContext, free_busy: FreeBusy) -> Offers:
        """Return them by the configuration."""
        return cls(
            context,
            free_busy.kept,
            free_busy.news,
            max_age=config.bridge.busy_max_age.total_seconds(),
            seconds=config.bridge.deadline.total_seconds(),
            with_hosts=config.telli.slot_details,
        )

    def current(self, event_type: EventType, *, seconds: float | None = None) -> Offer:
        """Return the offer of this moment, made within these seconds (by default the configured ones).

        StoreUnavailable: the database does not answer.
        """
        deadline = self._deadline(seconds)
        with within(deadline, self._context.sleep):
            now, revision = self._context.now(), self._news.ask()
            if kept := self._kept_one(event_type, now, revision):
                return kept
            if self._max_age == 0:
                return self._make(event_type, now, revision, deadline).offer
            # Callers at the same moment wait for the one who asks, half their time, and take that answer.
            turn = self._turns.setdefault(event_type, threading.Lock())
            is_mine = turn.acquire(timeout=deadline.remaining() / 2)
            try:
                if kept := self._kept_one(event_type, now, revision):
                    return kept
                made = self._make(event_type, now, revision, deadline)
                if made.offer.is_complete:
                    self._kept[event_type] = made
                return made.offer
            finally:
                if is_mine:
                    turn.release()

    def at_hand(self, event_type: EventType) -> Offer | None:
        """Return the kept offer without a wait, by what the database said of late; None: there is none."""
        revision = self._news.lately()
        return self._kept_one(event_type, self._context.now(), revision) if revision else None

    def every_start(self, event_type: EventType, *, seconds: float | None = None) -> Bookable:
        """Return all that is bookable now, for callers with a wish."""
        now = self._context.now()
        deadline = self._deadline(seconds)
        with within(deadline, self._context.sleep):
            self._news.ask()
            busy = self._busy(event_type, now, deadline)
            times = self._context.availability.times(event_type, busy)
        return Bookable(event_type, busy, times, now, every_start(event_type, times, now))

    def beside(self, event_type: EventType, taken: Sequence[Interval]) -> Offer:
        """Return the offer of this moment without what is left to other callers; it is not kept."""
        deadline = self._deadline()
        with within(deadline, self._context.sleep):
            return self._make(event_type, self._context.now(), self._news.ask(), deadline, taken).offer

    def as_of(self, event_type: EventType, now: datetime) -> Offer:
        """Return what would be offered at another moment, by what the calendars hold now; nothing is kept."""
        deadline = self._deadline()
        with within(deadline, self._context.sleep):
            return self._make(event_type, now, self._news.ask(), deadline).offer

    def _deadline(self, seconds: float | None = None) -> Deadline:
        """Return until when an offer is of use: to a call, or in what another answer has left."""
        if seconds is None:
            return call_deadline(self._seconds, self._context.monotonic)
        return Deadline(min(seconds, self._seconds), self._context.monotonic)

    def _kept_one(self, event_type: EventType, now: datetime, revision: Revision) -> Offer | None:
        kept = self._kept.get(event_type)
        if (
            kept
            and kept.revision == revision
            and not self._kept_answers.has_changed(kept.identities, kept.version)
            and kept.minute == now.replace(second=0, microsecond=0)
            and self._context.monotonic() - kept.offer.answered_at <= self._max_age
        ):
            return kept.offer
        return None

    def _make(
        self,
        event_type: EventType,
        now: datetime,
        revision: Revision,
        deadline: Deadline,
        taken: Sequence[Interval] = (),
    ) -> _Made:
        busy = self._busy(event_type, now, deadline)
        times = self._context.availability.times(event_type, busy, days_revision=revision.days)
        slots = offer(event_type, times, now, left_to_others=taken)
        hosts = [certain_hosts(event_type, times, slot.start, now) for slot in slots if self._with_hosts]
        made = Offer(
            slots=slots,
            hosts=tuple(hosts),
            answered_at=min((self._context.monotonic(), *busy.answered_at.values())),
            silent=tuple(busy.failures),
            explanation=() if slots else why_empty(event_type, times, busy, now),
        )
        return _Made(
            made, revision, busy.version, busy.identities, minute=now.replace(second=0, microsecond=0)
        )

    def _busy(self, event_type: EventType, now: datetime, deadline: Deadline) -> Busy:
        if self._asked_for:
            self._asked_for.note(event_type)
        return self._context.availability.busy(
            event_type.team.asked,
            busy_window(event_type, now),
            max_age=self._max_age,
            deadline=deadline.less(_SECONDS_FOR_THE_REST),
        )
