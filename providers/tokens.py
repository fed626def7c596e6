"""What a consent gives, and where a provider gets its access token from.

Decides the shape that both vendors' sign-ins share. Never stores or refreshes anything, and never shows a
token in a `repr`: the bridge seals grants, and refreshes them in the background, outside any call.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from providers.base import Deadline
from providers.errors import ConnectionExpired, ProviderUnavailable
from providers.http import Call

T = TypeVar("T")

_LIVES_STILL = timedelta(minutes=1)  # it must outlive the call it is given to
_RENEWED_BEFORE = timedelta(minutes=10)  # a refresh inside a call makes a caller on the phone wait
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Grant:
    """An account's consent. `refresh_token` is None when the vendor gave none: keep the one already stored.

    `email` is None after a refresh that did not name the account again. `granted_scopes` are those the
    owner really ticked, to be stored and asked for when refreshing.
    """

    email: str | None
    access_token: str = field(repr=False)
    expires_at: datetime
    # Google gives none to an account that was connected before, unless asked with prompt=consent.
    refresh_token: str | None = field(repr=False)
    granted_scopes: frozenset[str]


class TokenSource(Protocol):
    """The access token of one account, at hand without asking the vendor."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return a token that should work now.

        ConnectionExpired: the consent is gone. ProviderUnavailable: there is none at the moment.
        """

    def rejected(self, token: str) -> None:
        """Take note that the vendor answered 401 to this token, so that another one is given next."""


def ask_with_token(
    tokens: TokenSource, call: Call, ask: Callable[[str], T | None], *, ended: str = "the token was rejected"
) -> T:
    """Return what is answered with the token at hand; when the vendor rejects it, with the next.

    `ask` is None for an answer of 401. ConnectionExpired, saying `ended`: no other token is accepted either.
    """
    rejected = ""
    for _ in range(2):
        token = tokens.access_token(deadline=call.deadline)
        if token == rejected:
            break
        # Tokens die between two requests; when the next is refused as well, the consent has ended.
        if (answer := ask(token)) is not None:
            return answer
        tokens.rejected(token)
        rejected = token
    raise ConnectionExpired(call.provider, call.operation, ended)


class GivenToken:
    """A token that nobody renews, such as a password; fulfils `TokenSource`."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token."""
        return self._token

    def rejected(self, token: str) -> None:
        """Do nothing: there is no other."""


class DelegatedTokens(ABC):
    """The tokens of accounts that nobody signed in to; fulfils `TokenSource`.

    A missing token is fetched by one thread while the others wait; one that still works is given at once,
    also while its successor is being fetched.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._fetching = threading.Lock()
        self._current = ("", _NEVER)

    @abstractmethod
    def _call(self, deadline: Deadline) -> Call:
        """Return the call under which a token is fetched."""

    @abstractmethod
    def _fetch(self, call: Call) -> tuple[str, datetime]:
        """Return a new token and when it ends."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand, or fetch one."""
        return self._lasting(_LIVES_STILL, deadline)

    def keep_fresh(self, *, deadline: Deadline) -> None:
        """Fetch the next token well before this one ends: for the background, so that no call has to."""
        self._lasting(_RENEWED_BEFORE, deadline)

    def is_at_hand(self) -> bool:
        """Tell whether a call would be given a token without asking the vendor."""
        return self._at_hand(_LIVES_STILL) is not None

    def rejected(self, token: str) -> None:
        """Forget the token, so that the next question fetches another."""
        # Another thread may have fetched the next one meanwhile; that one still works.
        if token == self._current[0]:
            self._current = ("", _NEVER)

    def _lasting(self, least: timedelta, deadline: Deadline) -> str:
        if token := self._at_hand(least):
            return token
        call = self._call(deadline)
        # A vendor that hangs must not hold every caller beyond the deadline of each.
        if not self._fetching.acquire(timeout=deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        try:
            token = self._at_hand(least)  # who waited finds what the thread before has fetched
            if token is None:
                token, _ = self._current = self._fetch(call)
            return token
        finally:
            self._fetching.release()

    def _at_hand(self, least: timedelta) -> str | None:
        token, expires_at = self._current
        return token if self._now() + least < expires_at else None
