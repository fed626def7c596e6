"""What a store on SQLite does when its file is locked, full, gone or no database, and how it is set up."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bridge.errors import StoreUnavailable
from bridge.store.dialects import DatabaseClock, database_now
from bridge.store.engine import Store
from bridge.store.tables import alerts
from bridge.surroundings import utc_now
from tests.store.processes import race
from tests.store.rows import NINE, at, count_claims, take_slot
from tests.zygote import Zygote


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A store on SQLite that does not wait long."""
    with closing(Store(sqlite_url, timeout_seconds=0.1)) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else to the same file."""
    with closing(sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)) as connection:
        yield connection


def write_a_claim(store: Store) -> None:
    with store.write() as connection:
        take_slot(connection, "b1", at(9), at(10))


def test_a_file_locked_for_too_long_is_unavailable(store: Store, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="database is locked"):
        write_a_claim(store)
    other.execute("ROLLBACK")
    write_a_claim(store)


def test_a_locked_file_can_be_read(store: Store, other: sqlite3.Connection) -> None:
    write_a_claim(store)
    other.execute("BEGIN IMMEDIATE")
    with store.read() as connection:
        assert count_claims(connection) == 1
    assert store.revisions() == {}


def test_a_write_waits_for_another_process_that_ends_in_time(
    sqlite_url: str, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with closing(Store(sqlite_url)) as store, ThreadPoolExecutor(1) as threads:
        written = threads.submit(write_a_claim, store)
        other.execute("COMMIT")
        written.result()
        with store.read() as connection:
            assert count_claims(connection) == 1


def test_a_thread_that_writes_for_too_long_makes_others_give_up(store: Store) -> None:
    writing, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with store.write():
            writing.set()
            may_end.wait()

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(write_slowly)
        writing.wait()
        try:
            with pytest.raises(StoreUnavailable, match="the database is busy"):
                write_a_claim(store)
        finally:
            may_end.set()
        slow.result()
    write_a_claim(store)


def test_a_full_database_takes_nothing_of_a_transaction(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))  # becomes what it has already
    rows = [{"key": f"k{number}", "text": "t" * 4000, "raised_at": NINE} for number in range(50)]
    with pytest.raises(StoreUnavailable, match="full"), store.write() as connection:
        connection.execute(insert(alerts), rows)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM alerts")).scalar() == 0
    write_a_claim(store)


def test_a_disk_that_fills_up_leaves_whole_transactions(
    zygote: Zygote, sqlite_url: str, tmp_path: Path
) -> None:
    told = race(zygote, "fill_disk", [sqlite_url])[0]
    committed, refusal = told[:-1], told[-1]
    assert refusal.startswith("StoreUnavailable: the database cannot be used: ")
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as driver:
        assert driver.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        groups = driver.execute("SELECT text, count(*) FROM alerts GROUP BY text ORDER BY text").fetchall()
    assert groups == [(group, 10) for group in committed]


def test_a_file_that_is_gone_is_unavailable_and_not_made_anew(store: Store, tmp_path: Path) -> None:
    (tmp_path / "bridge.db").unlink()
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        write_a_claim(store)
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        store.revisions()
    assert not (tmp_path / "bridge.db").exists()


def test_a_file_that_is_no_database_is_unavailable(store: Store, tmp_path: Path) -> None:
    (tmp_path / "bridge.db").write_text("Dear diary, " * 1000)
    with pytest.raises(StoreUnavailable, match="file is not a database"), store.read() as connection:
        count_claims(connection)
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        store.revisions()


@pytest.mark.parametrize("way", ["read", "write"])
def test_every_connection_syncs_each_commit_and_minds_foreign_keys(store: Store, way: str) -> None:
    with store.read() if way == "read" else store.write() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_its_clock_is_as_fine_as_ours(store: Store) -> None:
    with store.write() as connection:
        for _ in range(100):
            before = utc_now()
            told = database_now(connection)
            written = connection.execute(select(DatabaseClock())).scalar_one()
            assert before <= told <= written <= utc_now()
