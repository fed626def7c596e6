"""Opens the bridge for a command, and turns every error into one sentence and an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bridge.app import Bridge, Surroundings
from bridge.cli.output import Output, code_of
from bridge.config import Config, load_config
from bridge.errors import BridgeError, ConfigError
from bridge.store.migrate import require_current


@dataclass(frozen=True)
class Session:
    """What the command line said before the command's own words."""

    config_path: Path
    output: Output

    def config(self) -> Config:
        """Read the configuration. ConfigError: every problem."""
        return load_config(self.config_path, os.environ)

    @contextmanager
    def bridge(self, now: datetime | None = None) -> Iterator[Bridge]:
        """Open the bridge on a database that is up to date; `now` is a moment to stand still at."""
        bridge = Bridge(self.config(), Surroundings() if now is None else Surroundings(now=lambda: now))
        try:
            require_current(bridge.store)
            bridge.record_joins()
            yield bridge
        finally:
            bridge.stop()


@contextmanager
def refusals(output: Output) -> Iterator[None]:
    """End the command with a sentence instead of a traceback."""
    try:
        yield
    except ConfigError as error:
        lines = [f"  {path}: {text}" for path, text in error.problems]
        output.fail("\n".join(["The configuration cannot be used:", *lines]), code_of(error))
    except BridgeError as error:
        output.fail(_sentence(str(error)), code_of(error))


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json` to a command, which then prints JSON only."""

    def note(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.obj = Session(context.obj.config_path, Output(as_json=True))

    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=note,
        help="Print JSON for programs.",
    )(command)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
