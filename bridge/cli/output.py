"""Shows results: tables and sentences for people, JSON for programs, exit codes for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

from bridge.errors import BridgeError, ConfigError, NotFound, SchemaOutdated, StoreUnavailable


class Exit(IntEnum):
    """What a script can tell from the exit code (2 is click's, for wrong usage)."""

    DONE = 0
    REFUSED = 1
    CONFIG = 3
    UNREACHABLE = 4
    NOT_FOUND = 5


class Output:
    """Where a command's results go; `as_json` chooses the form."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._console = Console(highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def result(self, value: Any, table: Table | None = None, sentence: str = "") -> None:
        """Show a result: the value as JSON, or the table and the sentence."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
            return
        if table is not None:
            self._console.print(table)
        if sentence:
            self.say(sentence)

    def say(self, sentence: str) -> None:
        """Show a sentence to people; programs are spared it."""
        if not self.as_json:
            self._console.print(sentence, markup=False)

    def fail(self, sentence: str, code: Exit = Exit.REFUSED) -> NoReturn:
        """End with an error in one sentence."""
        if self.as_json:
            sys.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False) + "\n")
        else:
            self._errors.print(sentence, markup=False, style="red")
        raise SystemExit(int(code))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table of texts for a terminal."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*[_plain(cell) for cell in row])
    return made


def code_of(error: BridgeError) -> Exit:
    """Return the exit code that goes with an error."""
    if isinstance(error, ConfigError):
        return Exit.CONFIG
    if isinstance(error, StoreUnavailable | SchemaOutdated):
        return Exit.UNREACHABLE
    return Exit.NOT_FOUND if isinstance(error, NotFound) else Exit.REFUSED


def _plain(cell: str) -> str:
    return cell.replace("[", "\\[")
