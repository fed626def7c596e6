"""The database is waited for no longer than the work in hand can wait, and asked again until then."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from datetime import UTC
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from bridge.alerts import Alerts
from bridge.calendars.call_pool import CallPool
from bridge.calendars.health import Health
from bridge.errors import StoreUnavailable
from bridge.model import CalendarName
from bridge.speech.language import language
from bridge.store import tables
from bridge.store.engine import ConstraintViolated, Store
from bridge.store.patience import is_repeat, repeated, within
from bridge.store.sql import revisions
from bridge.store.statements import send
from providers.base import Deadline
from providers.errors import AccessDenied
from tests.cast.clock import TurnableClock
from tests.store.proxy import PostgresProxy
from tests.store.rows import at, count_claims, take_slot

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    with closing(PostgresProxy(postgres_url)) as opened:
        yield opened


@pytest.fixture
def distant(proxy: PostgresProxy) -> Iterator[Store]:
    """A store that reaches its database through the proxy."""
    with closing(Store(proxy.url)) as opened:
        yield opened


def claims_in(store: Store) -> int:
    with store.read() as connection:
        return count_claims(connection)


def ask(store: Store, way: str) -> None:
    """Put one question in this way of opening a transaction."""
    if way == "revisions":
        store.revisions()
        return
    with getattr(store, way)() as connection:
        count_claims(connection)


@pytest.mark.parametrize("way", ["read", "write", "write_alone", "revisions"])
def test_a_server_that_does_not_answer_at_all_is_left_at_the_deadline(
    distant: Store, proxy: PostgresProxy, way: str
) -> None:
    claims_in(distant)
    distant.revisions()
    proxy.hang()
    with within(Deadline(0.01, time.monotonic), time.sleep), pytest.raises(StoreUnavailable, match="in time"):
        ask(distant, way)
    proxy.go_on()
    assert claims_in(distant) == 0


def test_a_server_that_falls_silent_between_two_statements_is_left_too(
    distant: Store, proxy: PostgresProxy
) -> None:
    def write() -> None:
        with distant.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            proxy.hang()
            take_slot(connection, "b2", at(10), at(11))

    with within(Deadline(0.01, time.monotonic), time.sleep), pytest.raises(StoreUnavailable, match="in time"):
        write()
    proxy.go_on()
    assert claims_in(distant) == 0


def test_the_server_itself_ends_a_statement_that_nobody_waits_for(postgres_url: str) -> None:
    clock = TurnableClock()
    with (
        closing(Store(postgres_url)) as store,
        within(Deadline(2.5, clock.monotonic), clock.sleep),
        store.read() as connection,
    ):
        limits = {
            name: connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("statement_timeout", "lock_timeout", "transaction_isolation")
        }
    assert limits == {
        "statement_timeout": "2500ms",
        "lock_timeout": "4s",
        "transaction_isolation": "repeatable read",
    }


def test_connections_that_died_in_the_pool_cost_no_transaction(distant: Store, proxy: PostgresProxy) -> None:
    with distant.write() as connection:
        take_slot(connection, "b1", at(9), at(10))
    proxy.cut()
    with distant.write() as connection:
        take_slot(connection, "b2", at(10), at(11))
    assert claims_in(distant) == 2


def test_whoever_looks_without_a_deadline_notices_no_connection_that_died(
    distant: Store, proxy: PostgresProxy
) -> None:
    ask(distant, "look")
    proxy.cut()
    ask(distant, "look")  # nobody asks again in its stead


def test_a_connection_that_breaks_at_the_end_of_a_reading_transaction_is_unavailable(
    distant: Store, proxy: PostgresProxy
) -> None:
    def read() -> None:
        with distant.read() as connection:
            count_claims(connection)
            proxy.cut()

    with pytest.raises(StoreUnavailable):
        read()
    assert claims_in(distant) == 0


def test_work_is_done_again_while_the_database_is_away(
    distant: Store, proxy: PostgresProxy, caplog: pytest.LogCaptureFixture
) -> None:
    clock = TurnableClock()
    tries = []

    @repeated
    def count() -> int:
        tries.append(is_repeat())
        if len(tries) == 4:
            proxy.go_on()
        return claims_in(distant)

    proxy.go_away()
    with within(Deadline(5, clock.monotonic), clock.sleep):
        assert count() == 0
    assert tries == [False, True, True, True]
    told = [record.message for record in caplog.records if record.name == "bridge.store.engine"]
    assert len(told) == 2
    assert told[0].startswith("the database is away")
    assert told[1] == "the database is back"


def test_the_one_write_that_may_try_a_calendar_is_let_through_though_unheard(
    distant: Store, proxy: PostgresProxy
) -> None:
    clock, refusing = TurnableClock(), CalendarName("local", "", "anna")
    alerts = Alerts(distant, clock.now, language=language("en_US"), zone=UTC)
    with closing(CallPool(1)) as pool:
        health = Health(distant, pool, clock.now, alerts=alerts, advise=lambda _name, _error: "")
        health.write_refused(refusing, AccessDenied("local", "create"), clock.now())
        health.write_down()
        clock.turn(minutes=16)
        proxy.lose_answer(1)
        with within(Deadline(60, clock.monotonic), clock.sleep):
            assert health.may_write(refusing)
        assert not health.may_write(refusing)


def test_work_without_a_deadline_or_without_hope_is_not_done_again(sqlite_url: str, tmp_path: Path) -> None:
    clock = TurnableClock()
    tries = []

    @repeated
    def count() -> int:
        tries.append(is_repeat())
        return claims_in(store)

    (tmp_path / "bridge.db").unlink()
    with closing(Store(sqlite_url)) as store:
        for around in (nullcontext(), within(Deadline(5, clock.monotonic), clock.sleep)):
            with around, pytest.raises(StoreUnavailable):
                count()
    assert tries == [False, False]


@pytest.mark.parametrize("way", ["write", "write_alone"])
def test_on_sqlite_the_write_lock_of_another_process_is_waited_for_until_the_deadline(
    sqlite_url: str, tmp_path: Path, way: str
) -> None:
    with (
        closing(Store(sqlite_url)) as store,
        closing(sqlite3.connect(tmp_path / "bridge.db", isolation_level=None)) as other,
        within(Deadline(0.01, time.monotonic), time.sleep),
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            ask(store, way)
        other.execute("ROLLBACK")
        ask(store, way)


def test_on_sqlite_a_statement_ends_with_the_deadline(sqlite_url: str) -> None:
    with (
        closing(Store(sqlite_url)) as store,
        within(Deadline(0.01, time.monotonic), time.sleep),
        store.read() as connection,
        pytest.raises(OperationalError, match="interrupted"),
    ):
        connection.execute(text(ENDLESS))


def test_what_needs_no_answer_travels_with_the_commit(distant: Store, proxy: PostgresProxy) -> None:
    with within(Deadline(60, time.monotonic), time.sleep):
        assert claims_in(distant) == 0  # a connection that has answered is not asked first whether it lives
        before = proxy.questions
        with distant.write_alone() as connection:
            send(connection, insert(tables.revisions), {"name": "first", "value": 1})
            revisions.count(connection, "first")
        assert proxy.questions == before + 1
        both = [{"name": name, "value": 1} for name in ("second", "first")]
        with pytest.raises(ConstraintViolated), distant.write() as connection:
            send(connection, insert(tables.revisions), both)
        assert claims_in(distant) == 0
        with suppress(ZeroDivisionError), distant.write() as connection:
            revisions.count(connection, "third")
            raise ZeroDivisionError
    assert distant.revisions() == {"first": 2}
