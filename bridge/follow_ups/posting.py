"""Posts JSON to addresses of the owner's, and decides which answers are final."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.follow_ups.errors import NotDelivered, Refused
from providers.outward import AddressForbidden, Outward, OutwardError

_TAKEN = 2  # hundred and something; whoever redirects has moved, and the owner shall say where to
_SERVER_FAULT = 500
_TOO_MANY = 429


def post_json(outward: Outward, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Post a JSON body. NotDelivered, Refused: it was not taken."""
    try:
        answer = outward.post(url, body, {"Content-Type": "application/json", **(headers or {})})
    except AddressForbidden as error:
        raise Refused(str(error)) from error
    except OutwardError as error:
        raise NotDelivered(str(error)) from error
    if answer.status >= _SERVER_FAULT or answer.status == _TOO_MANY:
        raise NotDelivered(f"the address answered {answer.status}")
    if answer.status // 100 != _TAKEN:
        raise Refused(f"the address answered {answer.status}")
