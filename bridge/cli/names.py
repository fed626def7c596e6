"""Names of the configuration as words of a command, which the shell completes."""

from __future__ import annotations

import tomllib
from typing import Any

import click
from click.shell_completion import CompletionItem


class Named(click.ParamType):  # type: ignore[type-arg] # generic only in later versions of click
    """The name of something that has a section of its own; whether it is there, the bridge tells."""

    def __init__(self, name: str, section: str) -> None:
        self.name = name
        self._section = section

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names in the configuration that begin like this, as far as the file can be read."""
        session: Any = ctx.find_root().obj
        path: Any = session.config_path if session else ctx.find_root().params.get("config_path")
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8-sig")).get(self._section, {})
        except (OSError, ValueError, AttributeError):
            return []
        return [CompletionItem(each) for each in found if each.startswith(incomplete)]


EVENT_TYPE = Named("event_type", "event_types")
HOST = Named("host", "hosts")
