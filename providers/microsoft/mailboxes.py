"""Hold the connections to Graph, and let each mailbox be asked only a few things at once.

Decides that nobody on the phone waits for background work, and nothing about requests. Graph lets an
application ask a mailbox four things at once, over all processes. Source:
learn.microsoft.com/graph/throttling-limits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy

from providers.errors import ProviderUnavailable
from providers.http import Call, Patience, session
from providers.route import STRAIGHT, Route

# One less than Graph's four: a command at the terminal and a worker of its own are not counted.
MOST_AT_ONCE = 3
FOR_BACKGROUND = 1


class Mailbox:
    """A mailbox as this process uses it: who is asking it, and until when it asked to be left alone."""

    def __init__(self, monotonic: Callable[[], float], workers: int) -> None:
        self.patience = Patience(monotonic)
        self._calls = threading.BoundedSemaphore(max(1, (MOST_AT_ONCE - FOR_BACKGROUND) // workers))
        # A place of its own: a poll that hung for 18 s held every call up, and emptied half the offers.
        self._background = threading.BoundedSemaphore(FOR_BACKGROUND)

    @contextmanager
    def turn(self, call: Call) -> Iterator[None]:
        """Wait for one's turn as long as the call's deadline allows, and pass it on afterwards."""
        places = self._background if call.deadline.is_patient else self._calls
        if not places.acquire(timeout=call.deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "the mailbox is still being asked")
        try:
            yield
        finally:
            places.release()


class Mailboxes:
    """The mailboxes of one process, and the connections they share. Made after a fork, not before.

    `workers` is how many processes of the machine answer calls, and so share what Graph allows.
    """

    def __init__(self, monotonic: Callable[[], float], route: Route = STRAIGHT, *, workers: int = 1) -> None:
        self.session = session(route)
        # One account's cookies must not travel with another's requests.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._monotonic = monotonic
        self._workers = workers
        self._lock = threading.Lock()
        self._known: dict[str, Mailbox] = {}

    def of(self, account: str) -> Mailbox:
        """Return an account's mailbox, always the same."""
        with self._lock:
            return self._known.setdefault(account.casefold(), Mailbox(self._monotonic, self._workers))

    def close(self) -> None:
        """Hang up."""
        self.session.close()
