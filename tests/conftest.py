"""What tests of every part share: databases, and the salon."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.store.engine import Store
from bridge.store.migrate import migrate
from tests import dialects, templates
from tests.store.databases import PostgresServer, new_sqlite, sqlite_template
from tests.zygote import Zygote

pytest_plugins = ["tests.cast.fixtures", "tests.sampled"]
dialects.register()
templates.register()


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays to the end: looking it through took 6 % of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The PostgreSQL server for tests."""
    url = os.environ.get("BRIDGE_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("BRIDGE_TEST_POSTGRES_URL is not set: nothing is tested on PostgreSQL")
    return PostgresServer(url)


@pytest.fixture(scope="session")
def migrated_database(postgres: PostgresServer) -> Iterator[str]:
    """The address of a migrated PostgreSQL database, for one test after another."""
    with postgres.database() as url:
        migrate(url)
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The address of a migrated SQLite database of the test's own."""
    return new_sqlite(tmp_path, migrated_file)


@pytest.fixture
def postgres_url(postgres: PostgresServer, migrated_database: str) -> str:
    """The address of a migrated PostgreSQL database without a row."""
    postgres.empty(migrated_database)
    return migrated_database


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, on SQLite and on PostgreSQL; for tests that start servers."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store on a migrated database, on SQLite and on PostgreSQL."""
    with closing(Store(store_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Starts processes that are about to be killed."""
    with closing(Zygote()) as running:
        yield running
