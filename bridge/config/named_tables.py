"""Reads a section that holds one table per name, such as [hosts.anna] and [hosts.ben]."""

from __future__ import annotations

from typing import TypeVar

from bridge.config.problems.found import Problems, TomlPath
from bridge.config.problems.wording import kind
from bridge.config.table import NO_CONTEXT, Context, Read, Table, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.text import slug
from bridge.said import Said, Unfit

_ = str  # marks a text for the catalogues

T = TypeVar("T", bound=Table)


def read_named(
    model: type[T], raw: object, at: TomlPath, *, problems: Problems, context: Context = NO_CONTEXT
) -> dict[str, Read[T]]:
    """Return every table under a path by its name, noting names that may not stand in a web address."""
    name = {"event_types": "consultation", "places": "practice", "resources": "room1"}.get(str(at[0]), "anna")
    example = f"[{model.section.replace('<name>', name)}]"
    if not isinstance(raw, dict):
        if not isinstance(raw, Unresolved):
            text = _("must hold a section for each, such as {example}, not {kind}")
            problems.add(at, Said(text, example=example, kind=kind(raw)))
        return {}
    if not raw:
        problems.add(at, Said("is empty; at least one section such as {example} is needed", example=example))
    for name in raw:
        try:
            slug(name)
        except Unfit as error:
            problems.add((*at, name), Said("its name {reason}", reason=error.sentence))
    return {
        name: read_table(model, table, at=(*at, name), problems=problems, context=context)
        for name, table in raw.items()
    }
