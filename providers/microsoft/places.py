"""Share the places at each mailbox between all processes of a machine, by locks on the bytes of one file.

Decides nothing about how many there are. A place that a killed process held is free at once: the kernel
gives it back. Source: fcntl(2), "Advisory record locking".
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from providers.errors import ProviderUnavailable
from providers.http import Call

_FOR_THEIR_GROUP = 0o660
_OF_A_HASH = 7  # bytes: a byte of the file for each place still lies below the 2**63 that a lock can name


class SharedPlaces:
    """The places at all mailboxes; made once for each process, since its locks are the process's."""

    def __init__(self, file: Path, sleep: Callable[[float], None]) -> None:
        """Use this file of all processes; it stays empty. OSError: it cannot be made or opened."""
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FOR_THEIR_GROUP)
        self._sleep = sleep
        self._lock = threading.Lock()
        # A process is never refused a byte that it holds itself, so its threads are told apart here.
        self._held: set[int] = set()

    @contextmanager
    def one(self, mailbox: str, places: Sequence[int], call: Call, *, every: float) -> Iterator[None]:
        """Hold the first of these places that is free, looked for so many seconds apart.

        ProviderUnavailable: none was before the call's deadline.
        """
        at = int.from_bytes(sha256(mailbox.encode()).digest()[:_OF_A_HASH], "big") * 16
        while (taken := next((at + place for place in places if self._took(at + place)), None)) is None:
            if call.deadline.remaining() <= every:
                raise ProviderUnavailable(call.provider, call.operation, "the mailbox is still being asked")
            self._sleep(every)
        try:
            yield
        finally:
            self._give_back(taken)

    def _took(self, byte: int) -> bool:
        with self._lock:
            if byte in self._held:
                return False
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except (BlockingIOError, PermissionError):  # POSIX allows either for "another holds it"
                return False
            self._held.add(byte)
            return True

    def _give_back(self, byte: int) -> None:
        with self._lock:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, byte)
            self._held.remove(byte)
