"""`bridge invite`: links are made, listed and withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast.config import Staff, salon_toml
from tests.cast.terminal import Terminal

_ANNA = Staff("anna", calendar="google:anna@example.com/primary")
_BEN = Staff("ben")
_GOOGLE = '[google]\nclient_id = "test"\nclient_secret = "test"'


@pytest.fixture
def terminal(tmp_path: Path, sqlite_url: str) -> Terminal:
    terminal = Terminal(tmp_path)
    terminal.config.touch(mode=0o600)
    terminal.config.write_text(salon_toml(sqlite_url, _ANNA, _BEN, rest=_GOOGLE), encoding="utf-8")
    return terminal


def test_a_link_is_made_listed_and_withdrawn(terminal: Terminal) -> None:
    assert "No link is open" in terminal("invite", "--list").out
    made = terminal("invite", "anna", "--json").json
    assert made["address"].startswith("http://127.0.0.1:8000/invite/")
    (listed,) = terminal("invite", "--list", "--json").json
    assert (listed["host"], listed["accounts"]) == ("anna", ["google:anna@example.com"])
    told = terminal("invite", "--list").out
    assert "anna@example.com" in told
    assert made["address"].rpartition("/")[2] not in told, "the link itself is shown once"
    assert terminal("invite", "anna", "--withdraw", "--json").json == {"status": "withdrawn", "host": "anna"}
    assert terminal("invite", "--list", "--json").json == []
    again = terminal("invite", "anna", "--withdraw")
    assert (again.code, again.err) == (5, "Anna has no open link; see `bridge invite --list`.\n")


@pytest.mark.parametrize("words", [(), ("anna", "--list"), ("--withdraw",), ("--list", "--withdraw")])
def test_what_is_meant_has_to_be_said(terminal: Terminal, words: tuple[str, ...]) -> None:
    told = terminal("invite", *words)
    assert told.code == 2
    assert "name a HOST" in told.err


def test_who_has_nothing_to_connect_is_not_invited(terminal: Terminal) -> None:
    told = terminal("invite", "ben")
    assert told.code == 5
    assert "Ben Example has no account that has to be connected" in told.err
