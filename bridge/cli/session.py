"""Opens the configuration and the bridge for a command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.output import Output

if TYPE_CHECKING:  # loading them takes longer than most commands
    from bridge.config import Config
    from bridge.parts import Bridge


@dataclass(frozen=True)
class Session:
    """What the command line said before the command's own words."""

    config_path: Path
    output: Output

    def config(self) -> Config:
        """Read the configuration. ConfigError: every problem."""
        from bridge.config import load_config
        from bridge.errors import ConfigError
        from bridge.vendors.registry import VENDORS

        if not self.config_path.exists():
            raise ConfigError([(str(self.config_path), "there is no such file; `bridge init` writes one")])
        return load_config(self.config_path, os.environ, VENDORS)

    @contextmanager
    def bridge(self) -> Iterator[Bridge]:
        """Open the bridge on a database that is up to date; SQLite is brought up to date first.

        SchemaOutdated: another database needs `bridge migrate`. StoreUnavailable: it cannot be had.
        """
        from bridge.app import bring_up_to_date
        from bridge.booking.joins import record_joins
        from bridge.parts import Bridge
        from bridge.store.schema import require_current

        config = self.config()
        copy = bring_up_to_date(config)
        if copy:
            self.output.note(f"The database was brought up to date; as it was: {copy}")
        bridge = Bridge(config)
        try:
            require_current(bridge.store)
            record_joins(bridge.context)
            yield bridge
        finally:
            bridge.stop()


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json` to a command, which then prints JSON only."""

    def note(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.obj = replace(context.obj, output=Output(as_json=True))

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=note,
        help="Print JSON for programs.",
    )(command)


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let `--config` stand behind the command's name too."""

    def note(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
        if value is not None:
            context.obj = replace(context.obj, config_path=value)

    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=note,
        hidden=True,  # explained once, by `bridge --help`
    )(command)
