"""Runs calls to calendars so that nobody waits past a deadline, and a flood is refused at once.

Libraries' time-outs count per read, so a server that trickles outlasts them: the call runs on a pool
of threads, the request waits for what is left of its deadline and goes on.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextvars import copy_context
from typing import TypeVar

from providers.base import Deadline
from providers.errors import ProviderUnavailable

T = TypeVar("T")

_log = logging.getLogger(__name__)


class CallPool:
    """A bounded pool of threads for calls to calendars; made anew after a fork."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._pid = -1
        self._open()

    def submit(self, provider: str, call: Callable[[], T]) -> Future[T]:
        """Start a call. ProviderUnavailable: every thread is taken, or the pool is closed."""
        if self._pid != os.getpid():
            self._open()
        places = self._places
        if not places.acquire(blocking=False):
            raise ProviderUnavailable(provider, "call", "too many calls are waiting")
        try:
            # With its surroundings: the database waits on this thread, too, no longer than the caller can.
            future = self._threads.submit(copy_context().run, call)
        except RuntimeError:  # the executor's word for being shut down: this process is stopping
            places.release()
            raise ProviderUnavailable(provider, "call", "the bridge is stopping") from None
        future.add_done_callback(lambda _done: places.release())
        return future

    def start(self, provider: str, call: Callable[[], object]) -> None:
        """Start a call nobody waits for: what it raises is logged. ProviderUnavailable: as for `submit`."""

        def logged() -> None:
            try:
                call()
            except Exception:  # noqa: BLE001 - it is logged
                _log.exception("a call that nobody waits for failed")

        self.submit(provider, logged)

    def run(self, provider: str, call: Callable[[], T], deadline: Deadline) -> T:
        """Return the call's result, or raise its error.

        StillRunning (the builtin TimeoutError): it goes on, but the deadline is over.
        """
        return self.submit(provider, call).result(timeout=deadline.remaining())

    def close(self, *, patience: float = 0.0) -> None:
        """Take no more calls, and wait so many seconds for each that runs; the others end by themselves.

        A call may note in the database what it found: a connection that it has in use when the database's
        are closed would stay open.
        """
        self._threads.shutdown(wait=False, cancel_futures=True)
        for _ in range(self._size):
            if not self._places.acquire(timeout=patience):
                return

    def _open(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="calendar")
            self._places = threading.BoundedSemaphore(self._size)
            self._pid = os.getpid()


__all__ = ["CallPool", "StillRunning"]
