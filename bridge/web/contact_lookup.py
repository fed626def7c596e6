"""Serves telli's question before a call: who calls from this number (POST /contact-lookup).

Signed as the others; after a good signature the answer is 200, `{"contact": null}` for a stranger, for
another event, and where nothing can be said in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, request

from bridge.config import WriteBack
from bridge.errors import StoreUnavailable
from bridge.journal import Outcome
from bridge.service.known_callers import KnownCaller
from bridge.service.signing import HEADER
from bridge.speech.instants import format_instant
from bridge.web.admission import read_body
from bridge.web.calls import Notebook, is_shed, journaled, note, note_refused
from bridge.web.canonical import stringify
from bridge.web.errors import JSON, json_error, log_fault, status_of
from bridge.web.signature import verify

_EVENT = "contact_lookup"
_BOOKED = "booked"
_SALUTATIONS = frozenset({"herr", "frau", "mr", "mrs", "ms", "miss", "mx"})


def contact_lookup_blueprint(
    by_number: Callable[[object], KnownCaller | None],
    *,
    keys: Sequence[str],
    names: WriteBack,
    journal: Notebook,
) -> Blueprint:
    """Return the endpoint; the next appointment is told under the names of `[telli.write_back]`."""
    blueprint = Blueprint("lookup", __name__)
    journaled(blueprint, journal)

    @blueprint.post("/contact-lookup", strict_slashes=False, provide_automatic_options=False)
    def contact_lookup() -> Response:
        payload = verify(read_body(request), request.headers.get(HEADER), keys)
        if is_shed():
            note(Outcome.SHED)
            return _answer(None)
        asked = payload if isinstance(payload, Mapping) and payload.get("event") == _EVENT else {}
        try:
            caller = by_number(asked.get("phone_number"))
        except StoreUnavailable as error:
            note(Outcome.FAILED, kind=error.code)
            return _answer(None)
        note(Outcome.DONE if caller else Outcome.NOTHING)
        return _answer(_contact(caller, names) if caller else None)

    @blueprint.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        status = status_of(error)
        if status is not None:
            note_refused(error)
            return json_error(status, str(error))
        log_fault(error)
        note(Outcome.FAULT)
        return _answer(None)

    return blueprint


def _contact(caller: KnownCaller, names: WriteBack) -> Mapping[str, object]:
    salutation, first, last = _parts(caller.name)
    return {
        "first_name": first or None,
        "last_name": last or None,
        "salutation": salutation or None,
        "email": caller.email or None,
        "external_id": caller.external_contact_id or None,
        "external_url": None,
        "phone_number": caller.phone,
        "properties": _properties(caller, names),
    }


def _properties(caller: KnownCaller, names: WriteBack) -> Mapping[str, object]:
    booking = caller.upcoming
    if booking is None:
        return names.told()
    return names.told(
        at=format_instant(booking.interval.start),
        status=_BOOKED,
        host=", ".join(caller.hosts),
        link=booking.link,
    )


def _parts(name: str) -> tuple[str, str, str]:
    """Return salutation, first and last name, as far as a full name tells them apart."""
    words = name.split()
    salutation = words.pop(0) if words and words[0].casefold().rstrip(".") in _SALUTATIONS else ""
    if len(words) == 1 and not salutation:
        return "", words[0], ""
    return salutation, " ".join(words[:-1]), words[-1] if words else ""


def _answer(contact: Mapping[str, object] | None) -> Response:
    return Response(stringify({"contact": contact}), content_type=JSON)
