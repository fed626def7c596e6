"""What tests of the embedded calendar share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bridge.store.engine import Store
from tests.local.account import LocalAccount
from tests.local.desk import Desk


@pytest.fixture
def account(store_url: str) -> Iterator[LocalAccount]:
    """Two empty embedded calendars."""
    account = LocalAccount(store_url)
    yield account
    account.close()


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    """Two embedded calendars on SQLite."""
    with closing(Store(sqlite_url)) as store:
        yield Desk(store)
