"""Where vendors say that a calendar has changed: `/notify/google` and `/notify/microsoft`.

A message counts only for a channel the bridge has opened, with the secret it was opened with. It says what
to look at again, nothing more; looking is work for the background. Whoever made it up learns nothing: the
answer is the same.
"""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any, Protocol

from flask import Blueprint, Response, request

from bridge.errors import StoreUnavailable
from bridge.web.body import read_body
from bridge.web.errors import BodyIncomplete, BodyTooLarge
from providers.google import read_notification
from providers.microsoft import read_notifications, validation_answer

_log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
_OPENED = "sync"  # Google's first message: the channel is open, nothing has changed


class NotifyService(Protocol):
    """The channels the bridge has opened, and the work that a message means."""

    def channel_token(self, provider: str, channel_id: str) -> str | None:
        """Return the secret a channel was opened with, None for one that is not open."""

    def google_changed(self, channel_id: str) -> None:
        """Plan to look at the channel's calendar."""

    def microsoft_changed(self, channel_id: str, kind: str) -> None:
        """Plan what a message of Graph's means: see `providers.microsoft.Notification.kind`."""


def notify_blueprint(service: NotifyService) -> Blueprint:
    """Return the two endpoints; every answer is given before any calendar is looked at."""
    blueprint = Blueprint("notify", __name__, url_prefix="/notify")
    blueprint.add_url_rule("/google", view_func=lambda: _google(service), endpoint="google", methods=["POST"])
    blueprint.add_url_rule(
        "/microsoft", view_func=lambda: _microsoft(service), endpoint="microsoft", methods=["POST"]
    )

    @blueprint.errorhandler(StoreUnavailable)
    def later(error: StoreUnavailable) -> Response:
        _log.warning("a notification could not be kept: %s", error)
        return _answer(503)  # both vendors try again

    @blueprint.errorhandler(BodyTooLarge)
    def too_large(_error: BodyTooLarge) -> Response:
        return _answer(413)

    @blueprint.errorhandler(BodyIncomplete)
    def incomplete(_error: BodyIncomplete) -> Response:
        return _answer(400)

    return blueprint


def _google(service: NotifyService) -> Response:
    message = read_notification(dict(request.headers))
    if message is None:
        return _answer(400)
    if message.state != _OPENED and _is_ours(service, "google", message.channel, message.token):
        service.google_changed(message.channel)
    return _answer(204)


def _microsoft(service: NotifyService) -> Response:
    # A new subscription's first call: Graph wants its token back within ten seconds.
    handshake = validation_answer(request.args)
    if handshake is not None:
        return Response(handshake, content_type="text/plain; charset=utf-8")
    for message in read_notifications(_body()):
        if _is_ours(service, "microsoft", message.channel, message.client_state):
            service.microsoft_changed(message.channel, message.kind)
    return _answer(202)


def _is_ours(service: NotifyService, provider: str, channel_id: str, token: str) -> bool:
    known = service.channel_token(provider, channel_id)
    # Compared in any case, so that the time taken does not tell which channels there are.
    is_same = hmac.compare_digest((known or "").encode(), token.encode("utf-8", "replace"))
    return is_same and bool(known)


def _body() -> Any:
    try:
        return json.loads(read_body(request, MOST_BYTES))
    except (ValueError, RecursionError):
        return None


def _answer(status: int) -> Response:
    return Response(status=status, content_type="text/plain")
