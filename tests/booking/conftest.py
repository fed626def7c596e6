from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.cast.config import ANNA, salon_config
from tests.cast.salon import Salon
from tests.store.proxy import PostgresProxy

OpenSalon = Callable[[], Salon]


@pytest.fixture
def salon_with(store_url: str) -> Iterator[Salon]:
    """A salon with two hosts on a migrated database, SQLite and PostgreSQL in turn."""
    opened = Salon(salon_config(store_url))
    yield opened
    opened.bridge.stop()


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    """A proxy before the database."""
    with closing(PostgresProxy(postgres_url)) as opened:
        yield opened


@pytest.fixture
def open_through(proxy: PostgresProxy, tmp_path: Path) -> Iterator[OpenSalon]:
    """Opens salons whose database is reached through the proxy."""
    with ExitStack() as stack:

        def opened() -> Salon:
            salon = Salon(salon_config(proxy.url, ANNA), around={"state_folder": lambda _file: tmp_path})
            stack.callback(salon.bridge.stop)
            return salon

        yield opened
