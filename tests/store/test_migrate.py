"""Migrating: done once, in one transaction, and whether it is due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text

from bridge.errors import SchemaOutdated, StoreUnavailable
from bridge.model import Source
from bridge.store import constraints
from bridge.store.engine import Store
from bridge.store.migrate import MigrationResult, migrate
from bridge.store.schema import HEAD, require_current
from bridge.store.sql import history
from bridge.store.sql.history import Noted
from bridge.store.tables import alerts, claims, ways
from tests.store.databases import FIRST
from tests.store.processes import race
from tests.store.rows import NINE, add_booking, at, count_claims, outcome, take_slot
from tests.store.steps import NEXT, with_step
from tests.zygote import Zygote

ADD_COLUMN = 'op.add_column("alerts", sa.Column("note", sa.Text()))'
FAIL_LATE = """
op.add_column("alerts", sa.Column("note", sa.Text()))
op.execute("DELETE FROM alerts")
op.execute("SELECT * FROM nowhere")
"""
REMAKE = """
for name in ("claims", "bookings"):
    with op.batch_alter_table(name, recreate="auto") as table:
        table.add_column(sa.Column("note", sa.Text()))
        table.alter_column("calendar", nullable=True)
"""

REPLACE_COLUMN = """
from bridge.store.dialects import Instant
for index in sa.inspect(op.get_bind()).get_indexes("claims"):
    if "starts_at" in index["column_names"]:
        op.drop_index(index["name"])
op.drop_column("claims", "starts_at")
op.add_column("claims", sa.Column("starts_at", Instant()))
"""


def test_an_empty_database_is_brought_up_to_date(empty_url: str) -> None:
    with closing(Store(empty_url)) as store:
        with pytest.raises(SchemaOutdated, match="no tables yet: run `bridge migrate`"):
            require_current(store)
        assert migrate(empty_url) == MigrationResult(None, HEAD)
        require_current(store)


def test_a_current_database_is_left_alone(store_url: str, tmp_path: Path) -> None:
    result = migrate(store_url)
    assert result == MigrationResult(HEAD, HEAD)
    assert not result.changed
    assert not list(tmp_path.glob("*-before-*"))


def test_an_outdated_database_says_what_to_do(empty_url: str) -> None:
    migrate(empty_url, to=FIRST)
    says = f"{FIRST}, this program needs {HEAD}: run `bridge migrate`"
    with closing(Store(empty_url)) as store, pytest.raises(SchemaOutdated, match=says):
        require_current(store)


def test_a_database_of_a_newer_program_is_not_touched(empty_url: str, tmp_path: Path) -> None:
    migrate(empty_url, to=NEXT, scripts=with_step(tmp_path, ADD_COLUMN))
    with closing(Store(empty_url)) as store:
        refusals: tuple[Callable[[], object], ...] = (
            lambda: require_current(store),
            lambda: migrate(empty_url),
        )
        for refuse in refusals:
            with pytest.raises(
                SchemaOutdated, match=f"{NEXT}, this program knows only {HEAD}: run the newer"
            ):
                refuse()
    assert not list(tmp_path.glob("*-before-*"))


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str, tmp_path: Path) -> None:
    migrate(empty_url)
    with closing(Store(empty_url)) as store:
        with store.write() as connection:
            connection.execute(insert(alerts).values(key="k", text="t", raised_at=NINE))
        with pytest.raises(
            StoreUnavailable, match=f"to {NEXT} failed and the database is as it was: .*nowhere"
        ):
            migrate(empty_url, to=NEXT, scripts=with_step(tmp_path, FAIL_LATE))
        require_current(store)
        with store.read() as connection:
            assert connection.execute(select(alerts.c.key)).scalars().all() == ["k"]
            assert "note" not in {column["name"] for column in inspect(connection).get_columns("alerts")}
            assert constraints.missing(connection) == frozenset()


def test_tables_made_anew_keep_their_rows_and_their_constraints(empty_url: str, tmp_path: Path) -> None:
    migrate(empty_url)
    with closing(Store(empty_url)) as store:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        store.close()
        migrate(empty_url, to=NEXT, scripts=with_step(tmp_path, REMAKE))
        with store.read() as connection:
            assert count_claims(connection) == 1
            assert constraints.missing(connection) == frozenset()
        assert outcome(store, "b2", at(9), at(10)) == "claims_no_overlap"


def test_a_column_that_triggers_speak_of_can_be_made_anew(no_file_url: str, tmp_path: Path) -> None:
    migrate(no_file_url)
    migrate(no_file_url, to=NEXT, scripts=with_step(tmp_path, REPLACE_COLUMN))
    with closing(Store(no_file_url)) as store:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        assert outcome(store, "b2", at(9), at(10)) == "claims_no_overlap"


def test_a_migration_may_not_leave_rows_without_their_owner(no_file_url: str, tmp_path: Path) -> None:
    migrate(no_file_url)
    with closing(Store(no_file_url)) as store:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        with pytest.raises(StoreUnavailable, match="rows of claims would belong to no row of bookings"):
            migrate(no_file_url, to=NEXT, scripts=with_step(tmp_path, 'op.execute("DELETE FROM bookings")'))
        with store.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM bookings")).scalar() == 1


def test_of_processes_that_migrate_at_once_one_does_the_work(zygote: Zygote, empty_url: str) -> None:
    told = race(zygote, "migrate", *[[empty_url]] * 4)
    assert sorted(told) == [["found it done"]] * 3 + [["migrated"]]
    with closing(Store(empty_url)) as store:
        require_current(store)


def test_of_processes_that_upgrade_a_file_at_once_one_does_the_work(
    zygote: Zygote, no_file_url: str, tmp_path: Path
) -> None:
    migrate(no_file_url, to=FIRST)
    told = race(zygote, "migrate", *[[no_file_url]] * 4)
    assert sorted(told) == [["found it done"]] * 3 + [["migrated"]]
    assert [copy.name for copy in tmp_path.glob("*-before-*")] == [f"bridge.db-before-{HEAD}"]


def test_bookings_of_before_tell_of_their_history_what_they_know_themselves(empty_url: str) -> None:
    migrate(empty_url, to="0022")
    with closing(Store(empty_url)) as store:
        with store.write() as connection:
            add_booking(connection, "plain", state="confirmed", source="terminal")
            add_booking(connection, "moved", state="confirmed", moved_at=at(8), by_person=True)
            add_booking(connection, "failed", state="failed")
        store.close()
        migrate(empty_url)
        with store.read() as connection:
            assert history.of_booking(connection, "plain") == [
                Noted("booked", Source.TERMINAL, NINE, NINE, ())
            ]
            assert history.of_booking(connection, "moved") == [
                Noted("booked", Source.TELLI, NINE, None, ()),
                Noted("moved_by_person", Source.CALENDAR, at(8), NINE, ()),
            ]
            assert history.of_booking(connection, "failed") == []


def test_time_that_was_over_long_ago_is_claimed_no_more(empty_url: str) -> None:
    migrate(empty_url, to="0032")
    now = datetime.now(UTC)
    with closing(Store(empty_url)) as store:
        with store.write() as connection:
            for name, days in (("over", -31), ("lately", -29), ("ahead", 1)):
                start = now + timedelta(days=days)
                take_slot(connection, name, start, start + timedelta(hours=1))
                way = {
                    "booking_id": name,
                    "host": "anna",
                    "pending": False,
                    "way": "here|there",
                    "place": "here",
                }
                connection.execute(
                    insert(ways).values(**way, starts_at=start, ends_at=start + timedelta(hours=1))
                )
        store.close()
        migrate(empty_url)
        with store.read() as connection:
            for table in (claims, ways):
                kept = connection.execute(select(table.c.booking_id).order_by(table.c.booking_id))
                assert kept.scalars().all() == ["ahead", "lately"]
