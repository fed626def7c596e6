"""The background loop: hands due jobs to a few threads, each by a lease; none waits for a slow account.

Any number of processes may run it; each job is done by one of them at a time, and one that dies leaves
its job to the others. A job that fails is tried again later, ever less often.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic, thread_time

from sqlalchemy import Connection

from bridge.background.threads import JobThreads, Lane
from bridge.errors import BridgeError, NotFound, StoreUnavailable
from bridge.store.engine import Store
from bridge.store.sql import jobs, leases
from bridge.store.together import Together

_log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
UPKEEP_SECONDS = 60.0
_LEASE = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(minutes=15)
_LONGEST_IDLE_SECONDS = 8.0
# Each booking wakes the loop. Many that come together are one look, and looking at a long queue, behind
# somebody who hangs, takes a tenth of a core at most.
_LEAST_IDLE_SECONDS = 0.02
_IDLE_TO_BUSY = 9.0

# What a job's work returns: in how long to do it again, or None when it is done.
Work = Callable[[str], timedelta | None]


# Tells whose answers jobs wait for, of all of them at once; one that is not among them waits for nobody's.
LanesOf = Callable[[Connection, Sequence[jobs.Job]], Mapping[jobs.Job, Lane]]


def _no_lanes(_connection: Connection, _found: Sequence[jobs.Job]) -> Mapping[jobs.Job, Lane]:
    return {}


@dataclass(frozen=True, slots=True)
class Precedence:
    """Which jobs wait for each other; kinds in `first` go first, and find a thread though all others hang.

    `longest` is how long jobs of a kind wait at most, where that is longer than a quarter of an hour.
    """

    lanes_of: LanesOf = _no_lanes
    first: frozenset[str] = frozenset()
    longest: Mapping[str, timedelta] = field(default_factory=dict)


class Background:
    """One loop per process over the jobs of the database, and the threads it hands them to."""

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Work],
        *,
        now: Callable[[Connection], datetime],
        owner: str,
        upkeep: Sequence[Callable[[], None]] = (),
        precedence: Precedence = Precedence(),
    ) -> None:
        """Take over the jobs; `upkeep` is done by every process by itself, about once a minute."""
        self._store = store
        self._upkeep = upkeep
        self._kinds = kinds
        self._now = now
        self._owner = owner
        self._precedence = precedence
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._pid = -1
        self._loops: tuple[threading.Thread, ...] = ()
        self._threads = JobThreads(self._freed)
        self._is_crowded = False
        self._together = Together(store)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the loop in this process, once, also after a fork."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            self._wake, self._stop = threading.Event(), threading.Event()
            self._threads = JobThreads(self._freed)
            self._together = Together(self._store)
            self._loops = (
                threading.Thread(target=self._loop, name="background", daemon=True),
                # On its own: tokens must be renewed whatever the jobs wait for.
                threading.Thread(target=self._keep_up, name="background-upkeep", daemon=True),
            )
            for loop in self._loops:
                loop.start()

    def stop(self, *, patience: float = 0.0) -> None:
        """Let the loop end, and wait so many seconds for the jobs under way."""
        self._stop.set()
        self._wake.set()
        if self._pid != os.getpid():
            return
        until = monotonic() + patience
        for loop in self._loops:
            loop.join(max(0.0, until - monotonic()))
        for thread in self._threads.under_way():  # asked now: until its end the loop may begin others
            thread.join(max(0.0, until - monotonic()))

    def wake(self) -> None:
        """Tell the loop that a job may be due now."""
        self._wake.set()

    def plan(self, kind: str, subject: str = "") -> None:
        """Make a job due now."""
        self.plan_each(kind, (subject,))

    def plan_each(self, kind: str, subjects: Iterable[str]) -> None:
        """Make a job due now for each of the subjects, all in one transaction."""
        with self._store.write() as connection:
            jobs.schedule_each(connection, kind, subjects, self._now(connection))
        self.wake()

    def run_due(self) -> int:
        """Do every job that is due, here and one after the other; return how many."""
        done = 0
        while taken := [job for job, lane in self._due() if self._did(job, lane)]:
            done += len(taken)
        return done

    def dispatch(self) -> None:
        """Give due jobs a thread each, as far as threads go."""
        self._is_crowded = self._threads.are_all_taken()
        if self._is_crowded:
            return
        for job, lane in self._due():
            if self._stop.is_set():
                return
            work = partial(self._on_thread, job, lane)
            if not self._threads.begin(work, lane, is_first=job.kind in self._precedence.first):
                self._is_crowded = True

    def mend_dates(self) -> None:
        """Make due what would wait longer than it ever should, because the clock was set back."""
        with self._store.read() as connection:
            now = self._now(connection)
            found = jobs.misdated(connection, now, _LEASE, self._precedence.longest, _LONGEST_WAIT)
        if found:
            with self._store.write() as connection:
                for kind, subject in found:
                    jobs.make_due(connection, kind, subject, now)
            self.wake()

    def lag(self) -> timedelta:
        """Return how late the job is that is due longest, of all processes."""
        with self._store.read() as connection:
            now = self._now(connection)
            since = jobs.longest_due(connection, now)
        return now - since if since else timedelta(0)

    def under_way(self) -> int:
        """Return how many jobs this process does at this moment."""
        return len(self._threads.under_way())

    def _loop(self) -> None:
        stop, wake = self._stop, self._wake
        failures = 0
        while not stop.is_set():
            began = thread_time()
            try:
                self.dispatch()
                failures = 0
            except StoreUnavailable as error:
                if not failures:  # once, not each second until it is back
                    _log.warning("the background loop waits for the database: %s", error)
                failures += 1
            except Exception:  # noqa: BLE001 - the loop must outlive every fault; it is logged
                _log.exception("the background loop had a fault and goes on")
            pause = max(_LEAST_IDLE_SECONDS, _IDLE_TO_BUSY * (thread_time() - began))
            stop.wait(min(pause, IDLE_SECONDS))
            wake.wait(min(IDLE_SECONDS * 2**failures, _LONGEST_IDLE_SECONDS))
            wake.clear()

    def _keep_up(self) -> None:
        stop = self._stop
        while not stop.is_set():
            for chore in (self.mend_dates, *self._upkeep):
                try:
                    chore()
                except StoreUnavailable:
                    pass  # the store says so; what is to be done waits
                except Exception:  # noqa: BLE001 - as above
                    _log.exception("the upkeep of this process had a fault and goes on")
            stop.wait(UPKEEP_SECONDS)

    def _due(self) -> Sequence[tuple[jobs.Job, Lane | None]]:
        """Return what is due, in the order in which it is to be begun."""
        with self._store.read() as connection:  # the loop looks each second: that must not cost a write
            now = self._now(connection)
            found = jobs.due(connection, now)
            if not found:
                return ()
            found.sort(key=lambda job: job.kind not in self._precedence.first)
            lanes = self._precedence.lanes_of(connection, found)
            taken = leases.held_by_others(connection, self._leaseholder(), _LEASE, now)
        laned = [(job, lanes.get(job)) for job in found]
        return [(job, lane) for job, lane in laned if not lane or lane.lease not in taken]

    def _on_thread(self, job: jobs.Job, lane: Lane | None) -> None:
        try:
            self._did(job, lane)
        except StoreUnavailable:
            pass  # the loop says so; the job's lease ends by itself
        except Exception:  # noqa: BLE001 - a thread's fault must not be lost; it is logged
            _log.exception("the job %s could not be put away", job.kind)

    def _freed(self) -> None:
        if self._is_crowded:  # what found no thread a moment ago may find this one
            self._wake.set()

    def _did(self, job: jobs.Job, lane: Lane | None) -> bool:
        """Take leases on the job and its account and do it; False when another process was first."""
        place = f"{lane.lease if lane else ''} {job.kind} {job.subject}"
        if taken := self._together.write(partial(self._taken, job, lane), place):
            again, failed = self._carry_out(taken)
            self._together.write(partial(self._put_away, taken, lane, again, failed), place)
        return taken is not None

    def _taken(self, job: jobs.Job, lane: Lane | None, connection: Connection) -> jobs.Job | None:
        me, now = self._leaseholder(), self._now(connection)
        if lane and not leases.acquire(connection, lane.lease, me, _LEASE, now):
            return None
        taken = jobs.take(connection, job, me, _LEASE, now)
        if lane and not taken:
            leases.release(connection, lane.lease, me)
        return taken

    def _carry_out(self, job: jobs.Job) -> tuple[timedelta | None, bool]:
        """Do a job; return in how long to do it again, None if it is done, and whether it failed."""
        try:
            return self._kinds.get(job.kind, _unknown)(job.subject), False
        except BridgeError as error:
            _log.warning("the job %s waits: %s", job.kind, error)
        except Exception:  # noqa: BLE001 - one broken job must not stop the others; it is logged
            _log.exception("the job %s failed", job.kind)
        return _pause(job.tries), True

    def _put_away(
        self, job: jobs.Job, lane: Lane | None, again: timedelta | None, failed: bool, connection: Connection
    ) -> None:
        if lane:
            leases.release(connection, lane.lease, self._leaseholder())
        if again is None:
            jobs.finish(connection, job, self._leaseholder())
        else:
            due_at = self._now(connection) + again
            jobs.postpone(connection, job, self._leaseholder(), due_at, afresh=not failed)

    def _leaseholder(self) -> str:
        return f"{self._owner}:{os.getpid()}"  # a forked child is another one


def _unknown(_subject: str) -> None:
    raise NotFound("this version of the bridge does not know it")


def _pause(tries: int) -> timedelta:
    """Return how long to wait after so many tries: doubling, with jitter, at most ten minutes."""
    pause = min(timedelta(seconds=1 << min(tries + 1, 12)), _LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, no secret
