"""`bridge check`, and a configuration or database that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast.terminal import Terminal, salon_terminal
from tests.vendors.telli import FakeTelli

PROBLEMS = """
[bridge]
public_url = "htp://x"
secret_key = "plainly fake but short"
timezone = "Europe/Berln"
[telli]
api_keys = []
[event_types.cut]
title = "Haircut"
hosts = ["bob"]
"""


def test_a_good_installation_ends_with_0(bridge: Terminal) -> None:
    told = bridge("check")
    assert told.code == 0
    assert told.out.endswith("Nothing would fail a call.\n")


def test_the_calendars_of_rooms_are_tried_too(tmp_path: Path, sqlite_url: str) -> None:
    rooms = '[resources.room1]\nname = "Room 1"\ncalendar = "local:room1"\n'
    told = salon_terminal(tmp_path, sqlite_url, rest=rooms, event_type='resources = [["room1"]]')("check")
    assert told.code == 0, told.out
    assert "local:room1" in told.out


def test_programs_read_each_finding(bridge: Terminal) -> None:
    found = bridge("check", "--json").json
    assert {each["subject"]: each["verdict"] for each in found} == {
        "configuration": "ok",
        "bridge.public_url": "note",
        "telli.api_keys": "note",
        "admin.password_hash": "note",
        "database": "ok",
        "clock": "ok",
        "local:anna": "ok",
        "local:ben": "ok",
    }


def test_what_would_fail_a_call_ends_with_1(tmp_path: Path) -> None:
    bridge = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'nowhere' / 'bridge.db'}")
    told = bridge("check")
    assert told.code == 1
    assert f"there is no folder {tmp_path / 'nowhere'}" in told.out
    assert told.out.endswith("1 of these would fail a call.\n")
    assert [each["verdict"] for each in bridge("check", "--json").json][-1] == "fails"


@pytest.mark.parametrize("command", [["check"], ["slots", "cut"], ["bookings"], ["migrate"], ["worker"]])
def test_every_problem_of_the_configuration_is_told_at_once(tmp_path: Path, command: list[str]) -> None:
    bridge = Terminal(tmp_path)
    bridge.config.write_text(PROBLEMS)
    told = bridge(*command)
    assert told.code == 3
    for path in ("bridge.public_url", "bridge.secret_key", "bridge.timezone", "telli.api_keys", "hosts"):
        assert f"\n  {path}" in told.err
    assert "plainly fake" not in told.err


def test_programs_read_the_problems_one_by_one(tmp_path: Path) -> None:
    bridge = Terminal(tmp_path)
    bridge.config.write_text(PROBLEMS)
    told = bridge("slots", "cut", "--json")
    assert told.code == 3
    assert told.err == ""
    assert told.json["code"] == "config"
    assert {"path", "text"} == set(told.json["problems"][0])
    assert len(told.json["problems"]) > 4


def test_a_missing_configuration_says_what_writes_one(tmp_path: Path) -> None:
    told = Terminal(tmp_path)("check")
    assert told.code == 3
    assert f"{tmp_path / 'config.toml'}: there is no such file; `bridge init` writes one" in told.err


def test_another_configuration_may_be_named_before_or_behind_the_command(
    bridge: Terminal, tmp_path: Path
) -> None:
    elsewhere = Terminal(tmp_path / "nowhere")
    assert elsewhere("slots", "cut").code == 3
    assert elsewhere("--config", str(bridge.config), "slots", "cut").code == 0
    assert elsewhere("slots", "cut", "--config", str(bridge.config)).code == 0


@pytest.mark.parametrize("command", [["slots", "cut"], ["bookings"], ["migrate"], ["cancel", "abcd"]])
def test_a_database_that_is_gone_ends_with_4_and_says_where_it_is_named(
    tmp_path: Path, command: list[str]
) -> None:
    bridge = salon_terminal(tmp_path, "postgresql+psycopg://nobody:fake-password@127.0.0.1:1/none")
    told = bridge(*command)
    assert told.code == 4
    assert told.err.startswith("The database cannot be used: ")
    assert told.err.endswith("It is named by bridge.database_url.\n")
    assert "fake-password" not in told.err
    assert bridge(*command, "--json").json["code"] == "store_unavailable"


def test_a_file_that_is_no_database_ends_with_4(tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_text("Dear diary, " * 1000)
    told = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'bridge.db'}")("slots", "cut")
    assert told.code == 4
    assert "file is not a database" in told.err


def test_a_configuration_that_others_can_read_and_short_keys_are_warned_of(bridge: Terminal) -> None:
    bridge.config.write_text(bridge.config.read_text().replace("fake-telli-key", "short"))
    bridge.config.chmod(0o644)
    told = {each["subject"]: each["text"] for each in bridge("check", "--json").json}
    assert "everybody on this machine can read this file" in told[str(bridge.config)]
    assert "less than 16 characters" in told["telli.api_keys"]
    bridge.config.chmod(0o600)
    assert str(bridge.config) not in {each["subject"] for each in bridge("check", "--json").json}


@pytest.mark.parametrize(("key", "verdict"), [("fake-telli-key", "ok"), ("another", "fails")])
def test_whether_contacts_can_be_looked_up_is_tried(
    tmp_path: Path, sqlite_url: str, key: str, verdict: str
) -> None:
    with FakeTelli() as telli:
        telli.key = key
        lines = f'lookup_contacts = true\napi_url = "{telli.url}"'
        told = salon_terminal(tmp_path, sqlite_url, telli=lines)("check", "--json")
    found = {each["subject"]: each["verdict"] for each in told.json}
    assert (found["telli.lookup_contacts"], told.code) == (verdict, 0 if verdict == "ok" else 1)
