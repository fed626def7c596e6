"""Keeps what each vendor's calendar answered last, for pages, which show it in every process and ask nobody.

Written by a thread of the call pool behind the answer, at most once a minute while it says the same.
Calendars without an account need none of it: their busy time lies in the database anyway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.calendars.call_pool import CallPool
from bridge.errors import StoreUnavailable
from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.store.sql import last_answers
from bridge.store.sql.last_answers import LastAnswer
from providers.base import BusyQuery, Interval
from providers.errors import ProviderUnavailable
from providers.intervals import clip, merge, subtract

_log = logging.getLogger(__name__)

_EVERY = timedelta(minutes=1)

Key = tuple[str, str]  # the calendar's name, and how its entries were to be read


def key_of(name: CalendarName, query: BusyQuery) -> Key:
    """Return what an answer is kept by."""
    policy = query.policy
    return str(name), f"{','.join(sorted(policy.statuses))} {policy.all_day_events} {query.timezone}"


class LastAnswers:
    """What this process heard last. Safe to share between threads."""

    def __init__(self, store: Store, pool: CallPool, now: Callable[[], datetime]) -> None:
        self._store = store
        self._pool = pool
        self._now = now
        self._told: dict[Key, LastAnswer] = {}
        self._unwritten: dict[Key, LastAnswer] = {}
        self._is_handed_over = False
        self._lock = threading.Lock()

    def note(self, answers: Mapping[Key, tuple[Interval, tuple[Interval, ...]]]) -> None:
        """Take note of good answers: for which stretch, and the busy time within it."""
        now = self._now()
        with self._lock:
            heard = {key: LastAnswer(window, now, busy) for key, (window, busy) in answers.items()}
            self._unwritten |= {key: each for key, each in heard.items() if self._is_news(key, each)}
            if self._is_handed_over or not self._unwritten:
                return
            self._is_handed_over = True
        try:
            self._pool.start("last_answers", self.write_down)
        except ProviderUnavailable:  # every thread is taken: the next answer takes it along
            self._is_handed_over = False

    def write_down(self) -> None:
        """Write what was heard into the database; without one it is forgotten, and heard again."""
        with self._lock:
            heard, self._unwritten, self._is_handed_over = self._unwritten, {}, False
            self._told |= heard
        if not heard:
            return
        try:
            with self._store.write() as connection:
                # In one order in all processes: PostgreSQL would end one of two that wait for each other.
                for key in sorted(heard):
                    before = last_answers.get(connection, key)
                    last_answers.put(connection, key, renewed(before, heard[key]))
        except StoreUnavailable as error:
            _log.debug("last answers could not be kept: %s", error)

    def _is_news(self, key: Key, heard: LastAnswer) -> bool:
        told = self._told.get(key)
        if told is None or heard.at - told.at >= _EVERY or not told.window.covers(heard.window):
            return True
        return clip(told.busy, heard.window) != heard.busy


def renewed(before: LastAnswer | None, heard: LastAnswer) -> LastAnswer:
    """Return what is known after an answer; of a narrow one around it the older answer still tells."""
    if before is None or not before.window.covers(heard.window) or heard.window == before.window:
        return heard
    if heard.window.end == before.window.end:  # what is past is of no use to callers, and nothing is missing
        return heard
    around = subtract(before.busy, [heard.window])
    busy = merge([*(Interval(*span) for span in around), *heard.busy])
    return LastAnswer(before.window, before.at, busy)
