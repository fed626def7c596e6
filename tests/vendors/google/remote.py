"""Drive a fake from elsewhere: over HTTP, or as a source of tokens for a provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import requests

from providers.base import Deadline
from providers.errors import ConnectionExpired, ProviderUnavailable
from tests.vendors.google.fake import FakeGoogle
from tests.vendors.google.tokens import DEFAULT_SCOPES


class RemoteGoogle:
    """A fake in another process."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.api_url = f"{self.url}/calendar/v3/"
        self.auth_url = f"{self.url}/o/oauth2/auth"
        self.token_url = f"{self.url}/token"
        self.revoke_url = f"{self.url}/revoke"

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of `FakeGoogle` there, or read an attribute; moments are ISO texts."""
        with requests.Session() as session:
            session.trust_env = False
            body = {"args": args, "kwargs": kwargs}
            answer = session.post(f"{self.url}/control/{method}", json=body, timeout=30)
        content = answer.json()
        if answer.status_code != 200:
            raise ValueError(content["error"])
        return content["result"]


class FakeTokens:
    """A TokenSource that has a token at hand and gets another after a rejection."""

    def __init__(self, issue: Callable[[], str]) -> None:
        self._issue = issue
        self._lock = threading.Lock()
        self._token: str | None = None
        self.rejections: list[str] = []
        self.has_expired = False
        self.has_none = False

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand."""
        if self.has_expired:
            raise ConnectionExpired("google", "access_token", "invalid_grant")
        if self.has_none or deadline.remaining() <= 0:
            raise ProviderUnavailable("google", "access_token", "no token at hand")
        with self._lock:
            if self._token is None:
                self._token = self._issue()
            return self._token

    def rejected(self, token: str) -> None:
        """Forget the token."""
        with self._lock:
            self.rejections.append(token)
            if token == self._token:
                self._token = None


def tokens_of(google: FakeGoogle, email: str, scopes: Sequence[str] = DEFAULT_SCOPES) -> FakeTokens:
    """Return the tokens of one account of the fake."""
    return FakeTokens(lambda: google.issue(email, scopes).access)
