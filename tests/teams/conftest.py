from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.booking.salon import TurnableClock
from tests.teams.firm import Firm, Staff, firm_config

OpenFirm = Callable[..., Firm]


@contextmanager
def opener(url: str) -> Iterator[OpenFirm]:
    """Opens firms of the hosts and event types given, on one database, until the end."""
    with ExitStack() as stack:

        def opened(*staff: Staff, clock: TurnableClock | None = None, **event_types: str) -> Firm:
            firm = Firm(firm_config(url, *staff, **event_types), clock=clock or TurnableClock())
            stack.callback(firm.bridge.stop)
            firm.bridge.record_joins()
            return firm

        yield opened


@pytest.fixture
def open_firm(store_url: str) -> Iterator[OpenFirm]:
    """Opens a firm of these hosts and event types, on SQLite and on PostgreSQL."""
    with opener(store_url) as opened:
        yield opened


@pytest.fixture
def open_small_firm(sqlite_url: str) -> Iterator[OpenFirm]:
    """Opens a firm where one kind of database is enough."""
    with opener(sqlite_url) as opened:
        yield opened
