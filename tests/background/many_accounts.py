"""Many accounts of two vendors and the background jobs of each, on a clock that only the test turns.

Jobs run on the threads they really run on; those sleep on the simulated clock, which is turned when all do.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Connection

from bridge.background import Background, Lane, Precedence
from bridge.errors import OutcomeUnknown
from bridge.store.engine import Store
from bridge.store.sql import jobs

BEGIN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)
TOKENS_EVERY = timedelta(minutes=1)
ANSWER_SECONDS = 0.3
HANG_SECONDS = 20.0
_GUARD_SECONDS = 60.0  # of real time, against a test that would wait for ever


class SimulatedTime:
    """A clock on which threads sleep until it is turned."""

    def __init__(self) -> None:
        self.moment = BEGIN
        self._lock = threading.Lock()
        self._order = count()
        self._sleepers: list[tuple[datetime, int, threading.Event]] = []

    def now(self, _connection: Connection | None = None) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        woken = threading.Event()
        with self._lock:
            until = self.moment + timedelta(seconds=seconds)
            heapq.heappush(self._sleepers, (until, next(self._order), woken))
        woken.wait()

    def sleeping(self) -> int:
        with self._lock:
            return len(self._sleepers)

    def turn(self, most: timedelta) -> None:
        """Turn to when the next thread wakes, but not further than that; wake whoever's time has come."""
        with self._lock:
            self.moment = min([self.moment + most, *(self._sleepers[0][:1] if self._sleepers else ())])
            while self._sleepers and self._sleepers[0][0] <= self.moment:
                heapq.heappop(self._sleepers)[2].set()


class ManyAccounts:
    """Each account is followed and has a channel; `late` is by how much each job began after its time."""

    def __init__(self, store: Store, accounts: int, hanging: Collection[int]) -> None:
        self.clock = SimulatedTime()
        self.late: dict[tuple[str, str], timedelta] = {}
        self.done = 0
        names = [f"{('google', 'microsoft')[number % 2]}:{number}" for number in range(accounts)]
        self._hanging = {names[number] for number in hanging}
        self._due = {(kind, name): BEGIN for kind in ("follow", "watch") for name in names}
        self._due["tokens", ""] = BEGIN
        self._store = store
        self.background = Background(
            store,
            {kind: lambda subject, kind=kind: self._work(kind, subject) for kind, _ in self._due},  # type: ignore[misc]
            now=self.clock.now,
            owner="one",
            precedence=Precedence(_lanes, frozenset({"tokens"})),
        )

    def run(self, duration: timedelta) -> None:
        """Let this time pass, doing what is due."""
        with self._store.write() as connection:
            for kind, subject in self._due:
                jobs.schedule(connection, kind, subject, BEGIN)
        while self.clock.moment < BEGIN + duration:
            self.background.dispatch()
            self._settle()
            self.clock.turn(timedelta(seconds=1))
            self._settle()
        while self.background.under_way():
            self.clock.turn(timedelta(minutes=1))

    def _settle(self) -> None:
        """Wait until every job under way sleeps on the clock."""
        guard = time.monotonic() + _GUARD_SECONDS
        while self.background.under_way() != self.clock.sleeping():
            assert time.monotonic() < guard, "a job neither ends nor sleeps"
            time.sleep(0.0005)

    def _work(self, kind: str, subject: str) -> timedelta:
        begun = self.clock.moment
        key = (kind, subject)
        self.late[key] = max(self.late.get(key, timedelta(0)), begun - self._due[key])
        hangs = subject in self._hanging
        self.clock.sleep(HANG_SECONDS if hangs else ANSWER_SECONDS)
        if hangs:
            self._due[key] = datetime.max.replace(
                tzinfo=UTC
            )  # it failed: when it comes again is not its time
            raise OutcomeUnknown("the calendar did not answer")
        self.done += 1
        again = TOKENS_EVERY if kind == "tokens" else EVERY
        self._due[key] = self.clock.moment + again
        return again


def _lanes(_connection: Connection, found: Sequence[jobs.Job]) -> Mapping[jobs.Job, Lane]:
    named = {job: job.subject.partition(":") for job in found if job.subject}
    return {job: Lane(vendor, account) for job, (vendor, _, account) in named.items()}


def latest(url: str, accounts: int, hanging: Collection[int], duration: timedelta) -> dict[str, timedelta]:
    """Return by kind of job how late one of them came at most."""
    with closing(Store(url)) as store:
        world = ManyAccounts(store, accounts, hanging)
        world.run(duration)
    found: dict[str, timedelta] = {}
    for (kind, _), late in world.late.items():
        found[kind] = max(found.get(kind, timedelta(0)), late)
    return found
