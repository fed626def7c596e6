"""What a store on PostgreSQL does when the server is gone, restarts or has others waiting."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import insert, make_url, text, update

from bridge.errors import StoreUnavailable
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from bridge.store.tables import revisions
from tests.store.databases import PostgresServer
from tests.store.rows import at, count_claims, take_slot


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """A store on PostgreSQL that does not wait long."""
    with closing(Store(postgres_url, timeout_seconds=0.1)) as opened:
        yield opened


@contextmanager
def nothing_listening() -> Iterator[str]:
    """The address of a server that is not there."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql+psycopg://bridge:hunter2@127.0.0.1:{taken.getsockname()[1]}/bridge"


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with nothing_listening() as url, closing(Store(url)) as store:
        with pytest.raises(StoreUnavailable, match="Connection refused") as refusal, store.read():
            pass
        with pytest.raises(StoreUnavailable, match="Connection refused"):
            store.revisions()
        with pytest.raises(StoreUnavailable, match="Connection refused"):
            migrate(url)
    assert "hunter2" not in str(refusal.value)


def test_a_database_that_is_not_there_is_unavailable(postgres: PostgresServer, postgres_url: str) -> None:
    elsewhere = make_url(postgres_url).set(database="bridge_of_nobody")
    with pytest.raises(StoreUnavailable, match='"bridge_of_nobody" does not exist'):
        migrate(elsewhere)


def test_a_server_that_restarted_is_used_again_at_once(
    store: Store, postgres: PostgresServer, postgres_url: str
) -> None:
    with store.write() as connection:
        take_slot(connection, "b1", at(9), at(10))
    assert store.revisions() == {}
    drop_connections(postgres, postgres_url)
    assert store.revisions() == {}
    with store.read() as connection:
        assert count_claims(connection) == 1
    drop_connections(postgres, postgres_url)
    with store.write() as connection:
        take_slot(connection, "b2", at(10), at(11))


def test_a_connection_lost_in_a_transaction_is_unavailable_and_leaves_nothing(
    store: Store, postgres: PostgresServer, postgres_url: str
) -> None:
    def write() -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            drop_connections(postgres, postgres_url)
            take_slot(connection, "b2", at(10), at(11))

    with pytest.raises(StoreUnavailable):
        write()
    with store.read() as connection:
        assert count_claims(connection) == 0


def drop_connections(postgres: PostgresServer, url: str) -> None:
    """Break off every connection to the database, as a restart does."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        database=make_url(url).database,
    )


def test_waiting_too_long_for_the_turn_is_unavailable(store: Store) -> None:
    with store.write_alone() as first:
        take_slot(first, "b1", at(9), at(10))
        assert count_claims(first) == 1
        with pytest.raises(StoreUnavailable, match="lock timeout"), store.write_alone() as second:
            take_slot(second, "b2", at(10), at(11))
    with store.write_alone() as third:
        take_slot(third, "b2", at(10), at(11))


def test_a_deadlock_is_unavailable_for_one_and_the_other_goes_on(postgres_url: str) -> None:
    with closing(Store(postgres_url)) as patient, ThreadPoolExecutor(2) as threads:
        with patient.write() as connection:
            connection.execute(insert(revisions), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
        both_hold_one = threading.Barrier(2)

        def change(first: str, second: str) -> str:
            try:
                with patient.write() as connection:
                    connection.execute(update(revisions).where(revisions.c.name == first).values(value=1))
                    both_hold_one.wait()
                    connection.execute(update(revisions).where(revisions.c.name == second).values(value=1))
            except StoreUnavailable as error:
                return str(error)
            return "done"

        told = sorted(threads.map(change, "ab", "ba"))
    assert told == ["done", "the database cannot be used: deadlock detected"]


def test_a_wrong_statement_is_no_outage(store: Store) -> None:
    with pytest.raises(Exception, match="nowhere") as refusal, store.read() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(refusal.value, StoreUnavailable)


def test_more_connections_than_allowed_are_unavailable_after_a_while(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="too many connections are in use"):
        open_many(store, 31)


def open_many(store: Store, number: int) -> None:
    """Hold a number of transactions open at once."""
    if number:
        with store.write():
            open_many(store, number - 1)


def test_the_missing_extension_is_asked_for_in_words(postgres: PostgresServer) -> None:
    with postgres.database() as url, a_role_that_may_only_make_tables(postgres, url) as restricted:
        with pytest.raises(StoreUnavailable, match="CREATE EXTENSION btree_gist in this database"):
            migrate(restricted)
        postgres.execute("CREATE EXTENSION btree_gist", database=make_url(url).database)
        assert migrate(restricted).changed


@contextmanager
def a_role_that_may_only_make_tables(postgres: PostgresServer, url: str) -> Iterator[str]:
    """Make a role that may not add extensions; yields the database's address as this role."""
    address = make_url(url)
    role = f"role_of_{address.database}"
    postgres.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'plainly-fake'")
    try:
        postgres.execute(f"GRANT ALL ON SCHEMA public TO {role}", database=address.database)
        yield address.set(username=role, password="plainly-fake").render_as_string(hide_password=False)
    finally:
        postgres.execute(f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}", database=address.database)
