"""Serves telli's two questions, per event type and for the default one (POST /available, /book).

In this order: a wrong method is 405, a body over 64 KiB 413, a signature that does not verify 401, an
event type that does not exist 404 (so only telli can find out which ones exist), and from there on
everything is 200 with the outcome in the body, faults of our own included. A body with `event` belongs
to another endpoint under the same key: it books nothing and is offered nothing. Errors are JSON too.
The payload is never read from anything but the text whose signature was verified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, Self

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bridge.attendee import CallerRequest
from bridge.config import Config
from bridge.errors import BridgeError, NotFound, ServiceUnknown
from bridge.journal import Outcome
from bridge.model import EventType
from bridge.service.kept_offers import Offer
from bridge.service.outcome import BookOutcome
from bridge.service.search import Found
from bridge.service.signing import HEADER
from bridge.speech.instants import parse_instant
from bridge.speech.reasons import Refusal, Speech
from bridge.web import answers
from bridge.web.admission import read_body
from bridge.web.calls import (
    Notebook,
    is_shed,
    journaled,
    note,
    note_booking,
    note_offer,
    note_refused,
    outcome_of,
)
from bridge.web.errors import JSON, Overloaded, UnknownEventType, json_error, log_fault, status_of
from bridge.web.rehearsal import is_dry_run, with_what_was_seen
from bridge.web.schema import openapi
from bridge.web.signature import SignatureInvalid, verify


class TelliService(Protocol):
    """What stands behind the endpoints."""

    def event_type(self, name: str | None) -> EventType:
        """Return the event type of this name, the default one for None. NotFound: there is none."""

    def available(self, event_type: EventType, request: CallerRequest) -> Offer | Found:
        """Return what any caller may be told now, the same object while it holds, or what fits a wish."""

    def at_hand(self, event_type: EventType, request: CallerRequest) -> Offer | None:
        """Return what can be told without a wait, None where that is nothing."""

    def speech_for(
        self, request: CallerRequest, event_type: EventType | None = None, *, ask: bool = True
    ) -> Speech:
        """Return the sentences in the language of the call, with times by the caller's clock too.

        `ask` whether telli may be asked who is calling.
        """

    def book(
        self, event_type: EventType, request: CallerRequest, start: datetime | None, *, dry_run: bool
    ) -> BookOutcome:
        """Book, or say why not; `start` is None when the request names none that can be read."""

    def booked_before(
        self, event_type: EventType, request: CallerRequest, start: datetime | None
    ) -> BookOutcome | None:
        """Return that this very request was booked, without a wait; None: nothing is known of that."""


@dataclass(frozen=True)
class Details:
    """What answers tell beyond telli's documented members; `host_names` are spoken, by host id.

    `with_tools`: the description tells of the custom tools too.
    """

    host_names: Mapping[str, str] = field(default_factory=dict)
    of_bookings: bool = False
    of_slots: bool = False
    with_tools: bool = False

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return what the configuration asks for."""
        names = {host.id: host.name for host in config.hosts.values()}
        telli = config.telli
        return cls(names, telli.booking_details, telli.slot_details, bool(telli.tool_tokens))


_PLAIN = Details()


def telli_blueprint(
    service: TelliService,
    *,
    keys: Sequence[str],
    speech: Speech,
    journal: Notebook,
    details: Details = _PLAIN,
) -> Blueprint:
    """Return the endpoints; ValueError when there is no key or an empty one."""
    if not keys or not all(key.strip() for key in keys):
        raise ValueError("telli's requests cannot be verified without a key")
    endpoints = _Endpoints(service, tuple(keys), speech, details, journal)
    blueprint = Blueprint("telli", __name__)
    journaled(blueprint, journal, but=("openapi",))
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
    described = openapi(
        booking_details=details.of_bookings, slot_details=details.of_slots, tools=details.with_tools
    )
    description = json.dumps(described)
    blueprint.add_url_rule("/openapi.json", "openapi", lambda: Response(description, content_type=JSON))
    blueprint.register_error_handler(Exception, endpoints.answer_error)
    blueprint.app_errorhandler(MethodNotAllowed)(lambda error: wrong_method(error) or error)
    return blueprint


class _Endpoints:
    """The views, with what they need."""

    def __init__(
        self,
        service: TelliService,
        keys: Sequence[str],
        speech: Speech,
        details: Details,
        journal: Notebook,
    ) -> None:
        self._service = service
        self._keys = keys
        self._speech = speech
        self._details = details
        self._journal = journal
        self._worded: dict[tuple[EventType, Speech | None], tuple[Offer, bytes]] = {}

    def available(self, event_type: str | None = None) -> Response:
        """Answer `POST /available`."""
        wanted, payload = self._asked(event_type)
        if payload is None:
            note(Outcome.NOTHING, kind=str(Refusal.OTHER_REQUEST))
            return _answer(answers.NOTHING_AVAILABLE)
        g.caller = caller = CallerRequest.from_payload(payload)
        note(is_dry_run=is_dry_run(payload) is True)  # a test call of our own: telli has not called yet
        told = self._told(wanted, caller)
        speech = self._speech_of_call(wanted) if self._details.of_slots else None
        kept = self._worded.get((wanted, speech))
        is_kept = kept is not None and kept[0] is told
        age = self._journal.age(told.answered_at) if isinstance(told, Offer) else None
        note_offer(told, age_seconds=age, is_kept=is_kept)
        if kept and is_kept:  # an offer is worded once, however often it is told
            return _answer(kept[1])
        if speech is None:
            body = answers.offer_answer(told.slots)
        else:
            names = self._details.host_names
            body = answers.detailed_offer_answer(told, speech, wanted.timezone, names)
        if isinstance(told, Offer):
            self._worded[wanted, speech] = (told, body)
        return _answer(body)

    def book(self, event_type: str | None = None) -> Response:
        """Answer `POST /book`."""
        wanted, payload = self._asked(event_type)
        g.event_type = wanted
        if payload is None:
            return self._failure(Refusal.OTHER_REQUEST)
        start = parse_instant(payload.get("start_iso")) if isinstance(payload, dict) else None
        g.caller = caller = CallerRequest.from_payload(payload)
        rehearsed = is_dry_run(payload)
        if rehearsed is None:
            note(Outcome.FAILED, kind=str(Refusal.DRY_RUN), start=start)
            return self._failure(Refusal.DRY_RUN)
        outcome = self._booked(wanted, caller, start, dry_run=rehearsed)
        note_booking(outcome, start, is_dry_run=rehearsed)
        if not outcome.success:
            reason = outcome.reason.strip()
            return _answer(answers.failure_answer(reason)) if reason else self._failure(Refusal.FAULT)
        if rehearsed:
            return with_what_was_seen(_answer(answers.SUCCESS))
        if outcome.booking is None or not self._details.of_bookings:
            return _answer(answers.SUCCESS)
        return _answer(answers.success_answer(outcome.booking, self._details.host_names))

    def answer_error(self, error: Exception) -> Response:
        """Answer whatever was raised: by its number before the signature is verified, after it by 200."""
        status = status_of(error)
        if status is not None:
            note_refused(error)
            return json_error(status, str(error))
        if "telli_is_signed" not in g:
            return self._answer_stranger(error)
        if not isinstance(error, BridgeError):
            log_fault(error)
        note(
            outcome_of(error),
            kind=error.code if isinstance(error, BridgeError) else str(Refusal.FAULT),
        )
        if request.endpoint == "telli.available":
            if isinstance(error, ServiceUnknown):
                return self._nothing(error)
            if isinstance(error, Overloaded):
                return self._nothing(Refusal.CROWDED)
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
        note(event_type=wanted.id)
        return wanted, None if isinstance(payload, dict) and "event" in payload else payload

    def _told(self, wanted: EventType, caller: CallerRequest) -> Offer | Found:
        """Return what a caller may be told now. Overloaded: nothing is at hand for one who cannot wait."""
        if not is_shed():
            return self._service.available(wanted, caller)
        if kept := self._service.at_hand(wanted, caller):
            return kept
        raise Overloaded

    def _booked(
        self, wanted: EventType, caller: CallerRequest, start: datetime | None, *, dry_run: bool
    ) -> BookOutcome:
        """Return what came of it. Overloaded: nobody has time for it, and it was not booked before."""
        if not is_shed():
            return self._service.book(wanted, caller, start, dry_run=dry_run)
        if not dry_run and (before := self._service.booked_before(wanted, caller, start)):
            return before
        note(start=start)
        raise Overloaded

    def _nothing(self, why: BridgeError | Refusal) -> Response:
        return _answer(answers.nothing_answer(self._speech_of_call().reason(why, zone=UTC)))

    def _failure(self, refusal: BridgeError | Refusal) -> Response:
        wanted: EventType | None = g.get("event_type")
        zone = wanted.timezone if wanted else UTC
        return _answer(answers.failure_answer(self._speech_of_call().reason(refusal, zone=zone)))

    def _speech_of_call(self, wanted: EventType | None = None) -> Speech:
        if "caller" not in g:
            return self._speech
        return self._service.speech_for(g.caller, wanted, ask=not is_shed())


def _answer(body: bytes) -> Response:
    return Response(body, content_type=JSON)


def wrong_method(_error: MethodNotAllowed) -> Response | None:
    """Return telli's own answer to a wrong method, None where another address was asked for."""
    if not request.path.rstrip("/").endswith(("/available", "/book", "/contact-lookup")):
        return None
    response = json_error(405, "method not allowed")
    response.headers["Allow"] = "POST"
    return response
