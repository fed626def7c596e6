"""Drive a fake from elsewhere: over HTTPS, or as a source of tokens for a provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import requests

from providers.base import Deadline
from providers.errors import ConnectionExpired, ProviderUnavailable
from tests.vendors.microsoft.fake import FakeMicrosoft
from tests.vendors.microsoft.graph import VERSION
from tests.vendors.microsoft.tokens import CALENDARS


class RemoteMicrosoft:
    """A fake in another process."""

    def __init__(self, url: str, ca_bundle: str) -> None:
        self.url = self.login_url = url.rstrip("/")
        self.graph_url = f"{self.url}{VERSION}"
        self.ca_bundle = ca_bundle

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of `FakeMicrosoft` there, or read an attribute; moments are ISO texts."""
        with requests.Session() as session:
            session.trust_env = False
            body = {"args": args, "kwargs": kwargs}
            url = f"{self.url}/control/{method}"
            answer = session.post(url, json=body, timeout=30, verify=self.ca_bundle)
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

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand."""
        if self.has_expired:
            raise ConnectionExpired("microsoft", "access_token", "invalid_grant")
        if deadline.remaining() <= 0:
            raise ProviderUnavailable("microsoft", "access_token", "no time left")
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


def tokens_of(ms: FakeMicrosoft, email: str | None, scopes: Sequence[str] = (CALENDARS,)) -> FakeTokens:
    """Return the tokens of one account of the fake; None is the application itself."""
    return FakeTokens(lambda: ms.issue(email, scopes).access)
