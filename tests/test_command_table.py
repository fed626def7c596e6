"""The table of commands tells the truth about each, without loading any."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from bridge.cli import main
from bridge.cli.commands import ENTRIES, SECTIONS
from bridge.cli.output import MEANINGS
from tests.cast.terminal import Terminal

HEAVY = (
    "flask",
    "sqlalchemy",
    "pydantic",
    "alembic",
    "rich",
    "requests",
    "googleapiclient",
    "msal",
    "icalendar",
)


bridge = Terminal(Path("nowhere"))


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found
    return found


@pytest.mark.parametrize("name", ENTRIES)
def test_each_command_can_be_loaded_and_explains_itself(name: str) -> None:
    assert command(name).name == name
    assert len((command(name).help or "").split()) > 2


@pytest.mark.parametrize("name", ENTRIES)
def test_the_summary_says_the_same_as_the_command_only_shorter(name: str) -> None:
    verb = ENTRIES[name].summary.split()[0]
    assert (command(name).help or "").split()[0] == verb
    assert ENTRIES[name].summary.endswith(".")
    assert len(ENTRIES[name].summary) <= 72


def test_help_lists_every_command_under_its_purpose_and_every_exit_code() -> None:
    told = bridge("--help")
    assert told.code == 0
    lines = told.out.splitlines()
    for heading, entries in SECTIONS.items():
        at = lines.index(f"{heading}:")
        listed = [line.split()[0] for line in lines[at + 1 : at + 20] if line[:2] == "  " and line[2] != " "]
        assert listed[: len(entries)] == list(entries)
    for code, meaning in MEANINGS.items():
        assert f"    {code:d}  {meaning}" in lines


def test_help_of_a_command_says_what_its_words_are() -> None:
    for name in ENTRIES:
        told = bridge(name, "--help")
        assert told.code == 0
        assert told.out.startswith(f"Usage: bridge {name} ")


def test_the_version_is_the_packages() -> None:
    assert bridge("--version").out == f"bridge {version('calendar-bridge')}\n"


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom bridge.cli import main\n"
        "try: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: bridge ")
    assert set(HEAVY).isdisjoint(done.stderr.split())


def test_python_m_bridge_is_the_same_command() -> None:
    command = [sys.executable, "-m", "bridge", "slot"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: bridge [OPTIONS]")
