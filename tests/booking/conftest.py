from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast.config import salon_config
from tests.cast.salon import Salon


@pytest.fixture
def salon_with(store_url: str) -> Iterator[Salon]:
    """A salon with two hosts on a migrated database, SQLite and PostgreSQL in turn."""
    opened = Salon(salon_config(store_url))
    yield opened
    opened.bridge.stop()
