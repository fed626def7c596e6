"""Carry msal's requests, and make its errors ours.

Decides how long Entra may take, and that its endpoints are looked up once a day. Keeps no token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msal
from requests import RequestException, Response

from providers.errors import ProviderError, ProviderUnavailable, UnexpectedResponse
from providers.http import Call, send

_DISCOVERY_SECONDS = 86_400.0  # without it every application object of msal would ask

Found = dict[str, tuple[float, Response]]


class Line:
    """What msal sends its requests through: within the call's time, endpoints asked for once."""

    def __init__(self, session: Any, call: Call, found: Found, now: float) -> None:
        self._session, self._call, self._found, self._now = session, call, found, now

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Response:
        """Return where Entra's endpoints are."""
        known = self._found.get(url)
        if known is not None and self._now - known[0] < _DISCOVERY_SECONDS:
            return known[1]
        answer = send(self._session, self._call, "GET", url, params=params, headers=headers)
        if answer.status_code == 200:
            self._found[url] = (self._now, answer)
        return self._told(answer)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> Response:
        """Return the token endpoint's answer."""
        # msal has no time-out of its own by default; the call's deadline is one.
        answer = send(self._session, self._call, "POST", url, params=params, data=data, headers=headers)
        return self._told(answer)

    def _told(self, answer: Response) -> Response:
        """Return an answer of Entra's: success, or a refusal for msal to read."""
        status = answer.status_code
        if status == 200 or (400 <= status < 500 and status not in (408, 429)):
            return answer
        raise ProviderUnavailable(self._call.provider, self._call.operation, f"HTTP {status}")

    def close(self) -> None:
        """Leave the connections to the others."""


class Unreadable(UnexpectedResponse):
    """msal could make nothing of what it was given."""


def understood(call: Call, made: Callable[[], Any]) -> Any:
    """Return what msal makes, with its errors as ours: those it raises hold addresses and bodies."""
    try:
        return made()
    except ProviderError:
        raise
    except (ValueError, RuntimeError):  # RuntimeError: the nonce is another sign-in's
        raise Unreadable(call.provider, call.operation, status=200, field="answer") from None
    except (RequestException, msal.exceptions.MsalError, KeyError) as error:
        raise ProviderUnavailable(call.provider, call.operation, type(error).__name__) from None
