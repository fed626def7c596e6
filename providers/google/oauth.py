"""Speak to Google's token endpoint within a deadline.

Decides what its refusals mean. Keeps Google's libraries from waiting and repeating on their own: they
would sleep for seconds on a 503.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth import transport
from google.auth.exceptions import GoogleAuthError

from providers.errors import (
    AccessDenied,
    ConnectionExpired,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.http import Call, send

_CODES = frozenset(
    {
        "access_denied",
        "admin_policy_enforced",
        "deleted_client",
        "disabled_client",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "org_internal",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


def post(made: requests.Session, call: Call, url: str, body: Any, headers: Mapping[str, str]) -> Any:
    """Return the endpoint's answer. ProviderUnavailable: it has trouble of its own."""
    answer = send(made, call, "POST", url, data=body, headers=dict(headers))
    if answer.status_code >= 500 or answer.status_code in (408, 429):
        raise ProviderUnavailable(call.provider, call.operation, f"HTTP {answer.status_code}")
    return answer


def error_code(answer: requests.Response) -> str | None:
    """Return the `error` member of a refusal."""
    try:
        body = answer.json()
    except ValueError:
        return None
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None


def refusal_of(call: Call, code: str | None) -> ProviderError:
    """Return what a refusal by the token endpoint means (RFC 6749 section 5.2 and Google's own codes).

    invalid_grant: revoked, unused for six months, older than seven days while the consent screen is in
    testing, or ended by the administrator.
    """
    if code == "invalid_grant":
        return ConnectionExpired(call.provider, call.operation, "invalid_grant")
    if code in _CODES:
        return AccessDenied(call.provider, call.operation, code)
    return ProviderUnavailable(call.provider, call.operation, "the token endpoint refused")


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
