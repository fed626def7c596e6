"""Connections to an Exchange server, each signed in by one name and password.

NTLM signs in a connection, not a request: two threads on one line would spoil each other's three rounds. So
each line belongs to one request at a time, and is kept for the next with the same password. A refused
password is kept from the server for a while, since a directory locks accounts after a few of them.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from exchangelib import BASIC, GSSAPI, NTLM, Credentials
from exchangelib.transport import get_auth_instance

from providers.errors import ProviderUnavailable
from providers.exchange.settings import ExchangeSettings
from providers.http import Call, session
from providers.own_network import Secrecy

_MOST_KEPT = 16  # idle lines with one password
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 60.0, 900.0
_KINDS = {"ntlm": NTLM, "basic": BASIC, "kerberos": GSSAPI}
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": "calendar-bridge"}


@dataclass(slots=True)
class _Refused:
    """How often a password was refused, and until when it is not shown again."""

    times: int = 0
    until: float = 0.0


class Lines:
    """The lines to one server, for all accounts there. Safe to share between threads."""

    def __init__(self, settings: ExchangeSettings, monotonic: Callable[[], float]) -> None:
        self.settings = settings
        self.secrecy = Secrecy()
        self._monotonic = monotonic
        self._idle: dict[str, list[requests.Session]] = defaultdict(list)
        self._refused: dict[str, _Refused] = {}
        self._good: set[str] = set()
        self._trying: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    @contextmanager
    def line(self, token: str) -> Iterator[requests.Session]:
        """Lend a line that signs in with "<user name>:<password>"; it is kept unless the block fails."""
        with self._lock:
            idle = self._idle[token]
            made = idle.pop() if idle else None
        made = made or self._made(token)
        try:
            yield made
        except BaseException:
            made.close()  # half an answer, or half a sign-in, may still be on it
            raise
        with self._lock:
            idle = self._idle[token]
            if len(idle) < _MOST_KEPT and token not in self._refused:
                idle.append(made)
                return
        made.close()

    @contextmanager
    def turn(self, token: str, call: Call) -> Iterator[bool]:
        """Tell whether a password may be tried: it was not refused a moment ago.

        Until it has proven good one request tries it while the others wait: a dozen mailboxes asked at once
        would be a dozen wrong passwords.
        """
        trying = None if token in self._good else self._alone(token, call)
        try:
            yield self._may_show(token)
        finally:
            if trying is not None:
                trying.release()

    def _alone(self, token: str, call: Call) -> threading.Lock | None:
        with self._lock:
            trying = self._trying[token]
        if not trying.acquire(timeout=max(0.0, call.deadline.remaining())):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        if token in self._good:
            trying.release()
            return None
        return trying

    def _may_show(self, token: str) -> bool:
        with self._lock:
            refused = self._refused.get(token)
            return refused is None or self._monotonic() >= refused.until

    def refuse(self, token: str) -> None:
        """Take note of a 401, and hang up every line that was signed in with this password."""
        with self._lock:
            refused = self._refused.setdefault(token, _Refused())
            wait = min(_FIRST_WAIT_SECONDS * (1 << min(refused.times, 8)), _LONGEST_WAIT_SECONDS)
            refused.times += 1
            refused.until = self._monotonic() + wait
            self._good.discard(token)
            idle = self._idle.pop(token, [])
        for each in idle:
            each.close()

    def accept(self, token: str) -> None:
        """Take note that a password is good."""
        if token not in self._good:
            with self._lock:
                self._good.add(token)
                self._refused.pop(token, None)

    def _made(self, token: str) -> requests.Session:
        made = session(self.settings.route, connections=1)
        made.headers.update(_HEADERS)
        made.auth = _sign_in(_KINDS[self.settings.auth], token)
        return made


def _sign_in(kind: str, token: str) -> requests.auth.AuthBase:
    """Return what signs a request in; Kerberos takes the ticket that the process has."""
    user, _, password = token.partition(":")
    if kind == NTLM and Credentials(user, password).type == Credentials.EMAIL:
        user = f"\\{user}"  # an address belongs to no domain, which NTLM wants to be told
    found: requests.auth.AuthBase = get_auth_instance(auth_type=kind, username=user, password=password)
    return found
