"""Describes the endpoints of custom tools in OpenAPI 3.1, for whoever sets them up in telli."""

from __future__ import annotations

from collections.abc import Mapping

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_SPOKEN: Schema = {"type": "string", "minLength": 1, "description": "A sentence, fit to be read aloud."}
_INSTANT: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-24T09:00:00.000Z"]}
_ERROR: Schema = {
    "description": "The token is missing or not one of tool_tokens.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}

TOKEN: Schema = {"type": "http", "scheme": "bearer", "description": "One of tool_tokens."}

_WHO = {
    "contact_id": "Who is calling, as telli knows them.",
    "external_contact_id": "Who is calling, as your own system knows them.",
    "phone_number": "Who is calling, where trust_phone_number is set.",
}
_WISH = {
    "preferred_date": "A day: 2026-11-24, or as people say it.",
    "preferred_time": "A time of day: 14:30, 2 pm, after 16:00.",
    "preferred_daypart": "morning, afternoon, evening, ...",
    "preferred_weekday": "One weekday, or several.",
    "earliest_date": "Nothing before this day.",
    "host": "Only with this host.",
    "service": "The service wanted, where there are several.",
    "limit": "How many times at most.",
}
_FAILED: Schema = {"status": {"const": "failed"}}
_WHICH = {"booking_id": "Which appointment; may be left out when there is only one."}


def tool_paths(event_type: Schema) -> dict[str, Schema]:
    """Return the description of every tool; `event_type` is the parameter of an address that names one."""
    slot = _closed({"start_iso": _INSTANT, "end_iso": _INSTANT})
    found = _closed({"available": {"type": "array", "items": slot}, "spoken": _SPOKEN})
    texts = dict.fromkeys(("id", "title", "host"), _TEXT)
    appointment = _closed({"start_iso": _INSTANT, "end_iso": _INSTANT, **texts})
    own = _closed({"appointments": {"type": "array", "items": appointment}, "spoken": _SPOKEN})
    find = "Which times are free, nearest to a wish first?"
    return {
        "/find": _tool("find_by_default", find, _WISH, found),
        "/{event_type}/find": _tool("find", find, _WISH, found, event_type),
        "/tools/appointments": _tool("appointments", "What has the caller coming?", _WHO, own),
        "/tools/cancel": _tool("cancel", "Cancel the caller's appointment.", {**_WHO, **_WHICH}, _OUTCOME),
        "/tools/reschedule": _tool(
            "reschedule",
            "Move the caller's appointment.",
            {**_WHO, **_WHICH, "start_iso": "The new start."},
            _OUTCOME,
        ),
        "/tools/callback": _tool(
            "callback",
            "Let the owner know that somebody waits for a call.",
            {
                **_WHO,
                "name": "Their name.",
                "reason": "What it is about.",
                "preferred_time": "When.",
                "agent_id": "telli's agent that calls too, where no time is preferred.",
            },
            _OUTCOME,
        ),
        "/tools/no-show": _tool(
            "no_show",
            "Record that a caller did not come; with a token of the office.",
            {"booking_id": "Which appointment."},
            {"oneOf": [_closed({"status": {"const": "success"}}), _closed({**_FAILED, "reason": _SPOKEN})]},
        ),
    }


def _tool(name: str, summary: str, members: Mapping[str, str], answer: Schema, *parameters: Schema) -> Schema:
    asked: Schema = {
        "type": "object",
        "properties": {member: {"description": text} for member, text in members.items()},
    }
    told = {"description": "The outcome.", "content": {"application/json": {"schema": answer}}}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "security": [{"token": []}],
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
            "responses": {"200": told, "401": _ERROR},
        }
    }


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_OUTCOME: Schema = {
    "oneOf": [
        _closed({"status": {"const": "success"}, "spoken": _SPOKEN}),
        _closed({**_FAILED, "reason": _SPOKEN, "spoken": _SPOKEN}),
    ]
}
