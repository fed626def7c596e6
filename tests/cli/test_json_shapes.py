"""What programs read: every command has `--json`, and the shapes are those that docs/commands.md shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from bridge.cli import main
from bridge.cli.commands import ENTRIES
from bridge.journal import Figures, Journal
from bridge.store.engine import Store
from bridge.surroundings import utc_now
from tests.cast.terminal import Terminal, tomorrow
from tests.cli.test_alerts import raised

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SHAPES: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
_TIME = re.compile(r"\d{4}-\d\d-\d\dT")
WORDS = {
    "book": ("cut", tomorrow(11), "--name", "Kim"),
    "explain": ("cut", tomorrow(10)),
    "find": ("cut", "tomorrow"),
    "slots": ("cut",),
    "team": ("cut",),
}


def leaves(command: click.Command, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group) and not command.invoke_without_command:
        inner = [(name, command.get_command(click.Context(command), name)) for name in command.commands]
        return [leaf for name, each in inner if each for leaf in leaves(each, (*words, name))]
    return [(words, command)]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_command_answers_programs(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command
    for words, leaf in leaves(command, (name,)):
        assert "--json" in {option for param in leaf.params for option in param.opts}, words


def fits(value: Any, shape: Any) -> bool:
    """Tell whether a value has the names that the shape shows, no more and no fewer."""
    if isinstance(shape, dict) and shape:
        return (
            isinstance(value, dict)
            and value.keys() == shape.keys()
            and all(value[name] is None or fits(value[name], shape[name]) for name in shape)
        )
    if isinstance(shape, list):
        return isinstance(value, list) and (not shape or all(fits(each, shape[0]) for each in value))
    return shape is None or isinstance(value, type(shape))


def texts(value: Any) -> list[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for each in inner for text in texts(each)]


@pytest.mark.parametrize("name", SHAPES)
def test_what_programs_read_is_what_the_page_shows(
    bridge: Terminal, sqlite_url: str, tmp_path: Path, name: str
) -> None:
    bridge("book", "cut", tomorrow(10), "--name", "Kim")
    raised(sqlite_url, "read:local:anna")
    store = Store(sqlite_url)
    journal = Journal(store, Figures(), now=utc_now, monotonic=lambda: 0.0)
    journal.note(journal.begin("available"))
    journal.write_down()
    store.close()
    words = (str(tmp_path / "all.zip"),) if name == "backup" else WORDS.get(name, ())
    told = bridge(name, *words, "--json", typed="a long admin password\n")
    assert told.code == 0
    assert told.json
    assert fits(told.json, SHAPES[name]), told.out
    for text in texts(told.json):
        assert not _TIME.match(text) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", text), text


def test_the_shell_completes_event_types_and_hosts(bridge: Terminal) -> None:
    bridge.environ.update(_BRIDGE_COMPLETE="bash_complete", COMP_CWORD="2")
    bridge.environ["COMP_WORDS"] = "bridge slots c"
    assert "cut" in bridge().out
    bridge.environ["COMP_WORDS"] = "bridge bookings --host a"
    bridge.environ["COMP_CWORD"] = "3"
    assert "anna" in bridge().out
