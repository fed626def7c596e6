"""Serves telli's two questions, per event type and for the default one (POST /available, /book).

In this order: a wrong method is 405, a body over 64 KiB 413, a signature that does not verify 401, an
event type that does not exist 404 (so only telli can find out which ones exist), and from there on
everything is 200 with the outcome in the body, faults of our own included. A body with `event` belongs
to another endpoint under the same key: it books nothing and is offered nothing. Errors are JSON too.
The payload is never read from anything but the text whose signature was verified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bridge.attendee import CallerRequest
from bridge.errors import BridgeError, NotFound
from bridge.model import EventType
from bridge.service.kept_offers import Offer
from bridge.service.outcome import BookOutcome
from bridge.service.search import Found
from bridge.speech.instants import parse_instant
from bridge.speech.reasons import Refusal, Speech
from bridge.web import answers
from bridge.web.admission import read_body
from bridge.web.errors import JSON, UnknownEventType, json_error, log_fault, status_of
from bridge.web.schema import openapi
from bridge.web.signature import HEADER, SignatureInvalid, verify

DRY_RUN = "x-bridge-dry-run"


class TelliService(Protocol):
    """What stands behind the endpoints."""

    def event_type(self, name: str | None) -> EventType:
        """Return the event type of this name, the default one for None. NotFound: there is none."""

    def available(self, event_type: EventType, request: CallerRequest) -> Offer | Found:
        """Return what any caller may be told now, the same object while it holds, or what fits a wish."""

    def book(
        self, event_type: EventType, request: CallerRequest, start: datetime | None, *, dry_run: bool
    ) -> BookOutcome:
        """Book, or say why not; `start` is None when the request names none that can be read."""


def _ignore(_name: str) -> None:
    pass


def telli_blueprint(
    service: TelliService,
    *,
    keys: Sequence[str],
    speech: Speech,
    booking_details: bool = False,
    host_names: Mapping[str, str] | None = None,
    count: Callable[[str], None] = _ignore,
) -> Blueprint:
    """Return the endpoints; ValueError when there is no key or an empty one.

    `host_names` gives the names spoken in booking details, by host id. `count` is told of every
    "invalid_signature" and "fault".
    """
    if not keys or not all(key.strip() for key in keys):
        raise ValueError("telli's requests cannot be verified without a key")
    names = (host_names or {}) if booking_details else None
    endpoints = _Endpoints(service, tuple(keys), speech, names, count)
    blueprint = Blueprint("telli", __name__)
    for view in (endpoints.available, endpoints.book):
        for rule in (f"/{view.__name__}", f"/<event_type>/{view.__name__}"):
            blueprint.add_url_rule(
                rule,
                view.__name__,
                view,
                methods=["POST"],
                provide_automatic_options=False,
                strict_slashes=False,
            )
    description = json.dumps(openapi(booking_details=booking_details))
    blueprint.add_url_rule("/openapi.json", "openapi", lambda: Response(description, content_type=JSON))
    blueprint.register_error_handler(Exception, endpoints.answer_error)
    blueprint.app_errorhandler(MethodNotAllowed)(_answer_wrong_method)
    return blueprint


class _Endpoints:
    """The views, with what they need."""

    def __init__(
        self,
        service: TelliService,
        keys: Sequence[str],
        speech: Speech,
        host_names: Mapping[str, str] | None,
        count: Callable[[str], None],
    ) -> None:
        self._service = service
        self._keys = keys
        self._speech = speech
        self._host_names = host_names
        self._count = count
        self._worded: dict[str, tuple[Offer, bytes]] = {}

    def available(self, event_type: str | None = None) -> Response:
        """Answer `POST /available`."""
        wanted, payload = self._asked(event_type)
        if payload is None:
            return _answer(answers.NOTHING_AVAILABLE)
        offer = self._service.available(wanted, CallerRequest.from_payload(payload))
        if isinstance(offer, Found):
            return _answer(answers.offer_answer(offer.slots))
        kept = self._worded.get(wanted.id)
        if kept is None or kept[0] is not offer:  # an offer is worded once, however often it is told
            kept = self._worded[wanted.id] = (offer, answers.offer_answer(offer.slots))
        return _answer(kept[1])

    def book(self, event_type: str | None = None) -> Response:
        """Answer `POST /book`."""
        wanted, payload = self._asked(event_type)
        g.event_type = wanted
        if payload is None:
            return self._failure(Refusal.OTHER_REQUEST)
        start = parse_instant(payload.get("start_iso")) if isinstance(payload, dict) else None
        caller = CallerRequest.from_payload(payload)
        # only the documented value: a caller must not hear "success" because of some other word
        is_dry_run = request.headers.get(DRY_RUN, "").strip() == "1"
        outcome = self._service.book(wanted, caller, start, dry_run=is_dry_run)
        if not outcome.success:
            reason = outcome.reason.strip()
            return _answer(answers.failure_answer(reason)) if reason else self._failure(Refusal.FAULT)
        if outcome.booking is None or self._host_names is None:
            return _answer(answers.SUCCESS)
        return _answer(answers.success_answer(outcome.booking, self._host_names))

    def answer_error(self, error: Exception) -> Response:
        """Answer whatever was raised: by its number before the signature is verified, after it by 200."""
        status = status_of(error)
        if status is not None:
            if isinstance(error, SignatureInvalid):
                self._count("invalid_signature")
            return json_error(status, str(error))
        if "telli_is_signed" not in g:
            return self._answer_stranger(error)
        if not isinstance(error, BridgeError):
            log_fault(error)
            self._count("fault")
        if request.endpoint == "telli.available":
            return _answer(answers.NOTHING_AVAILABLE)
        return self._failure(error if isinstance(error, BridgeError) else Refusal.FAULT)

    def _answer_stranger(self, error: Exception) -> Response:
        if isinstance(error, HTTPException):  # something in front of the endpoints refused the request
            return json_error(error.code or 400, error.name.lower())
        log_fault(error)
        return self.answer_error(SignatureInvalid())

    def _asked(self, name: str | None) -> tuple[EventType, object]:
        """Return what is asked about, and the verified payload: None where it is for another endpoint."""
        payload = verify(read_body(request), request.headers.get(HEADER), self._keys)
        g.telli_is_signed = True
        try:
            wanted = self._service.event_type(name)
        except NotFound as error:
            raise UnknownEventType from error
        return wanted, None if isinstance(payload, dict) and "event" in payload else payload

    def _failure(self, refusal: BridgeError | Refusal) -> Response:
        wanted: EventType | None = g.get("event_type")
        zone = wanted.timezone if wanted else UTC
        return _answer(answers.failure_answer(self._speech.reason(refusal, zone=zone)))


def _answer(body: bytes) -> Response:
    return Response(body, content_type=JSON)


def _answer_wrong_method(error: MethodNotAllowed) -> Response | MethodNotAllowed:
    if not request.path.rstrip("/").endswith(("/available", "/book")):
        return error
    response = json_error(405, "method not allowed")
    response.headers["Allow"] = "POST"
    return response
