"""The background loop: takes due jobs one at a time, by a lease, and does them.

Any number of processes may run it; each job is done by one of them at a time, and one that dies leaves
its job to the others. A job that fails is tried again later, ever less often.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection

from bridge.errors import BridgeError, NotFound
from bridge.store.engine import Store
from bridge.store.sql import jobs

_log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
UPKEEP_ROUNDS = 60
_LEASE = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(minutes=10)

# What a job's work returns: in how long to do it again, or None when it is done.
Work = Callable[[str], timedelta | None]


def _nothing() -> None:
    pass


class Background:
    """One loop thread per process over the jobs of the database."""

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Work],
        *,
        now: Callable[[Connection], datetime],
        owner: str,
        upkeep: Callable[[], None] = _nothing,
    ) -> None:
        """Take over the jobs; `upkeep` is done by every process by itself, about once a minute."""
        self._store = store
        self._upkeep = upkeep
        self._kinds = kinds
        self._now = now
        self._owner = owner
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._pid = -1
        self._thread: threading.Thread | None = None
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
            self._thread = threading.Thread(target=self._loop, name="background", daemon=True)
            self._thread.start()

    def stop(self, *, patience: float = 0.0) -> None:
        """Let the loop end after the job it is doing, and wait for that so many seconds."""
        self._stop.set()
        self._wake.set()
        if self._thread and self._pid == os.getpid():
            self._thread.join(patience)

    def wake(self) -> None:
        """Tell the loop that a job may be due now."""
        self._wake.set()

    def plan(self, kind: str, subject: str = "") -> None:
        """Make a job due now."""
        with self._store.write() as connection:
            jobs.schedule(connection, kind, subject, self._now(connection))
        self.wake()

    def run_due(self) -> int:
        """Do every job that is due; return how many."""
        done = 0
        while job := self._take():
            self._carry_out(job)
            done += 1
        return done

    def _loop(self) -> None:
        stop, wake = self._stop, self._wake
        for rounds in count():
            if stop.is_set():
                return
            try:
                if rounds % UPKEEP_ROUNDS == 0:
                    self._upkeep()
                self.run_due()
            except Exception:  # noqa: BLE001 - the loop must outlive every fault; it is logged
                _log.exception("the background loop had a fault and goes on")
            wake.wait(IDLE_SECONDS)
            wake.clear()

    def _take(self) -> jobs.Job | None:
        """Take a lease on the job that is due longest; None when none is."""
        with self._store.read() as connection:  # the loop looks each second: that must not cost a write
            if not jobs.is_due(connection, self._now(connection)):
                return None
        with self._store.write() as connection:
            return jobs.take(connection, self._leaseholder(), _LEASE, self._now(connection))

    def _carry_out(self, job: jobs.Job) -> None:
        """Do a job; then it is finished, or due again when its work says, or later for having failed."""
        again: timedelta | None = _pause(job.tries)
        failed = True
        try:
            again = self._kinds.get(job.kind, _unknown)(job.subject)
            failed = False
        except BridgeError as error:
            _log.warning("the job %s waits: %s", job.kind, error)
        except Exception:  # noqa: BLE001 - one broken job must not stop the others; it is logged
            _log.exception("the job %s failed", job.kind)
        with self._store.write() as connection:
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
