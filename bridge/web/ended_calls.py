"""Serves telli's webhooks about calls (POST /telli/webhook), signed by Svix.

Taken is 2xx, also what is of no concern here; what cannot be kept now is 503, and comes again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response, request

from bridge.errors import StoreUnavailable
from bridge.journal import Outcome, Signature
from bridge.service.ended_calls import Compared, EndedCall
from bridge.web import svix
from bridge.web.admission import WEBHOOK_BYTES, read_body
from bridge.web.calls import Notebook, journaled, note
from bridge.web.errors import json_error, log_fault, status_of
from bridge.web.signature import SignatureInvalid

_EVENT = "call_ended"
_MISSING = "not_booked"


class EndedCallService(Protocol):
    """What stands behind the endpoint."""

    def compare(self, call: EndedCall) -> Compared:
        """Return what became of a call, alerting the owner where it booked and nothing stands there."""


def ended_calls_blueprint(
    calls: EndedCallService, *, secret: str, now: Callable[[], datetime], journal: Notebook
) -> Blueprint:
    """Return the endpoint."""
    blueprint = Blueprint("calls", __name__)
    journaled(blueprint, journal)

    @blueprint.post("/telli/webhook", strict_slashes=False, provide_automatic_options=False)
    def call_ended() -> Response:
        body = read_body(request, WEBHOOK_BYTES)
        svix.verify(body, request.headers.get, secret, now())
        call = _call(body)
        if call is None:
            note(Outcome.DONE, kind="other_event")
            return Response(status=204)
        ended = EndedCall.read(call)
        compared = calls.compare(ended)
        note(Outcome.DONE, start=ended.booked_for)
        if compared.is_missing:
            note(Outcome.FAILED, kind=_MISSING)
        if compared.booking:
            note(booking_id=compared.booking.id, hosts=compared.booking.hosts)
        return Response(status=204)

    @blueprint.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        status = status_of(error)
        if status is not None:
            # Not the kind of telli's other endpoints: the owner would be asked to look at the wrong key.
            signature = Signature.WRONG if isinstance(error, SignatureInvalid) else Signature.VERIFIED
            note(Outcome.REFUSED, kind="webhook_refused", signature=signature)
            return json_error(status, str(error))
        if isinstance(error, StoreUnavailable):
            note(Outcome.FAILED, kind=error.code)
            return json_error(503, "try again later")
        log_fault(error)
        note(Outcome.FAULT)
        return json_error(500, "a fault of the bridge")

    return blueprint


def _call(body: bytes) -> Mapping[str, Any] | None:
    """Return the call that a webhook is about; None where it is about something else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    call = told.get("call") if isinstance(told, dict) and told.get("event") == _EVENT else None
    return call if isinstance(call, dict) else None
