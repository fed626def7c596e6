"""Partial answers: what `fields=items(id,start),nextPageToken` leaves of an answer.

Source: developers.google.com/workspace/calendar/api/guides/performance#partial-response.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.vendors.google.description import Json, resolved

Selection = dict[str, "Selection"]  # an empty selection is everything

_TOKEN = re.compile(r"[\w*]+|[(),/]")


def parse(text: str) -> Selection:
    """Return the selection that a `fields` parameter writes. ValueError: it is none."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise ValueError(text)
    rest = list(reversed(tokens))
    found = _list(rest)
    if rest:
        raise ValueError(text)
    return found


def _list(rest: list[str]) -> Selection:
    found: Selection = {}
    while True:
        _merge(found, _item(rest))
        if not rest or rest[-1] != ",":
            return found
        rest.pop()


def _item(rest: list[str]) -> Selection:
    if not rest or rest[-1] in "(),/":
        raise ValueError("a name is missing")
    name = rest.pop()
    if rest and rest[-1] == "/":
        rest.pop()
        return {name: _item(rest)}
    if rest and rest[-1] == "(":
        rest.pop()
        inner = _list(rest)
        if not rest or rest.pop() != ")":
            raise ValueError("a parenthesis is open")
        return {name: inner}
    return {name: {}}


def _merge(into: Selection, more: Selection) -> None:
    for name, inner in more.items():
        if name in into:
            _merge(into[name], inner)
        else:
            into[name] = inner


def unknown_names(selection: Selection, schema: Json, place: str = "") -> Iterator[str]:
    """Return the selected names that the answer's schema does not have."""
    schema = resolved(schema)
    if schema.get("type") == "array":
        yield from unknown_names(selection, schema["items"], place)
        return
    known = schema.get("properties", {})
    for name, inner in selection.items():
        found = known.get(name, schema.get("additionalProperties"))
        if name != "*" and found is None:
            yield f"{place}{name}"
        elif inner and found is not None:
            yield from unknown_names(inner, found, f"{place}{name}/")


def selected(selection: Selection, value: Any) -> Any:
    """Return what the selection leaves of an answer."""
    if not selection or "*" in selection:
        return value
    if isinstance(value, list):
        return [selected(selection, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: selected(selection[name], item) for name, item in value.items() if name in selection}
