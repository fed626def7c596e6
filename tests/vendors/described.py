"""Shapes from the vendors' own descriptions beside the project (../shared/data/specs), read one by one.

The files are large, so only the wanted shapes are parsed. Where they are not there, nothing is complained of,
and `is_there` says so.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

PLACE = Path(__file__).parents[2].parent / "shared" / "data" / "specs"


def is_there(file: str) -> bool:
    """Tell whether a description can be read."""
    return (PLACE / file).is_file()


def complaints(file: str, shape: str, value: object) -> list[str]:
    """Return what a description finds wrong with a value."""
    if not is_there(file):
        return []
    found = _validator(file, shape).iter_errors(value)
    return [f"{shape}.{'.'.join(map(str, error.path))}: {error.message}" for error in found]


@functools.lru_cache(maxsize=16)
def _validator(file: str, shape: str) -> Any:
    shapes: dict[str, Any] = {}
    _collect(_sections(file), shape, shapes)
    return Draft202012Validator({"$ref": f"#/components/schemas/{shape}", "components": {"schemas": shapes}})


@functools.lru_cache(maxsize=4)
def _sections(file: str) -> Mapping[str, str]:
    """Return the text of each shape by its name."""
    found: dict[str, str] = {}
    name = ""
    _, _, text = (PLACE / file).read_text(encoding="utf-8").partition("\n  schemas:\n")
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("    "):
            break
        if line.startswith("    ") and not line.startswith("     ") and line.rstrip().endswith(":"):
            name = line.strip().rstrip(":")
            found[name] = ""
        elif name:
            found[name] += line
    return found


def _collect(sections: Mapping[str, str], name: str, into: dict[str, Any]) -> None:
    if name not in into:
        into[name] = None
        into[name] = _read(yaml.load(sections[name], yaml.CSafeLoader), sections, into)


def _read(node: Any, sections: Mapping[str, str], into: dict[str, Any]) -> Any:
    """Return a shape of OpenAPI 3.0 as JSON Schema has it, collecting what it refers to."""
    if isinstance(node, list):
        return [_read(each, sections, into) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        _collect(sections, reference.rpartition("/")[2], into)
        return {"$ref": reference}
    read = {key: _read(each, sections, into) for key, each in node.items() if not key.startswith("x-")}
    if read.pop("nullable", False):
        return {"anyOf": [read, {"type": "null"}]}
    return read
