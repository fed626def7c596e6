"""Has every call noted in the journal: `journaled` begins and ends it, `note` says what came of it.

An endpoint that callers reach needs no more than these two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, Response, g, request

from bridge.errors import BridgeError
from bridge.journal import Call, Outcome, Signature
from bridge.service.kept_offers import Offer
from bridge.service.outcome import BookOutcome
from bridge.service.search import Found
from bridge.service.signing import HEADER
from bridge.web.errors import Overloaded
from bridge.web.shell import CAME_AT, IS_SHED
from bridge.web.signature import SignatureInvalid

REQUEST_ID = "X-Request-Id"


class Notebook(Protocol):
    """Takes note of calls; the journal."""

    def begin(self, question: str, came_at: float | None = None) -> Call:
        """Return the call that is answered from now on, and came in at that moment in monotonic time."""

    def note(self, call: Call) -> None:
        """Take note of a call that is answered."""

    def age(self, asked_at: float) -> float:
        """Return how many seconds ago a moment of the monotonic clock was."""


def journaled(blueprint: Blueprint, journal: Notebook, *, but: tuple[str, ...] = ()) -> None:
    """Note each request to the blueprint, by the name of its view; `but` are views that callers don't ask."""

    @blueprint.before_request
    def begin() -> None:
        question = (request.endpoint or "").rpartition(".")[2]
        if question not in but:
            g.call = journal.begin(question, request.environ.get(CAME_AT))

    @blueprint.after_request
    def end(response: Response) -> Response:
        call: Call | None = g.get("call")
        if call is not None:
            response.headers[REQUEST_ID] = call.request_id
            journal.note(call)
        return response


def note(outcome: Outcome | None = None, /, **facts: Any) -> None:
    """Add to the call that is being answered what came of it; facts are named as `Call` names them."""
    call: Call | None = g.get("call")
    if call is None:  # a request that callers don't make
        return
    if outcome is not None:
        call.outcome = outcome
    for name, fact in facts.items():
        setattr(call, name, fact)  # a name that a Call doesn't have is refused


def note_offer(told: Offer | Found, *, age_seconds: float | None = None, is_kept: bool | None = None) -> None:
    """Note what a caller was offered, which calendars kept silent, and of nothing at all why."""
    note(
        Outcome.OFFERED if told.slots else Outcome.NOTHING,
        told=told.slots,
        age_seconds=age_seconds,
        is_kept=is_kept,
        explanation=told.explanation,
    )
    if told.slots and isinstance(told, Offer) and told.silent:
        note(explanation=[{"silent_calendars": [str(name) for name in told.silent]}])


def note_booking(outcome: BookOutcome, start: datetime | None, *, is_dry_run: bool) -> None:
    """Note what came of a request to book."""
    if outcome.success:
        note(Outcome.BOOKABLE if is_dry_run else Outcome.BOOKED)
    else:
        note(Outcome.FAILED, kind=outcome.kind, told=outcome.told, explanation=outcome.explanation)
    note(start=start, is_dry_run=is_dry_run)
    if outcome.booking:
        note(hosts=outcome.booking.hosts, booking_id=outcome.booking.id)


def is_shed() -> bool:
    """Tell whether so many calls wait that this one is to be answered at once."""
    return bool(request.environ.get(IS_SHED))


def outcome_of(error: Exception) -> Outcome:
    """Return what came of a call that ended in an error."""
    if isinstance(error, Overloaded):
        return Outcome.SHED
    return Outcome.FAILED if isinstance(error, BridgeError) else Outcome.FAULT


def note_refused(error: Exception) -> None:
    """Note a request that is answered by its number alone."""
    if isinstance(error, SignatureInvalid):
        has_one = HEADER in request.headers
        signature = Signature.WRONG if has_one else Signature.MISSING
        note(Outcome.REFUSED, kind=error.code, signature=signature)
    else:
        note(Outcome.FAILED, kind=error.code if isinstance(error, BridgeError) else "")
