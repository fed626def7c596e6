"""The threads that do due jobs, and whose jobs wait for each other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

THREADS = 10
# Five accounts of one vendor that hang leave its others two threads; all of them that hang leave two more.
OF_ONE_VENDOR = 7
KEPT_FOR_FIRST = 1


class Lane(NamedTuple):
    """Whose answers a job waits for; two jobs of one account are never under way at once, in any process.

    Vendors count what is asked of an account at once, and callers come first: the background takes one turn.
    `most` is how many jobs of the vendor a process does at once.
    """

    vendor: str
    account: str
    most: int = OF_ONE_VENDOR

    @property
    def lease(self) -> str:
        """Return the name under which a process has the account's background work to itself."""
        return f"background {self.vendor}:{self.account}"


class JobThreads:
    """The jobs under way in this process; decides whether one more may begin."""

    def __init__(self, freed: Callable[[], None]) -> None:
        self._freed = freed
        self._lock = threading.Lock()
        self._accounts: set[Lane] = set()
        self._vendors: Counter[str] = Counter()
        self._threads: set[threading.Thread] = set()

    def begin(self, work: Callable[[], None], lane: Lane | None, *, is_first: bool) -> bool:
        """Start work on a thread of its own, if its account is idle and a thread is left for it."""
        with self._lock:
            if len(self._threads) >= (THREADS if is_first else THREADS - KEPT_FOR_FIRST):
                return False
            if lane and (lane in self._accounts or self._vendors[lane.vendor] >= lane.most):
                return False
            thread = threading.Thread(target=self._run, args=(work, lane), name="background-job", daemon=True)
            self._threads.add(thread)
            if lane:
                self._accounts.add(lane)
                self._vendors[lane.vendor] += 1
        thread.start()
        return True

    def are_all_taken(self) -> bool:
        """Tell whether no job could begin, whatever it is."""
        return len(self._threads) >= THREADS

    def under_way(self) -> tuple[threading.Thread, ...]:
        """Return the threads that do a job at this moment."""
        with self._lock:
            return tuple(self._threads)

    def _run(self, work: Callable[[], None], lane: Lane | None) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())
                if lane:
                    self._accounts.discard(lane)
                    self._vendors[lane.vendor] -= 1
            self._freed()
