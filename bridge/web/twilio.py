"""Twilio's word on what became of an SMS: `/notify/twilio`, signed with the account's token.

Source: https://www.twilio.com/docs/usage/security, "Validating requests".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from bridge.config import TwilioSection
from bridge.errors import StoreUnavailable
from bridge.web.admission import MOST_BYTES, TWILIO_HEADER, read_body
from bridge.web.errors import BodyIncomplete, BodyTooLarge

_log = logging.getLogger(__name__)


class StatusService(Protocol):
    """What is done with the word."""

    def note(self, sid: str, status: str, code: int | None) -> None:
        """Note an outcome."""


def twilio_blueprint(service: StatusService, section: TwilioSection, public_url: str) -> Blueprint:
    """Return the endpoint; it is reached at the public address, which the signature holds."""
    blueprint = Blueprint("twilio", __name__)
    token = section.auth_token.get_secret_value() if section.auth_token else ""

    @blueprint.post("/notify/twilio")
    def receive() -> Response:
        try:
            said = dict(parse_qsl(read_body(request, MOST_BYTES).decode(), keep_blank_values=True))
        except (BodyTooLarge, BodyIncomplete, ValueError):  # bytes that are no text are not Twilio's
            return Response(status=400)
        wanted = signature(f"{public_url}{request.full_path.rstrip('?')}", said, token)
        given = request.headers.get(TWILIO_HEADER, "")
        if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
            _log.warning("a message to /notify/twilio was not signed with the account's token")
            return Response(status=403)
        code = said.get("ErrorCode", "")
        try:
            service.note(
                said.get("MessageSid", ""),
                said.get("MessageStatus", ""),
                int(code) if code.isdecimal() else None,
            )
        except StoreUnavailable as error:
            _log.warning("what became of an SMS could not be kept: %s", error)
            return Response(status=503)
        return Response(status=204)

    return blueprint


def signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Return what a request to this address with this form is signed with."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
