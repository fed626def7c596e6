"""What tests of the embedded calendar share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import delete

from bridge.store.engine import Store
from bridge.store.tables import local_events, local_series
from tests.local.account import LocalAccount
from tests.store.databases import PostgresServer


@pytest.fixture(scope="session")
def emptied_postgres(postgres: PostgresServer, migrated_database: str) -> Iterator[str]:
    """A PostgreSQL database for all tests here: making one for each takes longer than the test."""
    with postgres.database(migrated_database) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def calendars_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without a calendar entry."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    url = request.getfixturevalue("emptied_postgres")
    with closing(Store(url)) as store, store.write() as connection:
        connection.execute(delete(local_events))
        connection.execute(delete(local_series))
    return url


@pytest.fixture
def account(calendars_url: str) -> Iterator[LocalAccount]:
    """Two empty embedded calendars."""
    account = LocalAccount(calendars_url)
    yield account
    account.close()
