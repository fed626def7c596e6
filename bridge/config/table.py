"""Reads one TOML table into its model, keeping what is sound of it so that checks go on past a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from bridge.config.problems.found import Problems, TomlPath, written
from bridge.config.problems.inside_values import UNKNOWN_KEY
from bridge.config.problems.wording import kind, shown, suggestion
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.secret_values import Hidden
from bridge.said import Said, Unfit


@dataclass(frozen=True)
class Needed:
    """Marks a key that must be there; `example` completes the sentence that asks for it."""

    example: str


class Table(BaseModel):
    """A TOML table as written. Every key has a default, so that what is sound of a table can be kept."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )
    section: ClassVar[str]

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return every key the table may hold, as TOML spells it."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def needs(cls) -> Iterator[tuple[str, str]]:
        """Yield the keys that must be there, each with an example."""
        for name, field in cls.model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, Needed):
                    yield field.alias or name, mark.example


# What validators may ask for beside a value; see the functions that read it.
Context = Mapping[str, object]
NO_CONTEXT: Context = {}


def base_of(info: ValidationInfo) -> Path:
    """Return the folder that files are relative to, inside a validator."""
    base: Path = (info.context or {}).get("base", Path())
    return base


T = TypeVar("T", bound=Table)


@dataclass(frozen=True)
class Read(Generic[T]):
    """A table as far as it is sound; the keys in `broken` are not, they hold their defaults."""

    table: T
    broken: frozenset[str]


def read_table(
    model: type[T], raw: object, *, at: TomlPath, problems: Problems, context: Context = NO_CONTEXT
) -> Read[T]:
    """Return the table read from `raw`, noting all that is wrong with it."""
    if not isinstance(raw, dict):
        if not isinstance(raw, Unresolved):
            problems.add(at, _no_section(raw))
        return Read(model.model_validate({}, context=dict(context)), frozenset(model.known_keys()))
    missing = [(key, example) for key, example in model.needs() if key not in raw]
    for key, example in missing:
        problems.add((*at, key), Said("is missing; write {example}", example=Said(example)))
    gone = frozenset(key for key, _ in missing)
    try:
        return Read(model.model_validate(raw, context=dict(context)), gone)
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
    _note(errors, raw, at, model=model, problems=problems)
    broken = gone.union(str(error["loc"][0]) for error in errors)
    sound = {key: value for key, value in raw.items() if key not in broken}
    return Read(model.model_validate(sound, context=dict(context)), broken)


def unknown_key(at: TomlPath, known: tuple[str, ...]) -> Said:
    """Return the sentence for a key that isn't known at its place: where it belongs, or what was meant."""
    key = str(at[-1])
    homes = (model.section for model in _tables(Table) if key in model.known_keys())
    home = next((section for section in homes if section.count(".") < 2), None)  # a heading of its own
    if home is None:
        return Said("is not known here{suggestion}", suggestion=suggestion(key, known))
    if home.split(".")[0] == at[0] and len(at) > home.count(".") + 2:
        above, here = written(at[: home.count(".") + 1]), _heading(at[:-1])
        return Said(
            "is not known here; it belongs to [{section}]: write it above the line {line}",
            section=above,
            line=here,
        )
    return Said("is not known here; it belongs to [{section}]", section=home)


def _tables(model: type[Table]) -> Iterator[type[Table]]:
    for table in model.__subclasses__():
        yield table
        yield from _tables(table)


def _heading(at: TomlPath) -> str:
    name = written(tuple(part for part in at if isinstance(part, str)))
    return f"[[{name}]]" if isinstance(at[-1], int) else f"[{name}]"


def _note(
    errors: list[ErrorDetails], raw: object, at: TomlPath, *, model: type[Table], problems: Problems
) -> None:
    for error in errors:
        if problems.full:
            return
        path = (*at, *_where(raw, error["loc"]))
        if error["type"] == "extra_forbidden":
            problems.add(path, unknown_key(path, model.known_keys()))
        elif error["type"] == UNKNOWN_KEY:
            problems.add(path, unknown_key(path, error["ctx"]["known"]))
        elif not isinstance(error["input"], Unresolved):
            problems.add(path, _sentence(error))


def _where(raw: object, loc: tuple[int | str, ...]) -> TomlPath:
    """Return the part of pydantic's location that exists in the TOML."""
    path: list[int | str] = []
    for part in loc:
        inside = (isinstance(raw, dict) and part in raw) or (isinstance(raw, list) and isinstance(part, int))
        if not inside:
            break
        path.append(part)
        raw = raw[part]  # type: ignore[index]
    return tuple(path)


def _no_section(given: object) -> Said:
    return Said("must be a section of its own, not {kind}", kind=kind(given))


def _sentence(error: ErrorDetails) -> Said:
    given = error["input"]
    match error["type"]:
        case "tuple_type":
            return Said("must be a list in square brackets, not {kind}", kind=kind(given))
        case "dict_type" | "model_type":
            return _no_section(given)
    told = error.get("ctx", {})
    refusal = told.get("error")
    if isinstance(refusal, Hidden):
        return refusal.sentence
    # Of pydantic's own kinds none else is known to occur: they stay in English.
    english = Said("{text}", text=error["msg"])
    reason = refusal.sentence if isinstance(refusal, Unfit) else told.get("sentence", english)
    value = shown(given)
    return Said("{value} {reason}", value=value, reason=reason) if value else reason
