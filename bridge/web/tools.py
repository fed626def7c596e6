"""Serves telli's custom tools: flat JSON under a bearer token.

A bad or missing token is 401 whatever else is wrong; with a good one everything is 200 with the outcome in
the body, faults of our own included, since an agent can only speak what it is answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Protocol

from flask import Blueprint, Response, g, request

from bridge.attendee import CallerRequest
from bridge.errors import BridgeError, NotFound
from bridge.journal import Outcome, Signature
from bridge.model import EventType
from bridge.service.outcome import BookOutcome
from bridge.service.own_appointments import OwnAppointments
from bridge.service.search import MOST, Found
from bridge.speech.appointments import passed_on
from bridge.speech.instants import format_instant, parse_instant
from bridge.speech.reasons import Refusal, Speech
from bridge.web.admission import read_body
from bridge.web.calls import Notebook, is_shed, journaled, note, note_offer, outcome_of
from bridge.web.canonical import stringify
from bridge.web.errors import JSON, Overloaded, json_error, log_fault
from bridge.web.tokens import bears_one_of


class ToolService(Protocol):
    """What stands behind the tools."""

    def event_type(self, name: str | None) -> EventType:
        """Return the event type of this name, the default one for None. NotFound: there is none."""

    def find(
        self, event_type: EventType, members: Mapping[str, object], *, limit: int | None = None
    ) -> Found:
        """Return the slots nearest to a wish, and a sentence about them."""


def tools_blueprint(
    service: ToolService, own: OwnAppointments, *, tokens: Sequence[str], speech: Speech, journal: Notebook
) -> Blueprint:
    """Return the endpoints; without a token nobody is let in."""
    tools = _Tools(service, own, tuple(token.encode() for token in tokens), speech)
    blueprint = Blueprint("tools", __name__)
    journaled(blueprint, journal)
    views: dict[str, Callable[..., Response]] = {"/find": tools.find, "/<event_type>/find": tools.find}
    for view in (tools.appointments, tools.cancel, tools.reschedule, tools.callback):
        views[f"/tools/{view.__name__}"] = view
    for rule, view in views.items():
        blueprint.add_url_rule(
            rule, view.__name__, view, methods=["POST"], provide_automatic_options=False, strict_slashes=False
        )
    blueprint.before_request(tools.admit)
    blueprint.register_error_handler(Exception, tools.answer_error)
    return blueprint


class _Tools:
    """The views, with what they need."""

    def __init__(
        self, service: ToolService, own: OwnAppointments, tokens: Sequence[bytes], speech: Speech
    ) -> None:
        self._service = service
        self._own = own
        self._tokens = tokens
        self._speech = speech

    def admit(self) -> Response | None:
        """Turn away whoever has no token."""
        if bears_one_of(self._tokens, request):
            if is_shed():
                raise Overloaded
            return None
        note(Outcome.REFUSED, kind="invalid_token", signature=Signature.WRONG)
        return json_error(401, "invalid token")

    def find(self, event_type: str | None = None) -> Response:
        """Answer `POST /find`: the times nearest to a wish."""
        members = _members()
        wanted = self._service.event_type(event_type)
        note(event_type=wanted.id)
        found = self._service.find(wanted, members, limit=_limit(members))
        note_offer(found)
        return _found(found)

    def appointments(self) -> Response:
        """Answer `POST /tools/appointments`: what the caller has coming."""
        caller = self._caller()
        own = self._own.coming(caller)
        note(Outcome.DONE)
        found = [
            {
                "id": booking.id,
                "start_iso": format_instant(booking.interval.start),
                "end_iso": format_instant(booking.interval.end),
                "title": self._own.spoken(booking).title,
                "host": self._own.spoken(booking).host,
            }
            for booking in own
        ]
        return _answer({"appointments": found, "spoken": self._own.told(own, self._speech_of_call())})

    def cancel(self) -> Response:
        """Answer `POST /tools/cancel`."""
        return self._outcome(self._own.cancel_one(self._caller(), _text("booking_id")))

    def reschedule(self) -> Response:
        """Answer `POST /tools/reschedule`; a start that cannot be had is answered with the nearest."""
        caller = self._caller()
        booking = self._own.one(caller, _text("booking_id"))
        start = parse_instant(g.members.get("start_iso"))
        if start is None:
            return self._refused(Refusal.START)
        note(start=start)
        return self._outcome(self._own.move(booking, start, self._speech_of_call()))

    def callback(self) -> Response:
        """Answer `POST /tools/callback`: the owner is told whom to call."""
        caller = self._caller()
        if not self._own.call_back(caller, _text("reason"), _text("preferred_time"), _text("agent_id")):
            return self._refused(Refusal.NUMBER)
        note(Outcome.DONE)
        return _answer({"status": "success", "spoken": passed_on(self._speech_of_call())})

    def answer_error(self, error: Exception) -> Response:
        """Answer what went wrong in words."""
        if isinstance(error, Overloaded):  # who asks for an appointment must not hear that nothing is booked
            note(outcome_of(error), kind=error.code)
            return self._said(Refusal.CROWDED)
        if isinstance(error, NotFound):
            return self._refused(Refusal.KIND)
        if isinstance(error, BridgeError):
            return self._refused(error)
        log_fault(error)
        note(Outcome.FAULT, kind=str(Refusal.NO_ANSWER))
        return self._said(Refusal.NO_ANSWER)

    def _caller(self) -> CallerRequest:
        g.members = _members()
        g.caller = CallerRequest.from_flat(g.members)
        caller: CallerRequest = g.caller
        return caller

    def _speech_of_call(self) -> Speech:
        return self._own.speech_for(g.caller) if "caller" in g else self._speech

    def _outcome(self, done: BookOutcome) -> Response:
        note(Outcome.DONE if done.success else Outcome.FAILED, kind=done.kind)
        if done.booking is not None:
            note(booking_id=done.booking.id)
        if done.success:
            return _answer({"status": "success", "spoken": done.reason})
        return _answer({"status": "failed", "reason": done.reason, "spoken": done.reason})

    def _refused(self, refusal: BridgeError | Refusal) -> Response:
        if isinstance(refusal, BridgeError):
            note(outcome_of(refusal), kind=refusal.code)
        else:
            note(Outcome.FAILED, kind=str(refusal))
        return self._said(refusal)

    def _said(self, refusal: BridgeError | Refusal) -> Response:
        spoken = self._speech_of_call().reason(refusal, zone=UTC)
        question = (request.endpoint or "").rpartition(".")[2]
        if question == "find":
            return _answer({"available": [], "spoken": spoken})
        if question == "appointments":
            return _answer({"appointments": [], "spoken": spoken})
        return _answer({"status": "failed", "reason": spoken, "spoken": spoken})


def _found(found: Found) -> Response:
    available = [
        {"start_iso": format_instant(slot.start), "end_iso": format_instant(slot.end)} for slot in found.slots
    ]
    return _answer({"available": available, "spoken": found.spoken})


def _answer(body: Mapping[str, object]) -> Response:
    return Response(stringify(body), content_type=JSON)


def _members() -> Mapping[str, object]:
    """Return the members of the body; a body of another shape says nothing."""
    try:
        parsed = json.loads(read_body(request))
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _text(name: str) -> str:
    """Return a member of the request as text, "" where it is none."""
    value = g.members.get(name)
    return value if isinstance(value, str) else ""


def _limit(members: Mapping[str, object]) -> int | None:
    """Return how many slots are asked for, also where a model writes the number as text."""
    asked = members.get("limit")
    text = str(asked) if isinstance(asked, int | str) and not isinstance(asked, bool) else ""
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) else None
