"""How a command ends: exit codes, wrong usage, and JSON whatever happens."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import click
import pytest

from bridge.cli.failures import run
from bridge.cli.output import Exit, Refused
from bridge.errors import NotFound
from bridge.server.sentences import sentence
from providers.errors import AccessDenied
from tests.cast.terminal import Terminal


def ended(error: BaseException | None, *words: str, code: int | None = None) -> tuple[object, str, str]:
    """Return exit code, output and errors of a command that raises, or returns a code."""

    def main(*_: object, **__: object) -> Any:
        if error:
            raise error
        return code

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        run(main, list(words))
    return end.value.code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refused("port 8000 is taken"), Exit.REFUSED, "Port 8000 is taken.\n"),
        (Refused("x.ics cannot be read", Exit.NOT_FOUND), Exit.NOT_FOUND, "x.ics cannot be read.\n"),
        (NotFound("there is no event type"), Exit.NOT_FOUND, "There is no event type.\n"),
        (AccessDenied("google", "list", "no scope"), Exit.REFUSED, "Google refused: no scope.\n"),
        (OSError(28, "No space left on device", "bridge.db"), Exit.UNREACHABLE, "bridge.db: No space left"),
        (click.Abort(), Exit.INTERRUPTED, "Stopped.\n"),
        (click.UsageError("Missing argument."), Exit.USAGE, "Error: Missing argument.\n"),
    ],
)
def test_an_error_ends_in_a_sentence_on_standard_error(error: Exception, code: Exit, said: str) -> None:
    ended_with, out, err = ended(error)
    assert (ended_with, out) == (int(code), "")
    assert err.startswith(said)


@pytest.mark.parametrize(
    "error",
    [
        Refused("no"),
        NotFound("no"),
        AccessDenied("google", "list", "no"),
        OSError(1, "no"),
        click.UsageError("no"),
    ],
)
def test_with_json_an_error_is_json_alone(error: Exception) -> None:
    code, out, err = ended(error, "x", "--json")
    assert code != 0
    assert err == ""
    assert set(json.loads(out)) == {"error", "code"}


def test_a_mistake_of_the_program_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda *_, **__: 1 // 0, [])


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Any) -> None:
    with (tmp_path / "out").open("w") as out, redirect_stdout(out), pytest.raises(SystemExit) as end:
        run(_broken_pipe, [])
    assert end.value.code == 0


def _broken_pipe(*_: object, **__: object) -> None:
    raise BrokenPipeError


@pytest.mark.parametrize(("code", "expected"), [(None, 0), (0, 0), (7, 7)])
def test_what_the_command_returns_is_the_exit_code(code: int | None, expected: int) -> None:
    assert ended(None, code=code)[0] == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port 1 is taken", "Port 1 is taken."),
        ("config.toml is there", "config.toml is there."),
        ("/tmp/x is gone!", "/tmp/x is gone!"),
        ("", "."),
    ],
)
def test_a_sentence_begins_with_a_capital_letter_unless_it_begins_with_a_name(text: str, said: str) -> None:
    assert sentence(text) == said


def test_a_misspelt_command_is_answered_with_the_likely_one(bridge: Terminal) -> None:
    told = bridge("bokings")
    assert told.code == 2
    assert "did you mean `bridge bookings`?" in told.err
    assert "`bridge --help` lists them" in bridge("xyzzy").err


@pytest.mark.parametrize(
    "words", [["slots"], ["slots", "cut", "more"], ["cancel"], ["explain", "cut"], ["slots", "cut", "--frob"]]
)
def test_wrong_usage_is_json_too(bridge: Terminal, words: list[str]) -> None:
    told = bridge(*words, "--json")
    assert told.code == 2
    assert told.json["code"] == "usage"
    assert told.err == ""
