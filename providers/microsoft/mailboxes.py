"""Hold the connections to Graph, and let each mailbox be asked one thing at a time.

Decides nothing about requests. Graph lets an application ask a mailbox four things at once, over all
processes; so each process asks one. Source: learn.microsoft.com/graph/throttling-limits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy

from providers.errors import ProviderUnavailable
from providers.http import Call, Patience, session


class Mailbox:
    """A mailbox as this process uses it: whose turn it is, and until when it asked to be left alone."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.patience = Patience(monotonic)
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, call: Call) -> Iterator[None]:
        """Wait for one's turn as long as the call's deadline allows, and pass it on afterwards."""
        if not self._turn.acquire(timeout=call.deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "the mailbox is still being asked")
        try:
            yield
        finally:
            self._turn.release()


class Mailboxes:
    """The mailboxes of one process, and the connections they share. Made after a fork, not before."""

    def __init__(self, monotonic: Callable[[], float], ca_bundle: str | None = None) -> None:
        self.session = session()
        self.session.verify = ca_bundle if ca_bundle is not None else True
        # One account's cookies must not travel with another's requests.
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, Mailbox] = {}

    def of(self, account: str) -> Mailbox:
        """Return an account's mailbox, always the same."""
        with self._lock:
            return self._known.setdefault(account.casefold(), Mailbox(self._monotonic))

    def close(self) -> None:
        """Hang up."""
        self.session.close()
