"""Drive a fake from elsewhere: over HTTP, or as a source of tokens for a provider."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests

from providers.base import Deadline
from providers.errors import ConnectionExpired, ProviderUnavailable


class Remote:
    """A fake in another process."""

    def __init__(self, url: str, ca_bundle: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.ca_bundle = ca_bundle

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the fake there, or read an attribute; moments are ISO texts."""
        with requests.Session() as session:
            session.trust_env = False
            body, trusted = {"args": args, "kwargs": kwargs}, self.ca_bundle or True
            answer = session.post(f"{self.url}/control/{method}", json=body, timeout=30, verify=trusted)
        content = answer.json()
        if answer.status_code != 200:
            raise ValueError(content["error"])
        return content["result"]


class FakeTokens:
    """A TokenSource that has a token at hand and gets another after a rejection."""

    def __init__(self, issue: Callable[[], str], provider: str = "fake") -> None:
        self._issue = issue
        self._provider = provider
        self._lock = threading.Lock()
        self._token: str | None = None
        self.rejections: list[str] = []
        self.has_expired = False
        self.has_none = False

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand."""
        if self.has_expired:
            raise ConnectionExpired(self._provider, "access_token", "invalid_grant")
        if self.has_none or deadline.remaining() <= 0:
            raise ProviderUnavailable(self._provider, "access_token", "no token at hand")
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
