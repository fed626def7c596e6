"""Runs the real command in this process, as somebody at a terminal would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bridge.cli import main
from tests.cast.clock import tomorrow_at
from tests.cast.config import salon_toml


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What a program reads from standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """A terminal in a folder with a configuration."""

    folder: Path
    environ: dict[str, str | None] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def __call__(self, *words: str, typed: str | None = None) -> Told:
        """Run `bridge` with these words and return what it said."""
        result = CliRunner(env={"BRIDGE_CONFIG": str(self.config), **self.environ}).invoke(
            main, list(words), input=typed
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Told(result.exit_code, result.stdout, result.stderr)


# Twice the usual, and the most that no advice is against: the machine may be busy with other tests.
PATIENT = "deadline_seconds = 5\nbook_deadline_seconds = 10"


def salon_terminal(folder: Path, url: str, *, bridge: str = PATIENT, **more: Any) -> Terminal:
    """Return a terminal in a folder with the salon's configuration on this database."""
    terminal = Terminal(folder)
    terminal.config.touch(mode=0o600)  # as `bridge init` makes it
    terminal.config.write_text(salon_toml(url, bridge=bridge, **more), encoding="utf-8")
    return terminal


def tomorrow(hour: int, minute: int = 0) -> str:
    """Return a time of tomorrow as telli writes it."""
    return f"{tomorrow_at(hour, minute):%Y-%m-%dT%H:%M}:00.000Z"
