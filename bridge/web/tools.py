"""Serves telli's custom tools: flat JSON under a bearer token.

A bad or missing token is 401 whatever else is wrong; with a good one everything is 200 with the outcome in
the body, faults of our own included, since an agent can only speak what it is answered.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Protocol

from flask import Blueprint, Response, g, request

from bridge.model import EventType
from bridge.service.search import MOST, Found
from bridge.speech.instants import format_instant
from bridge.speech.reasons import Refusal, Speech
from bridge.web.admission import read_body
from bridge.web.canonical import stringify
from bridge.web.errors import JSON, json_error, log_fault


class ToolService(Protocol):
    """What stands behind the tools."""

    def event_type(self, name: str | None) -> EventType:
        """Return the event type of this name, the default one for None. NotFound: there is none."""

    def find(
        self, event_type: EventType, members: Mapping[str, object], *, limit: int | None = None
    ) -> Found:
        """Return the slots nearest to a wish, and a sentence about them."""


def tools_blueprint(service: ToolService, *, tokens: Sequence[str], speech: Speech) -> Blueprint:
    """Return the endpoints; without a token nobody is let in."""
    tools = _Tools(service, tuple(token.encode() for token in tokens), speech)
    blueprint = Blueprint("tools", __name__)
    for rule in ("/find", "/<event_type>/find"):
        blueprint.add_url_rule(
            rule, "find", tools.find, methods=["POST"], provide_automatic_options=False, strict_slashes=False
        )
    blueprint.before_request(tools.admit)
    blueprint.register_error_handler(Exception, tools.answer_error)
    return blueprint


class _Tools:
    """The views, with what they need."""

    def __init__(self, service: ToolService, tokens: Sequence[bytes], speech: Speech) -> None:
        self._service = service
        self._tokens = tokens
        self._speech = speech

    def admit(self) -> Response | None:
        """Turn away whoever has no token."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        offered = given.strip().encode()
        # Every token is compared, so that the time taken tells nothing.
        known = [hmac.compare_digest(offered, token) for token in self._tokens]
        if scheme.lower() == "bearer" and any(known):
            g.tool_is_admitted = True
            return None
        return json_error(401, "invalid token")

    def find(self, event_type: str | None = None) -> Response:
        """Answer `POST /find`: the times nearest to a wish."""
        members = _members()
        found = self._service.find(self._service.event_type(event_type), members, limit=_limit(members))
        return _found(found)

    def answer_error(self, error: Exception) -> Response:
        """Answer what went wrong in words, with nothing available."""
        log_fault(error)
        return _answer({"available": [], "spoken": self._speech.reason(Refusal.NO_ANSWER, zone=UTC)})


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


def _limit(members: Mapping[str, object]) -> int | None:
    """Return how many slots are asked for, also where a model writes the number as text."""
    asked = members.get("limit")
    text = str(asked) if isinstance(asked, int | str) and not isinstance(asked, bool) else ""
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) else None
