"""The vendors' webhooks, where they say that a calendar has changed: `/notify/<vendor>`, for those that do.

A message counts only for a channel the bridge has opened, with the secret it was opened with. It says what
to look at again, nothing more; looking is work for the background. Whoever made it up learns nothing: the
answer is the same.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from flask import Blueprint, Response, request

from bridge.errors import StoreUnavailable
from bridge.vendors.contract import PushMessage, PushReader, PushRequest
from bridge.web.admission import MOST_BYTES, read_body
from bridge.web.errors import BodyIncomplete, BodyTooLarge

_log = logging.getLogger(__name__)


class NotifyService(Protocol):
    """The channels the bridge has opened, and the work that a message means."""

    def channel_tokens(self, provider: str, channels: Collection[str]) -> Mapping[str, str]:
        """Return the secrets that those of the channels which are open were opened with."""

    def changed(self, channel_id: str, *, ends: bool) -> None:
        """Plan to look at the channel's calendar; `ends`: and to open another channel."""


def notify_blueprint(service: NotifyService, readers: Mapping[str, PushReader]) -> Blueprint:
    """Return an endpoint for each vendor that pushes; it answers before any calendar is looked at."""
    blueprint = Blueprint("notify", __name__, url_prefix="/notify")

    @blueprint.post("/<vendor>")
    def receive(vendor: str) -> Response:
        if vendor not in readers:
            return _answer(404)
        headers = {name.lower(): value for name, value in request.headers.items()}
        said = readers[vendor](PushRequest(headers, request.args, _json))
        tokens = service.channel_tokens(vendor, {message.channel for message in said.messages})
        for message in said.messages:
            if _is_ours(tokens.get(message.channel), message):
                service.changed(message.channel, ends=message.ends)
        return _answer(said.status, said.text)

    @blueprint.errorhandler(StoreUnavailable)
    def later(error: StoreUnavailable) -> Response:
        _log.warning("a notification could not be kept: %s", error)
        return _answer(503)  # vendors try again

    @blueprint.errorhandler(BodyTooLarge)
    def too_large(_error: BodyTooLarge) -> Response:
        return _answer(413)

    @blueprint.errorhandler(BodyIncomplete)
    def incomplete(_error: BodyIncomplete) -> Response:
        return _answer(400)

    return blueprint


def _is_ours(known: str | None, message: PushMessage) -> bool:
    # Compared in any case, so that the time taken does not tell which channels there are.
    is_same = hmac.compare_digest((known or "").encode(), message.token.encode("utf-8", "replace"))
    return is_same and bool(known)


def _json() -> Any:
    try:
        return json.loads(read_body(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return None


def _answer(status: int, text: str = "") -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")
