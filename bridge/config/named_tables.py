"""Reads a section that holds one table per name, such as [hosts.anna] and [hosts.ben]."""

from __future__ import annotations

from typing import TypeVar

from bridge.config.problems.found import Problems
from bridge.config.problems.wording import kind
from bridge.config.table import NO_CONTEXT, Context, Read, Table, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.text import slug

T = TypeVar("T", bound=Table)


def read_named(
    model: type[T], raw: object, section: str, *, problems: Problems, context: Context = NO_CONTEXT
) -> dict[str, Read[T]]:
    """Return every table of the section by its name, noting names that may not stand in a web address."""
    example = f"[{model.section.replace('<name>', 'consultation' if section == 'event_types' else 'anna')}]"
    if not isinstance(raw, dict):
        if not isinstance(raw, Unresolved):
            problems.add((section,), f"must hold a section for each, such as {example}, not {kind(raw)}")
        return {}
    if not raw:
        problems.add((section,), f"is empty; at least one section such as {example} is needed")
    for name in raw:
        try:
            slug(name)
        except ValueError as error:
            problems.add((section, name), f"its name {error}")
    return {
        name: read_table(model, table, at=(section, name), problems=problems, context=context)
        for name, table in raw.items()
    }
