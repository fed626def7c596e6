"""Google's own description of the Calendar API, and what a request does that it does not allow.

The description is the discovery document inside google-api-python-client, read where it is installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

Json = dict[str, Any]
Query = Sequence[tuple[str, str]]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_LOCAL_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
_INTEGER = re.compile(r"-?\d+")
_KINDS: dict[str, type] = {"string": str, "boolean": bool, "array": list, "object": dict}


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the description; `id` is without the leading "calendar."."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Json
    request: str | None
    response: str | None
    scopes: frozenset[str]


@cache
def _document() -> Json:
    place = files("googleapiclient") / "discovery_cache" / "documents" / "calendar.v3.json"
    document: Json = json.loads(place.read_text(encoding="utf-8"))
    return document


@cache
def methods() -> tuple[Method, ...]:
    """Return every method of the API."""
    return tuple(
        Method(
            id=method["id"].removeprefix("calendar."),
            verb=method["httpMethod"],
            path=re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(method["path"]))),
            parameters=method.get("parameters", {}),
            request=method.get("request", {}).get("$ref"),
            response=method.get("response", {}).get("$ref"),
            scopes=frozenset(method.get("scopes", ())),
        )
        for resource in _document()["resources"].values()
        for method in resource["methods"].values()
    )


def find_method(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """Return the method of a path below `calendar/v3/`, with the path's parameters."""
    for method in methods():
        found = method.path.fullmatch(path)
        if method.verb == verb and found:
            return method, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def complaints(method: Method, query: Query, body: Any) -> list[str]:
    """Return everything about a request that the description does not allow."""
    return [
        f"{method.id}: {text}"
        for text in (*_query_complaints(method, query), *_body_complaints(method, body))
    ]


def _query_complaints(method: Method, query: Query) -> Iterator[str]:
    names = [name for name, _ in query]
    for name, value in query:
        known = method.parameters.get(name) or _document()["parameters"].get(name)
        if known is None or known["location"] != "query":
            yield f"unknown query parameter {name}"
            continue
        if names.count(name) > 1 and not known.get("repeated"):
            yield f"query parameter {name} given twice"
        yield from (f"query parameter {name}: {text}" for text in _value_complaints(known, value))
    for name, known in method.parameters.items():
        if known.get("required") and known["location"] == "query" and name not in names:
            yield f"query parameter {name} is missing"


def _value_complaints(known: Json, value: str) -> Iterator[str]:
    if known["type"] == "boolean" and value not in ("true", "false"):
        yield "not a boolean"
    if known["type"] == "integer" and not _INTEGER.fullmatch(value):
        yield "not an integer"
    elif known["type"] == "integer" and not (
        int(known.get("minimum", value)) <= int(value) <= int(known.get("maximum", value))
    ):
        yield "out of range"
    if "enum" in known and value not in known["enum"]:
        yield f"{value} is none of {known['enum']}"
    if known.get("format") == "date-time" and not _MOMENT.fullmatch(value):
        yield "not an RFC 3339 time with offset"


def _body_complaints(method: Method, body: Any) -> Iterator[str]:
    if method.request is None:
        if body is not None:
            yield "has a body"
        return
    schema = _document()["schemas"][method.request]
    yield from _schema_complaints(schema, body, "body", may_be_null=method.verb == "PATCH")


def _schema_complaints(schema: Json, value: Any, place: str, *, may_be_null: bool) -> Iterator[str]:
    schema = resolved(schema)
    kind = schema.get("type", "any")
    if kind == "any" or (value is None and may_be_null):
        return
    if not _is_a(kind, value):
        yield f"{place} is no {kind}"
    elif isinstance(value, dict):
        yield from _object_complaints(schema, value, place, may_be_null=may_be_null)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _schema_complaints(
                schema["items"], item, f"{place}[{number}]", may_be_null=may_be_null
            )
    elif isinstance(value, str):
        yield from _text_complaints(schema, value, place)


def _is_a(kind: str, value: Any) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, _KINDS[kind])


def _object_complaints(schema: Json, value: Json, place: str, *, may_be_null: bool) -> Iterator[str]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    for name, item in value.items():
        inner = known.get(name, other)
        if inner is None:
            yield f"{place} has the unknown member {name}"
        else:
            yield from _schema_complaints(inner, item, f"{place}.{name}", may_be_null=may_be_null)


def _text_complaints(schema: Json, value: str, place: str) -> Iterator[str]:
    form = schema.get("format")
    # EventDateTime says that an offset is needed "unless a time zone is explicitly specified".
    pattern = _LOCAL_MOMENT if place.endswith(".dateTime") else _MOMENT
    if form == "date-time" and not pattern.fullmatch(value):
        yield f"{place} is no RFC 3339 time"
    if form == "date" and not _DATE.fullmatch(value):
        yield f"{place} is no date"
    if form in ("int64", "uint64") and not _INTEGER.fullmatch(value):
        yield f"{place} is no number in a string"


def response_schema(method: Method) -> Json | None:
    """Return the schema of a method's answer."""
    if method.response is None:
        return None
    schema: Json = _document()["schemas"][method.response]
    return schema


def resolved(schema: Json) -> Json:
    """Follow a reference."""
    if "$ref" in schema:
        found: Json = _document()["schemas"][schema["$ref"]]
        return found
    return schema
