"""Hold the connections to Graph, and let each mailbox be asked only a few things at once.

Decides that nobody on the phone waits for background work, and nothing about requests. Graph lets an
application ask a mailbox four things at once, over all processes. Source:
learn.microsoft.com/graph/throttling-limits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http.cookiejar import DefaultCookiePolicy

from providers.errors import ProviderUnavailable
from providers.http import Call, Patience, session
from providers.microsoft.places import SharedPlaces
from providers.route import STRAIGHT, Route

# One less than Graph's four: a command at the terminal and a worker of its own are not counted.
MOST_AT_ONCE = 3
FOR_BACKGROUND = 1
# More processes would be too many though each made one call at a time: they share the places.
MOST_WITH_OWN_PLACES = MOST_AT_ONCE - FOR_BACKGROUND
_CALLS_LOOK_EVERY = 0.01  # seconds
_BACKGROUND_LOOKS_EVERY = 0.05


class Mailbox:
    """A mailbox as this process uses it: who is asking it, and until when it asked to be left alone."""

    def __init__(
        self, account: str, monotonic: Callable[[], float], workers: int, shared: SharedPlaces | None
    ) -> None:
        self.patience = Patience(monotonic)
        self._account = account
        self._shared = shared
        ours = MOST_AT_ONCE if shared else max(1, (MOST_AT_ONCE - FOR_BACKGROUND) // workers)
        self._calls = threading.BoundedSemaphore(ours)
        # A place of its own: a poll that hung for 18 s held every call up, and emptied half the offers.
        self._background = threading.BoundedSemaphore(FOR_BACKGROUND)

    @contextmanager
    def turn(self, call: Call) -> Iterator[None]:
        """Wait for one's turn as long as the call's deadline allows, and pass it on afterwards."""
        places = self._background if call.deadline.is_patient else self._calls
        if not places.acquire(timeout=call.deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "the mailbox is still being asked")
        try:
            with self._shared_place(self._shared, call) if self._shared else nullcontext():
                yield
        finally:
            places.release()

    def _shared_place(self, shared: SharedPlaces, call: Call) -> AbstractContextManager[None]:
        """Return a place of the machine's; only calls may take those that background work leaves free."""
        if call.deadline.is_patient:
            last = range(MOST_AT_ONCE - FOR_BACKGROUND, MOST_AT_ONCE)
            return shared.one(self._account, last, call, every=_BACKGROUND_LOOKS_EVERY)
        return shared.one(self._account, range(MOST_AT_ONCE), call, every=_CALLS_LOOK_EVERY)


class Mailboxes:
    """The mailboxes of one process, and the connections they share. Made after a fork, not before.

    `workers` is how many processes of the machine answer calls, and so share what Graph allows: each has a
    part of it for itself, or all have the `shared` places together.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        route: Route = STRAIGHT,
        *,
        workers: int = 1,
        shared: SharedPlaces | None = None,
    ) -> None:
        self.session = session(route)
        # One account's cookies must not travel with another's requests.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._monotonic = monotonic
        self._workers = workers
        self._shared = shared
        self._lock = threading.Lock()
        self._known: dict[str, Mailbox] = {}

    def of(self, account: str) -> Mailbox:
        """Return an account's mailbox, always the same."""
        key = account.casefold()
        with self._lock:
            if key not in self._known:
                self._known[key] = Mailbox(key, self._monotonic, self._workers, self._shared)
            return self._known[key]

    def close(self) -> None:
        """Hang up."""
        self.session.close()
