"""Serves the office's own systems, under a bearer token of theirs, not of the agent: who did not come.

A bad or missing token is 401; with a good one everything is 200 with the outcome in the body.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Protocol

from flask import Blueprint, Response, request

from bridge.service.outcome import BookOutcome
from bridge.speech.reasons import Refusal, Speech
from bridge.web.admission import read_body
from bridge.web.canonical import stringify
from bridge.web.errors import JSON, json_error, log_fault
from bridge.web.tokens import bears_one_of


class OfficeService(Protocol):
    """What stands behind the endpoint."""

    def record(self, booking_id: str) -> BookOutcome:
        """Record that a caller did not come, or say why that can't be."""


def office_blueprint(service: OfficeService, *, tokens: Sequence[str], speech: Speech) -> Blueprint:
    """Return the endpoint; without a token nobody is let in."""
    blueprint = Blueprint("office", __name__)
    known = [token.encode() for token in tokens]

    @blueprint.post("/tools/no-show", provide_automatic_options=False, strict_slashes=False)
    def no_show() -> Response:
        if not bears_one_of(known, request):
            return json_error(401, "invalid token")
        try:
            done = service.record(_booking_id())
        except Exception as error:  # noqa: BLE001 - whoever asks can only read an answer; it is logged
            log_fault(error)
            done = BookOutcome(False, speech.reason(Refusal.NO_ANSWER, zone=UTC))
        said = {"status": "success"} if done.success else {"status": "failed", "reason": done.reason}
        return Response(stringify(said), content_type=JSON)

    return blueprint


def _booking_id() -> str:
    try:
        members = json.loads(read_body(request))
    except (ValueError, RecursionError):
        return ""
    found = members.get("booking_id") if isinstance(members, dict) else None
    return found.strip().lower() if isinstance(found, str) else ""
