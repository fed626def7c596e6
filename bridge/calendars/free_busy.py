"""Asks calendars for their free/busy: all accounts at once, within a deadline, unless an answer is at hand.

An error is an answer too, but never kept. An account that asked for patience, or that let somebody wait in
vain, is not asked for a while by any process: what is known of health says so.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.calendars.health import Health, account_of
from bridge.calendars.kept_answers import Answer, Asked, KeptAnswers, Key
from bridge.calendars.last_answers import Heard, LastAnswers, key_of
from bridge.calendars.news import News
from bridge.errors import BridgeError, StoreUnavailable
from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import NoTimeLeft, ProviderError, ProviderUnavailable, RateLimited
from providers.http import READ_NEEDS_SECONDS
from providers.intervals import merge

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answers:
    """An answer to each question; they hold until one of their calendars has changed since `version`.

    Of embedded calendars they know every change up to the one numbered `counted`, and perhaps later ones.
    """

    by_question: Mapping[Asked, Answer]
    version: int
    counted: int


@dataclass(frozen=True, slots=True)
class _Manner:
    """How it is asked: by a probe, what is forgiven whom, and how long an answer is waited for in seconds."""

    is_probe: bool = False
    forgiving: frozenset[Asked] = frozenset()
    patience: float = 0.0

    def minds(self, asked: Asked, busy: BusyAnswer) -> bool:
        """Tell whether an answer, or its lack, says something of a calendar's health."""
        may_pass = isinstance(busy, ProviderUnavailable) and not isinstance(busy, RateLimited)
        return not (may_pass and asked in self.forgiving)


_Answered = tuple[Mapping[BusyQuery, BusyAnswer], float]  # with the monotonic time of the answer
_Call = Future[_Answered]


class _Unasked(_Call):
    """An answer that no calendar gave."""


class _Near(_Call):
    """A question to our own database: put on the thread that waits for the answer, the others under way."""

    def __init__(self, ask: Callable[[], _Answered]) -> None:
        super().__init__()
        self._put = ask

    def result(self, timeout: float | None = None) -> _Answered:
        """Put the question; the database waits no longer than the caller can."""
        return self._put()


_NO_ANSWER = "no answer in time"
_FAULT = "a fault of the bridge: its log says which"
_PATIENCE = 1.0  # waited in vain for longer, in one question or in several, an account is taken to hang


def has_timed_out(error: ProviderError) -> bool:
    """Tell whether somebody waited for an answer in vain; `Timeout` is in the names of libraries' errors."""
    return isinstance(error, ProviderUnavailable) and (
        error.detail == _NO_ANSWER or "Timeout" in error.detail
    )


class FreeBusy:
    """Busy time of many calendars. Safe to share between threads."""

    def __init__(
        self,
        accounts: Accounts,
        pool: CallPool,
        health: Health,
        last_answers: LastAnswers,
    ) -> None:
        self._accounts = accounts
        self._pool = pool
        self._monotonic = last_answers.clock.monotonic
        self._health = health
        self.last_answers = last_answers
        self.kept = KeptAnswers(last_answers, health)
        self.news = News(last_answers.store, self.kept, health, self._monotonic)
        self._in_vain: dict[str, float] = {}  # by account, the seconds waited since its last answer

    def ask(
        self,
        wanted: Iterable[Asked],
        window: Interval,
        *,
        deadline: Deadline,
        max_age: float | None = None,
        is_probe: bool = False,
    ) -> Answers:
        """Return an answer for each: kept ones at most `max_age` seconds old, the others live.

        Without `max_age` all are as of now: live, or of an embedded calendar without a change since. Only a
        probe asks an account that is to be left alone.
        """
        asked, now = list(dict.fromkeys(wanted)), self._monotonic()
        is_known = max_age is not None or (self._has_heard() and not is_probe)
        counted = self.news.counted if is_known else 0
        # The version as it was before: a change while calendars are asked makes the answers old.
        answers, version = self.kept.serving(asked if is_known else (), window, max_age)
        if max_age is None:
            answers = {each: replace(answer, answered_at=now) for each, answer in answers.items()}
        missing = [each for each in asked if each not in answers]
        if missing:
            live = self._live(missing, window, deadline, _Manner(is_probe=is_probe))
            version = self._take(live, version, is_new=bool(max_age))
            answers |= live
        return Answers(answers, version, counted)

    def _has_heard(self) -> bool:
        """Learn what has changed, as whoever makes offers has before; without a database nothing."""
        with suppress(StoreUnavailable):
            self.news.ask()
            return True
        return False

    def renew(
        self, wanted: Collection[Asked], window: Interval, deadline: Deadline, forgiving: frozenset[Asked]
    ) -> None:
        """Ask ahead of the next call, whatever is at hand; good answers are kept for all processes.

        What may pass is not held against those that are to be forgiven.
        """
        version = self.kept.version
        live = self._live(list(wanted), window, deadline, _Manner(forgiving=forgiving))
        good = {asked: answer for asked, answer in live.items() if not answer.error}
        self._take(good, version, is_new=True)

    def _take(self, live: Mapping[Asked, Answer], version: int, *, is_new: bool) -> int:
        """Keep answers, also for the other processes; return the version at which all of the call hold."""
        self.last_answers.note(
            {
                key_of(asked.identity, asked.query): Heard(
                    answer.window, answer.busy, answer.asked_at, is_new
                )
                for asked, answer in live.items()
                if asked.is_for_all and answer.error is None
            }
        )
        return self.kept.keep(live, version, is_new=is_new)

    def _live(
        self, wanted: Sequence[Asked], window: Interval, deadline: Deadline, manner: _Manner
    ) -> dict[Asked, Answer]:
        """Ask each calendar by the first of its names, by the others only where that one fails.

        An account that is cut off must not hide a calendar from those who see it through their own.
        """
        by_key: dict[Key, list[Asked]] = defaultdict(list)
        for asked in wanted:
            by_key[asked.key].append(asked)
        same = list(by_key.values())
        live = self._ask([first for first, *_ in same], window, deadline, manner)
        if more := [each for first, *others in same if live[first].error for each in others]:
            live |= self._ask(more, window, deadline, manner)
        return {each: live.get(each, live[group[0]]) for group in same for each in group}

    def _ask(
        self, wanted: Sequence[Asked], window: Interval, deadline: Deadline, manner: _Manner
    ) -> dict[Asked, Answer]:
        manner, asked_at = replace(manner, patience=deadline.remaining()), self._monotonic()
        by_account: dict[tuple[str, str], list[Asked]] = defaultdict(list)
        for asked in wanted:
            by_account[asked.name.provider, asked.name.account].append(asked)
        calls = [(group, self._call(group, window, deadline, manner)) for group in by_account.values()]
        # What is near first: behind an account that is silent no time would be left for it.
        calls.sort(key=lambda each: not isinstance(each[1], _Near))
        return {
            asked: replace(answer, asked_at=asked_at)
            for group, call in calls
            for asked, answer in self._collect(group, call, window, deadline, manner).items()
        }

    def _call(self, group: Sequence[Asked], window: Interval, deadline: Deadline, manner: _Manner) -> _Call:
        """Ask one account about its calendars; whatever goes wrong is told by the result."""
        name = group[0].name
        silence = None if manner.is_probe else self._health.silence(name)
        if silence is None and deadline.remaining() < READ_NEEDS_SECONDS:
            silence = NoTimeLeft(name.provider, "free_busy")
        if silence is not None:
            unasked = _Unasked()
            unasked.set_exception(silence)
            return unasked
        try:
            provider, queries = self._accounts.provider(name), [asked.query for asked in group]
            ask = partial(provider.free_busy, queries, window, deadline=deadline)

            def timed() -> _Answered:
                # Taken where the answer arrives: who waits for all of them may wait for a silent one.
                return ask(), self._monotonic()

            return _Near(timed) if provider.counts_changes else self._pool.submit(name.provider, timed)
        except Exception as error:  # noqa: BLE001 - told where the answer is waited for
            refused = _Call()
            refused.set_exception(error)
            return refused

    def _collect(
        self, group: Sequence[Asked], call: _Call, window: Interval, deadline: Deadline, manner: _Manner
    ) -> Mapping[Asked, Answer]:
        """Wait for an account's answers and take note of them."""
        provider = group[0].name.provider
        told: Mapping[Asked, BusyAnswer]
        answered_at = self._monotonic()
        try:
            answered, answered_at = call.result(timeout=deadline.remaining())
            told = {
                asked: answered[asked.query]
                if asked.query in answered
                else ProviderUnavailable(provider, "free_busy", "the answer leaves this calendar out")
                for asked in group
            }
        except StillRunning:
            told = dict.fromkeys(group, ProviderUnavailable(provider, "free_busy", _NO_ANSWER))
        except ProviderError as error:
            told = dict.fromkeys(group, error)
        except BridgeError:
            raise
        except Exception:  # noqa: BLE001 - it must not silence the other hosts; it is logged
            _log.exception("asking %s for busy times failed", provider)
            told = dict.fromkeys(group, ProviderUnavailable(provider, "free_busy", _FAULT))
        if not isinstance(call, _Unasked):
            minded = {asked: busy for asked, busy in told.items() if manner.minds(asked, busy)}
            self._note(minded, manner.patience)
        return {
            asked: Answer((), busy, window, answered_at)
            if isinstance(busy, ProviderError)
            # Merged once more: offers look for gaps between busy times, and disorder would look like one.
            else Answer(merge(busy), None, window, answered_at, is_counted=isinstance(call, _Near))
            for asked, busy in told.items()
        }

    def _note(self, told: Mapping[Asked, BusyAnswer], patience: float) -> None:
        """Take note of what an account's answers, or its silence, show of its health."""
        failures = {
            asked: busy if isinstance(busy, ProviderError) else None
            for asked, busy in told.items()
            if not isinstance(busy, NoTimeLeft)  # which says nothing of the account
        }
        if not failures:
            return
        account = account_of(next(iter(told)).name)
        is_silent = any(error is not None and has_timed_out(error) for error in failures.values())
        # By all who waited: with less than a second for each question the account would never be left alone.
        in_vain = self._in_vain.get(account, 0.0) + patience if is_silent else 0.0
        self._in_vain[account] = in_vain
        for asked, error in failures.items():
            is_hanging = error is not None and in_vain >= _PATIENCE and has_timed_out(error)
            self._health.answered(asked.name, error, is_hanging=is_hanging)
