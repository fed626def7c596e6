"""Gives errors their HTTP numbers and their JSON form, and logs faults without anybody's details.

An exception's text can hold names, numbers or tokens (a database's does): it goes neither into an
answer nor into the log.
"""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections.abc import Iterator

from flask import Response, g

from bridge.errors import BridgeError, NotFound
from bridge.web.signature import SignatureInvalid

JSON = "application/json"

_log = logging.getLogger(__name__)


class BodyTooLarge(BridgeError):
    """The body has more bytes than are read."""

    code = "body_too_large"

    def __init__(self) -> None:
        super().__init__("body too large")


class Overloaded(BridgeError):
    """More calls wait than can be answered in time: nothing was looked at, and nothing booked."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("too many calls at once")


class BodyIncomplete(SignatureInvalid):
    """The body broke off, so that its signature cannot be verified."""


class UnknownEventType(NotFound):
    """The address names an event type that does not exist."""

    def __init__(self) -> None:
        super().__init__("unknown event type")


_STATUS: dict[type[BridgeError], int] = {SignatureInvalid: 401, UnknownEventType: 404, BodyTooLarge: 413}


def status_of(error: BaseException) -> int | None:
    """Return the HTTP number of an error that ends a request; None when the answer tells it otherwise."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), None)


def json_error(status: int, text: str) -> Response:
    """Return `{"error": text}`."""
    return Response(json.dumps({"error": text}), status, content_type=JSON)


def request_id() -> str:
    """Return the id by which this request is found in the log."""
    if "request_id" not in g:
        call = g.get("call")
        g.request_id = call.request_id if call else secrets.token_hex(8)
    return str(g.request_id)


def log_fault(error: BaseException) -> str:
    """Log what kind of error came from where; return the request's id."""
    _log.error("request %s failed: %s", request_id(), " <- ".join(_chain(error)))
    return request_id()


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        places = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in _frames(error)]
        yield f"{type(error).__name__} in {', '.join(reversed(places)) or 'nowhere'}"
        error = error.__cause__ or error.__context__


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__, limit=-4)  # the innermost four
