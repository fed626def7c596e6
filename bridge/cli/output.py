"""Shows results: tables and sentences for people, JSON for programs, exit codes for scripts.

With `--json`, standard output holds one JSON value and nothing else, also when the command fails.
"""

from __future__ import annotations

import json
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from bridge.errors import BridgeError, ConfigError, NotFound, SchemaOutdated, StoreUnavailable
from bridge.server.sentences import in_words

if TYPE_CHECKING:  # tables are loaded by the commands that show one
    from bridge.cli.tables import Grid


class Exit(IntEnum):
    """What a script can tell from the exit code."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    CONFIG = 3
    UNREACHABLE = 4
    NOT_FOUND = 5
    INTERRUPTED = 130  # what shells give a command stopped by Ctrl+C


MEANINGS = {
    Exit.DONE: "done",
    Exit.REFUSED: "said no: it cannot be booked, or something would fail a call",
    Exit.USAGE: "the command was not understood",
    Exit.CONFIG: "the configuration cannot be used",
    Exit.UNREACHABLE: "the database or the server cannot be used, or needs `bridge migrate`",
    Exit.NOT_FOUND: "there is no such event type, booking, calendar or file",
}


class Refused(BridgeError):
    """A command cannot do what it was asked; `exit_code` tells scripts why."""

    code = "refused"

    def __init__(self, text: str, exit_code: Exit = Exit.REFUSED) -> None:
        self.exit_code = exit_code
        super().__init__(text)


class Output:
    """Where a command's results go; `as_json` chooses the form."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: Any, *shown: Grid | str) -> None:
        """Show a result: the value as JSON, or the tables and sentences."""
        if self.as_json:
            plain = "utf" not in (sys.stdout.encoding or "").lower()
            _write(sys.stdout, json.dumps(value, ensure_ascii=plain, indent=2, default=str))
            return
        for each in shown:
            _write(sys.stdout, each if isinstance(each, str) else each.text(sys.stdout))

    def say(self, sentence: str) -> None:
        """Show a sentence to people; programs are spared it."""
        if not self.as_json:
            _write(sys.stdout, sentence)

    def note(self, sentence: str) -> None:
        """Show people something beside the result."""
        if not self.as_json:
            _write(sys.stderr, sentence)

    def fail(self, error: BridgeError) -> NoReturn:
        """End with an error: one sentence, or every problem of the configuration."""
        if self.as_json:
            self.result(_error_json(error))
        else:
            _write(sys.stderr, in_words(error))
        raise SystemExit(int(exit_of(error)))


def exit_of(error: BridgeError) -> Exit:
    """Return the exit code that goes with an error."""
    match error:
        case Refused():
            return error.exit_code
        case ConfigError():
            return Exit.CONFIG
        case StoreUnavailable() | SchemaOutdated():
            return Exit.UNREACHABLE
        case NotFound():
            return Exit.NOT_FOUND
    return Exit.REFUSED


def _error_json(error: BridgeError) -> dict[str, object]:
    told: dict[str, object] = {"error": in_words(error), "code": error.code}
    if isinstance(error, ConfigError):
        told["error"] = "The configuration cannot be used."
        told["problems"] = [{"path": path, "text": text} for path, text in error.problems]
    return told


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        leave_pipe()


def leave_pipe() -> NoReturn:
    """End without another word to a standard output that nobody reads any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(int(Exit.DONE))
