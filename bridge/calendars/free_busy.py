"""Asks calendars for busy time: all accounts at once, within a deadline, and keeps answers for a while.

An error is an answer too, but never kept. An account that asked for patience is not asked before then.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.model import CalendarName
from bridge.scheduling.intervals import clip
from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import ProviderError, ProviderUnavailable, RateLimited


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar with the question to put to it."""

    name: CalendarName
    query: BusyQuery

    @property
    def account(self) -> tuple[str, str]:
        """Return whose account answers."""
        return (self.name.provider, self.name.account)


@dataclass(frozen=True, slots=True)
class Answer:
    """A calendar's answer, for the window it was asked for, at a moment of the monotonic clock."""

    busy: BusyAnswer
    window: Interval
    asked_at: float


class FreeBusy:
    """Busy time of many calendars. Safe to share between threads."""

    def __init__(self, accounts: Accounts, pool: CallPool, monotonic: Callable[[], float]) -> None:
        self._accounts = accounts
        self._pool = pool
        self._monotonic = monotonic
        self._kept: dict[Asked, Answer] = {}
        self._not_before: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self._generation = 0  # grows whenever everything kept is forgotten
        self.version = 0  # grows whenever a kept answer changes

    def ask(
        self, wanted: Iterable[Asked], window: Interval, *, max_age: float, deadline: Deadline
    ) -> Mapping[Asked, Answer]:
        """Return an answer for each: kept ones at most `max_age` seconds old, the others live."""
        oldest = self._monotonic() - max_age
        answers: dict[Asked, Answer] = {}
        missing: dict[tuple[str, str], list[Asked]] = defaultdict(list)
        for asked in dict.fromkeys(wanted):
            kept = self._kept.get(asked)
            if kept and max_age > 0 and kept.asked_at >= oldest and _covers(kept.window, window):
                answers[asked] = kept
            else:
                missing[asked.account].append(asked)
        answers.update(self._ask_live(missing, window, deadline))
        return answers

    def forget(self) -> None:
        """Drop every kept answer, because a calendar is said to have changed."""
        with self._lock:
            self._kept.clear()
            self._generation += 1
            self.version += 1

    def _ask_live(
        self, wanted: Mapping[tuple[str, str], list[Asked]], window: Interval, deadline: Deadline
    ) -> dict[Asked, Answer]:
        asked_at, generation = self._monotonic(), self._generation
        calls = [(group, self._start(group, window, deadline)) for group in wanted.values()]
        answers: dict[Asked, Answer] = {}
        for group, call in calls:
            for asked, busy in self._collect(group, call, deadline).items():
                answers[asked] = Answer(busy, window, asked_at)
        self._keep(answers, generation)
        return answers

    def _start(
        self, group: list[Asked], window: Interval, deadline: Deadline
    ) -> Future[Mapping[BusyQuery, BusyAnswer]] | ProviderError:
        name = group[0].name
        patience = self._not_before.get(group[0].account, 0.0) - self._monotonic()
        if patience > 0:
            return RateLimited(name.provider, "free_busy", "asked to wait", retry_after=patience)
        queries = [asked.query for asked in group]
        try:
            provider = self._accounts.provider(name)
            return self._pool.submit(
                name.provider, lambda: provider.free_busy(queries, window, deadline=deadline)
            )
        except ProviderError as error:
            return error

    def _collect(
        self,
        group: list[Asked],
        call: Future[Mapping[BusyQuery, BusyAnswer]] | ProviderError,
        deadline: Deadline,
    ) -> dict[Asked, BusyAnswer]:
        provider = group[0].name.provider
        if isinstance(call, ProviderError):
            return dict.fromkeys(group, call)
        try:
            answered = call.result(timeout=deadline.remaining())
        except StillRunning:
            return dict.fromkeys(group, ProviderUnavailable(provider, "free_busy", "no answer in time"))
        except ProviderError as error:
            return dict.fromkeys(group, error)
        nothing = ProviderUnavailable(provider, "free_busy", "the answer leaves this calendar out")
        return {asked: answered.get(asked.query, nothing) for asked in group}

    def _keep(self, answers: Mapping[Asked, Answer], generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return  # a calendar was said to have changed since these were asked for
            for asked, answer in answers.items():
                self._keep_one(asked, answer)

    def _keep_one(self, asked: Asked, answer: Answer) -> None:
        if isinstance(answer.busy, ProviderError):
            self._heed(asked, answer.busy)
            if self._kept.pop(asked, None):
                self.version += 1
            return
        if asked.query.without is not None:
            return  # a question about one move; nobody asks it again
        before = self._kept.get(asked)
        if before and before.window != answer.window and _covers(before.window, answer.window):
            if _inside(before.busy, answer.window) != answer.busy:
                del self._kept[asked]  # the wider answer turned out to be stale
                self.version += 1
            return
        if before is None or before.busy != answer.busy:
            self.version += 1
        self._kept[asked] = answer

    def _heed(self, asked: Asked, error: ProviderError) -> None:
        if isinstance(error, RateLimited) and error.retry_after:
            self._not_before[asked.account] = self._monotonic() + error.retry_after


def _covers(outer: Interval, inner: Interval) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _inside(busy: BusyAnswer, window: Interval) -> BusyAnswer:
    return busy if isinstance(busy, ProviderError) else clip(busy, window)
