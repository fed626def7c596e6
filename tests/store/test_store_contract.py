"""The contract of stores, on new databases and on those that came from the first revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.store.migrate import migrate
from tests.contracts.store import StoreContract
from tests.store.databases import FIRST, PostgresServer, new_sqlite


class TestStore(StoreContract):
    pass


@contextmanager
def upgraded(url: str) -> Iterator[str]:
    migrate(url, to=FIRST)
    migrate(url)
    yield url


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upgraded")
    with upgraded(new_sqlite(folder)):
        return folder / "bridge.db"


@pytest.fixture(scope="session")
def upgraded_database(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database() as url, upgraded(url):
        yield url


class TestStoreFromTheFirstRevision(StoreContract):
    @pytest.fixture
    def migrated_file(self, upgraded_file: Path) -> Path:
        return upgraded_file

    @pytest.fixture
    def migrated_database(self, upgraded_database: str) -> str:
        return upgraded_database
