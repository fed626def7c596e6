"""Describes telli's endpoints in OpenAPI 3.1, naming no event type: anybody may read the description."""

from __future__ import annotations

from bridge.service.signing import HEADER
from bridge.web.tool_schema import TOKEN, tool_paths

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$",
    "examples": ["2026-11-24T09:00:00.000Z"],
}


def openapi(*, booking_details: bool, slot_details: bool, tools: bool = False) -> Schema:
    """Return the description; the details say whether a success tells of the booking, an offer in words.

    `tools` are described only where there is a token for them.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "Calendar bridge", "version": "1.0", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"signature": []}],
        "paths": {
            "/available": {"post": _available("available_by_default", [], slot_details)},
            "/book": {"post": _book("book_by_default", [], booking_details)},
            "/{event_type}/available": {"post": _available("available", [_EVENT_TYPE], slot_details)},
            "/{event_type}/book": {"post": _book("book", [_EVENT_TYPE], booking_details)},
            "/contact-lookup": {"post": _contact_lookup()},
            **(tool_paths(_EVENT_TYPE) if tools else {}),
        },
        "components": {
            "securitySchemes": {
                "signature": {"type": "apiKey", "in": "header", "name": HEADER, "description": _SIGNATURE},
                **({"token": TOKEN} if tools else {}),
            },
            "schemas": {"Error": _closed({"error": _TEXT})},
        },
    }


def _available(name: str, parameters: list[Schema], slot_details: bool) -> Schema:
    words: Schema = {"spoken": _TEXT, "host": _TEXT, "timezone": _TEXT} if slot_details else {}
    slot = _closed({"start_iso": _INSTANT, "end_iso": _INSTANT, **words})
    offer = _closed({"available": {"type": "array", "items": slot}, "message": _MESSAGE})
    if not slot_details:  # only said where there is no such service
        offer["required"] = ["available"]
    return {
        "operationId": name,
        "summary": "When may this caller have an appointment?",
        "parameters": parameters,
        "requestBody": _body({}),
        "responses": _responses("What may be offered, soonest first.", offer),
    }


def _book(name: str, parameters: list[Schema], booking_details: bool) -> Schema:
    outcome: Schema = {
        "oneOf": [_success(booking_details), _closed({"status": {"const": "failed"}, "reason": _REASON})]
    }
    return {
        "operationId": name,
        "summary": "Book an appointment for this caller.",
        "parameters": parameters,
        "requestBody": _body({"start_iso": _START, "dry_run": _DRY_RUN}),
        "responses": _responses("Whether it is booked.", outcome),
    }


def _contact_lookup() -> Schema:
    known = dict.fromkeys(
        ("first_name", "last_name", "salutation", "email", "external_id", "external_url", "phone_number"),
        _maybe("string"),
    )
    properties: Schema = {"type": "object", "additionalProperties": _maybe("string")}
    contact: Schema = {"oneOf": [_closed({**known, "properties": properties}), {"type": "null"}]}
    asked: Schema = {
        "type": "object",
        "properties": {"event": {"const": "contact_lookup"}, "phone_number": _TEXT, "to_number": _TEXT},
    }
    return {
        "operationId": "contact_lookup",
        "summary": "Who calls from this number?",
        "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
        "responses": _responses(
            "Who has booked from it, with the next appointment; null for a stranger.",
            _closed({"contact": contact}),
        ),
    }


def _success(booking_details: bool) -> Schema:
    success = _closed({"status": {"const": "success"}})
    if not booking_details:
        return success
    booking = _closed(
        {
            "id": _TEXT,
            "start_iso": _INSTANT,
            "end_iso": _INSTANT,
            "host": _TEXT,
            "location": _TEXT,
            "link": _TEXT,
        }
    )
    # a dry run and a booking that is only known to exist tell nothing of it
    return {**success, "properties": {"status": {"const": "success"}, "booking": booking}}


def _body(more: Schema) -> Schema:
    caller: Schema = {
        "type": "object",
        "description": "Members of an unexpected type count as absent, unknown ones are passed over.",
        "properties": {
            "contact_id": _maybe("string"),
            "external_contact_id": _maybe("string"),
            "contact_details": {
                **_maybe("object"),
                "description": "Free-form: what telli knows of the caller.",
            },
            "contact": {
                **_maybe("object"),
                "description": "The contact's record, as some integrations send it.",
            },
            **more,
        },
    }
    return {"required": True, "content": {"application/json": {"schema": caller}}}


def _responses(meaning: str, schema: Schema) -> Schema:
    return {
        "200": {"description": meaning, "content": {"application/json": {"schema": schema}}},
        "401": _error("The signature is missing or cannot be verified."),
        "404": _error("There is no such event type."),
        "405": _error("Only POST is answered."),
        "413": _error("The body has more than 64 KiB."),
    }


def _error(meaning: str) -> Schema:
    return {
        "description": meaning,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _maybe(kind: str) -> Schema:
    return {"type": [kind, "null"]}


_ABOUT = (
    "Answers a voice agent's questions about free appointment times, and books them. After a good signature "
    "the answer is always 200, with the outcome in the body."
)
_SIGNATURE = (
    "Lower-case hex HMAC-SHA256 under the account's API key, of the raw body or of what "
    "`JSON.stringify(JSON.parse(body))` gives in JavaScript."
)
_MESSAGE: Schema = {"type": "string", "description": "A sentence that can be read out."}
_EVENT_TYPE: Schema = {
    "name": "event_type",
    "in": "path",
    "required": True,
    "description": "The name of the event type in the configuration.",
    "schema": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
}
_DRY_RUN: Schema = {
    "const": True,
    "description": "Nothing is booked; the answer says what would have happened. Any other value is refused.",
}
_START: Schema = {
    "type": ["string", "null"],
    "description": "The offered start. With Z, an offset, or neither (= UTC); any fraction of a second.",
    "examples": ["2026-11-24T09:00:00.000Z", "2024-01-01T10:00:00.000"],
}
_REASON: Schema = {"type": "string", "minLength": 1, "description": "One sentence, fit to be read aloud."}
