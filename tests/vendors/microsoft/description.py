"""Check requests against Microsoft's own description of Graph's calendar endpoints.

The description lies beside the project (../shared/data), which holds no copy; where it is not there, nothing
is complained of and `is_there` says so. It lacks a few things that Graph documents elsewhere: see `LACKS`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.vendors.common import Json

PLACE = Path(__file__).parents[3].parent / "shared" / "data" / "graph-calendar-openapi.json"

# What the description does not hold although Graph has it; its paths are let through unchecked.
LACKS = frozenset({"/$batch", "/me/calendars/{calendar-id}/calendarView/delta"})
_EXTENDED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "value"],
        "additionalProperties": False,
        "properties": {"id": {"type": "string"}, "value": {"type": "string"}},
    },
}
_OUR_EXPAND = re.compile(
    r"singleValueExtendedProperties\(\$filter=id eq '[^']+'(?: or id eq '[^']+')*\)", re.ASCII
)


def is_there() -> bool:
    """Tell whether the description can be read."""
    return PLACE.is_file()


@functools.lru_cache(maxsize=1)
def _document() -> Json:
    document: Json = json.loads(PLACE.read_text(encoding="utf-8"))
    event = document["components"]["schemas"]["microsoft.graph.event"]
    event["properties"]["singleValueExtendedProperties"] = _EXTENDED
    return document


@functools.lru_cache(maxsize=128)
def _validator(path: str, verb: str) -> Any:
    content = _operation(path, verb).get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return None
    return Draft202012Validator({**schema, "components": _document()["components"]})


def _operation(path: str, verb: str) -> Json:
    found: Json = _document()["paths"][path][verb.lower()]
    return found


def complaints(path: str, verb: str, query: dict[str, str], body: Any) -> Iterator[str]:
    """Return what the description does not allow; `path` as it writes it ("/me/events/{event-id}")."""
    if path in LACKS or not is_there():
        return
    if verb.lower() not in _document()["paths"].get(path, {}):
        yield f"no {verb} {path}"
        return
    where = f"{verb} {path}"
    yield from (f"{where}: {text}" for text in _query_complaints(path, verb, query))
    validator = _validator(path, verb)
    if validator is None and body is not None:
        yield f"{where}: has a body"
    elif validator is not None:
        for error in validator.iter_errors(body):
            yield f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message}"


def _query_complaints(path: str, verb: str, query: dict[str, str]) -> Iterator[str]:
    known = {each["name"]: each for each in _operation(path, verb)["parameters"] if each["in"] == "query"}
    for name in query.keys() - known.keys():
        yield f"unknown parameter {name}"
    for name, parameter in known.items():
        if parameter.get("required") and name not in query:
            yield f"parameter {name} is missing"
    if not query.get("$top", "1").isdigit():
        yield "$top is no number"
    if "$expand" in query and not _OUR_EXPAND.fullmatch(query["$expand"]):
        yield "$expand cannot be read"
    schema = "calendar" if path.rpartition("/")[2] in ("calendar", "calendars", "{calendar-id}") else "event"
    members = _document()["components"]["schemas"][f"microsoft.graph.{schema}"]["properties"]
    for name in filter(None, query.get("$select", "").split(",")):
        if name not in members:
            yield f"$select names the unknown {name}"


def answer_complaints(path: str, verb: str, status: int, body: Any) -> Iterator[str]:
    """Return what the description does not allow in an answer, so that the fake stays like Graph."""
    if path in LACKS or not is_there():
        return
    responses = _operation(path, verb)["responses"]
    content = responses.get(str(status), {}).get("content", {}).get("application/json", {})
    if "schema" in content:
        schema = {**content["schema"], "components": _document()["components"]}
        for error in Draft202012Validator(schema).iter_errors(body):
            yield f"{verb} {path}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
