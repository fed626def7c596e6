"""`bridge init`, `migrate` and `admin-password`, from an empty folder on."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.security import check_password_hash

from bridge.store.migrate import migrate
from tests.cast.reading import load_config
from tests.cast.terminal import Terminal, salon_terminal, tomorrow
from tests.store.databases import PostgresServer


@pytest.fixture
def empty(tmp_path: Path) -> Terminal:
    """The command, in a folder with nothing in it."""
    return Terminal(tmp_path)


def test_what_init_writes_works_at_once(empty: Terminal) -> None:
    assert empty("init").code == 0
    assert empty("check").code == 0
    assert empty("slots", "consultation", "--json").json["available"]
    assert empty("bookings", "--json").json == []


def test_init_writes_for_the_owners_eyes_only(empty: Terminal) -> None:
    empty("init")
    assert stat.S_IMODE(empty.config.stat().st_mode) == 0o600


def test_init_makes_other_secrets_each_time(empty: Terminal) -> None:
    empty("init")
    first = load_config(empty.config, {})
    assert empty("init", "--force").code == 0
    second = load_config(empty.config, {})
    assert first.bridge.secret_keys != second.bridge.secret_keys
    assert first.telli.api_keys != second.telli.api_keys


def test_init_overwrites_nothing(empty: Terminal) -> None:
    empty.config.write_text("mine")
    told = empty("init")
    assert told.code == 1
    assert "--force" in told.err
    assert empty.config.read_text() == "mine"


def test_init_by_force_keeps_what_was_there(empty: Terminal) -> None:
    empty.config.write_text("mine")
    told = empty("init", "--force", "--json")
    assert told.json == {"config": str(empty.config), "former": f"{empty.config}.before"}
    assert Path(f"{empty.config}.before").read_text() == "mine"


@pytest.mark.parametrize(
    ("spoken", "locale"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "de_AT"}, "de_AT"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_CH.UTF-8@euro"}, "de_CH"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "fr_FR.UTF-8"}, "en_US"),
        ({"LANG": "C"}, "en_US"),
        ({}, "en_US"),
    ],
)
def test_init_finds_out_the_language(tmp_path: Path, spoken: dict[str, str | None], locale: str) -> None:
    silence: dict[str, str | None] = {"LANG": None, "LC_ALL": None, "LC_MESSAGES": None}
    terminal = Terminal(tmp_path, silence | spoken)
    terminal("init")
    assert load_config(terminal.config, {}).bridge.locale == locale


@pytest.mark.parametrize(("zone", "found"), [("Asia/Kolkata", "Asia/Kolkata"), ("Nowhere/Land", None)])
def test_init_finds_out_the_time_zone(tmp_path: Path, zone: str, found: str | None) -> None:
    Terminal(tmp_path, {"TZ": zone})("init")
    written = load_config(tmp_path / "config.toml", {}).bridge.timezone.key
    assert written == found if found else written != zone


def test_init_says_why_it_cannot_write(tmp_path: Path) -> None:
    told = Terminal(tmp_path / "nowhere")("init")
    assert told.code == 1
    assert told.err.endswith("config.toml cannot be written: No such file or directory.\n")


def test_every_command_brings_sqlite_up_to_date_after_a_copy(tmp_path: Path) -> None:
    bridge = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'bridge.db'}")
    migrate(f"sqlite:///{tmp_path / 'bridge.db'}", to="0001")
    told = bridge("slots", "cut", "--json")
    assert told.code == 0
    assert told.json["available"]
    copies = list(tmp_path.glob("bridge.db-before-*"))
    assert len(copies) == 1


def test_people_are_told_where_the_database_as_it_was_lies(tmp_path: Path) -> None:
    bridge = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'bridge.db'}")
    migrate(f"sqlite:///{tmp_path / 'bridge.db'}", to="0001")
    told = bridge("slots", "cut")
    assert f"as it was: {tmp_path / 'bridge.db-before-'}" in told.err
    assert bridge("slots", "cut").err == ""


def test_check_brings_sqlite_up_to_date_too(tmp_path: Path) -> None:
    bridge = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'bridge.db'}")
    migrate(f"sqlite:///{tmp_path / 'bridge.db'}", to="0001")
    assert bridge("check").code == 0


def test_an_old_postgresql_is_left_to_migrate(tmp_path: Path, postgres: PostgresServer) -> None:
    with postgres.database() as url:
        migrate(url, to="0001")
        bridge = salon_terminal(tmp_path, url)
        told = bridge("book", "cut", tomorrow(10), "--json")
        assert told.code == 4
        assert told.json["code"] == "schema_outdated"
        assert "run `bridge migrate`" in told.json["error"]
        assert bridge("check").code == 1
        assert bridge("migrate", "--json").json["from"] == "0001"
        assert bridge("book", "cut", tomorrow(10), "--name", "Kim").code == 0


def test_migrate_says_what_it_did_and_that_there_is_nothing_to_do(tmp_path: Path) -> None:
    bridge = salon_terminal(tmp_path, f"sqlite:///{tmp_path / 'bridge.db'}")
    first = bridge("migrate", "--json").json
    assert first["from"] is None
    assert first["copy"] is None
    told = bridge("migrate")
    assert told.code == 0
    assert told.out == f"The database is at revision {first['to']} already; there was nothing to do.\n"


def test_a_newer_database_asks_for_the_newer_program(bridge: Terminal) -> None:
    with closing(sqlite3.connect(bridge.folder / "bridge.db", isolation_level=None)) as driver:
        driver.execute("UPDATE alembic_version SET version_num = '9999'")
    told = bridge("bookings")
    assert told.code == 4
    assert "run the newer version of the bridge" in told.err


def test_a_password_becomes_a_line_for_the_configuration(bridge: Terminal) -> None:
    told = bridge("admin-password", typed="correct horse battery\n")
    assert told.code == 0
    key, _, value = told.out.strip().partition(" = ")
    assert key == "password_hash"
    assert check_password_hash(value.strip('"'), "correct horse battery")
    bridge.config.write_text(bridge.config.read_text() + f"\n[admin]\n{told.out}")
    assert load_config(bridge.config, {}).admin.password_hash


@pytest.mark.parametrize("typed", ["short\n", "\n", ""])
def test_a_short_password_is_refused(bridge: Terminal, typed: str) -> None:
    told = bridge("admin-password", typed=typed)
    assert told.code == 1
    assert told.out == ""
    assert "at least 12 characters" in told.err
