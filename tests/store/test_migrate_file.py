"""Migrating a SQLite file: where it may lie, what is copied, and what stops it."""

from __future__ import annotations

import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StoreUnavailable
from bridge.store.engine import Store
from bridge.store.migrate import MigrationResult, migrate
from bridge.store.schema import HEAD, require_current
from tests.store.databases import new_sqlite
from tests.store.processes import go, race, start, wait_until_loaded
from tests.store.rows import at, count_claims, take_slot
from tests.store.steps import NEXT, with_step
from tests.zygote import Zygote

ADD_COLUMN = 'op.add_column("alerts", sa.Column("note", sa.Text()))'
DIE_LATE = f"{ADD_COLUMN}\nos.kill(os.getpid(), signal.SIGKILL)"


def rows_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as driver:
        assert driver.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(driver.execute("SELECT count(*) FROM claims").fetchone()[0])


@pytest.fixture
def used_url(sqlite_url: str) -> str:
    """The address of a SQLite file with one claim in it."""
    with closing(Store(sqlite_url)) as store, store.write() as connection:
        take_slot(connection, "b1", at(9), at(10))
    return sqlite_url


def test_the_file_is_copied_before_a_migration(used_url: str, tmp_path: Path) -> None:
    result = migrate(used_url, to=NEXT, scripts=with_step(tmp_path, ADD_COLUMN))
    copy = tmp_path / f"bridge.db-before-{NEXT}"
    assert result == MigrationResult(HEAD, NEXT, copy)
    assert rows_in(copy) == 1
    with closing(Store(f"sqlite:///{copy}")) as store:
        require_current(store)


def test_the_copy_holds_what_is_still_in_the_log(used_url: str, tmp_path: Path) -> None:
    with closing(Store(used_url)) as store:
        with store.write() as connection:
            take_slot(connection, "b2", at(10), at(11))
        assert (tmp_path / "bridge.db-wal").stat().st_size
        result = migrate(used_url, to=NEXT, scripts=with_step(tmp_path, ADD_COLUMN))
    assert result.copy
    assert rows_in(result.copy) == 2


def test_the_file_and_its_copy_are_their_owners_alone(no_file_url: str, tmp_path: Path) -> None:
    migrate(no_file_url)
    migrate(no_file_url, to=NEXT, scripts=with_step(tmp_path, ADD_COLUMN))
    for file in (tmp_path / "bridge.db", tmp_path / f"bridge.db-before-{NEXT}"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_file_needs_no_copy(no_file_url: str, tmp_path: Path) -> None:
    assert migrate(no_file_url).copy is None
    assert [file.name for file in tmp_path.iterdir()] == ["bridge.db"]


def test_a_copy_is_made_again_where_an_older_one_lies(used_url: str, tmp_path: Path) -> None:
    copy = tmp_path / f"bridge.db-before-{NEXT}"
    copy.write_text("of a migration that was undone")
    migrate(used_url, to=NEXT, scripts=with_step(tmp_path, ADD_COLUMN))
    assert rows_in(copy) == 1


def test_a_current_file_is_found_so_while_others_write(used_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert migrate(used_url) == MigrationResult(HEAD, HEAD)


def test_a_relative_address_means_the_folder_the_process_was_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    migrate("sqlite:///here.db")
    with closing(Store("sqlite:///here.db")) as store:
        monkeypatch.chdir("/")
        require_current(store)
    assert (tmp_path / "here.db").exists()


def test_names_with_odd_characters_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "50% of müller's #1 & more"
    folder.mkdir()
    migrate(new_sqlite(folder))
    assert (folder / "bridge.db").stat().st_size


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=f"there is no folder {tmp_path}/nowhere$"):
        migrate(f"sqlite:///{tmp_path}/nowhere/bridge.db")


def test_a_folder_in_the_files_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=f"the database {tmp_path} is a folder"):
        migrate(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_said_and_left_alone(no_file_url: str, tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreUnavailable, match=r"bridge\.db cannot be used: file is not a database"):
        migrate(no_file_url)
    assert (tmp_path / "bridge.db").read_text().startswith("Dear diary")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="must be a file"):
        migrate(url)


@pytest.mark.parametrize(
    "url", ["", "bridge.db", "mysql://root:hunter2@db/bridge", "oops://root:hunter2@db/b"]
)
def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"address|must be") as refusal:
        migrate(url)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("is_there", [False, True], ids=["new", "there"])
def test_a_folder_that_cannot_be_written_to_is_said(zygote: Zygote, is_there: bool) -> None:
    told = race(zygote, "migrate_read_only", ["there" if is_there else "new"])
    assert "cannot be" in told[0][0]
    assert "StoreUnavailable" in told[0][0]


def test_a_disk_that_fills_up_while_copying_leaves_the_file_and_no_half_copy(
    zygote: Zygote, used_url: str, tmp_path: Path
) -> None:
    scripts = with_step(tmp_path, ADD_COLUMN)
    told = race(zygote, "migrate_on_full_disk", [used_url, NEXT, scripts])
    assert told[0][0].startswith(f"StoreUnavailable: the database could not be copied to {tmp_path}")
    assert not list(tmp_path.glob("*-before-*"))
    assert rows_in(tmp_path / "bridge.db") == 1


def test_a_process_killed_in_a_migration_leaves_the_file_as_it_was(
    zygote: Zygote, used_url: str, tmp_path: Path
) -> None:
    process = start(zygote, "migrate", used_url, NEXT, with_step(tmp_path, DIE_LATE))
    wait_until_loaded(process)
    go(process)
    assert process.finish().returncode == -signal.SIGKILL
    with closing(Store(used_url)) as store:
        require_current(store)
        with store.read() as connection:
            assert count_claims(connection) == 1
    assert migrate(used_url) == MigrationResult(HEAD, HEAD)
