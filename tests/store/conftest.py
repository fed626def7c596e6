"""Databases that tests of migrations may change as they like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.databases import PostgresServer, new_sqlite


@pytest.fixture
def no_file_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return new_sqlite(tmp_path)


@pytest.fixture
def no_tables_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database that was never migrated, on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("no_file_url" if request.param == "sqlite" else "no_tables_url")
    return url
