"""Speak to Google's token endpoint within a deadline.

Keeps Google's libraries from waiting and repeating on their own: they would sleep for seconds on a 503.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth import transport
from google.auth.exceptions import GoogleAuthError

from providers.errors import (
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.google.errors import error_code, refusal_of
from providers.http import Call, send

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def post(made: requests.Session, call: Call, url: str, body: Any, headers: Mapping[str, str]) -> Any:
    """Return the endpoint's answer. ProviderUnavailable: it has trouble of its own."""
    answer = send(made, call, "POST", url, data=body, headers=dict(headers))
    # Raised before google-auth sees them: to these it makes up to three attempts, whatever the deadline.
    if answer.status_code >= 500 or answer.status_code in (408, 429):
        raise ProviderUnavailable(call.provider, call.operation, f"HTTP {answer.status_code}")
    return answer


class _Answer(transport.Response):
    """An answer as google-auth reads it."""

    def __init__(self, answer: requests.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        """Return the status code."""
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        return self._answer.headers

    @property
    def data(self) -> bytes:
        """Return the body."""
        return self._answer.content


class Wire(transport.Request):
    """How google-auth's credentials reach the token endpoint; remembers why they were refused."""

    def __init__(self, made: requests.Session, call: Call) -> None:
        self._made = made
        self._call = call
        self._refusal: ProviderError | None = None

    def __call__(
        self,
        url: str,
        method: str = "POST",
        body: Any = None,
        headers: Any = None,
        timeout: Any = None,
        **kwargs: Any,
    ) -> _Answer:
        """Send one request; its time-out is the deadline's, whatever google-auth would have."""
        answer = post(self._made, self._call, url, body, headers or {})
        if answer.status_code != 200:
            # RefreshError tells it as a sentence; here it is still a code.
            self._refusal = refusal_of(self._call, error_code(answer))
        return _Answer(answer)

    def refresh(self, credentials: Any) -> datetime:
        """Have the credentials fetch a token; return when it ends."""
        try:
            credentials.refresh(self)
        except (GoogleAuthError, ValueError, TypeError, AttributeError):  # google-auth trips over odd bodies
            raise self._refusal or self._unexpected("access_token") from None
        if not isinstance(credentials.token, str) or credentials.expiry is None:
            raise self._unexpected("expires_in")
        expiry: datetime = credentials.expiry
        return expiry.replace(tzinfo=UTC)  # google-auth keeps naive UTC

    def _unexpected(self, field: str) -> ProviderError:
        return UnexpectedResponse(self._call.provider, self._call.operation, status=200, field=field)
