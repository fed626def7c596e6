"""Fixtures that open the salon and close it at the end of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bridge.booking.joins import record_joins
from tests.cast.at_vendors import vendors_toml
from tests.cast.clock import PresentClock, TurnableClock
from tests.cast.config import Staff, read_toml, salon_config
from tests.cast.line import Line
from tests.cast.salon import Salon
from tests.cast.terminal import Terminal, salon_terminal
from tests.cast.unruly import UnrulySalon
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

OpenSalon = Callable[..., UnrulySalon]
OpenThere = Callable[..., Salon]
OpenLine = Callable[..., Line]


@contextmanager
def opener(url: str) -> Iterator[OpenSalon]:
    """Opens salons on one database until the end of the block.

    Arguments as for `salon_toml`, a clock, and what is `around` it (`Surroundings`).
    """
    with ExitStack() as stack:

        def opened(
            *staff: Staff,
            clock: TurnableClock | None = None,
            around: Mapping[str, Any] = MappingProxyType({}),
            **more: Any,
        ) -> UnrulySalon:
            config = salon_config(url, *staff, **more)
            salon = UnrulySalon(config, clock=clock or TurnableClock(), around=dict(around))
            stack.callback(salon.bridge.stop)
            record_joins(salon.bridge.context)
            return salon

        yield opened


@pytest.fixture
def open_salon(store_url: str) -> Iterator[OpenSalon]:
    """Opens a salon, on SQLite and on PostgreSQL."""
    with opener(store_url) as opened:
        yield opened


@pytest.fixture
def open_small(sqlite_url: str) -> Iterator[OpenSalon]:
    """Opens a salon where one kind of database is enough."""
    with opener(sqlite_url) as opened:
        yield opened


@contextmanager
def line_opener(url: str) -> Iterator[OpenLine]:
    """Opens lines to salons on one database until the end of the block; arguments as for `Line`."""
    with ExitStack() as stack:

        def opened(*staff: Staff, **more: Any) -> Line:
            return stack.enter_context(closing(Line(url, *staff, **more)))

        yield opened


@pytest.fixture
def open_line_on_both(store_url: str) -> Iterator[OpenLine]:
    """Opens lines to a salon, on SQLite and on PostgreSQL."""
    with line_opener(store_url) as opened:
        yield opened


@pytest.fixture
def open_line(sqlite_url: str) -> Iterator[OpenLine]:
    """Opens lines to a salon where one kind of database is enough."""
    with line_opener(sqlite_url) as opened:
        yield opened


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """A fake Google without an account."""
    with FakeGoogle() as fake:
        yield fake


@pytest.fixture
def microsoft() -> Iterator[FakeMicrosoft]:
    """A fake Microsoft without an account."""
    with FakeMicrosoft() as fake:
        yield fake


@pytest.fixture
def open_at_vendors(sqlite_url: str, tmp_path: Path) -> Iterator[OpenThere]:
    """Opens a salon whose hosts' calendars are at these vendors, in the present unless a clock is given."""
    with ExitStack() as stack:

        def opened(
            *,
            google: FakeGoogle | None = None,
            microsoft: FakeMicrosoft | None = None,
            clock: PresentClock | None = None,
            **more: Any,
        ) -> Salon:
            text = vendors_toml(sqlite_url, tmp_path, google=google, microsoft=microsoft, **more)
            salon = Salon(read_toml(text, tmp_path), clock=clock or PresentClock())
            stack.callback(salon.bridge.stop)
            return salon

        yield opened


@pytest.fixture
def bridge(tmp_path: Path, sqlite_url: str) -> Terminal:
    """The command, in a folder with the salon's configuration and database."""
    return salon_terminal(tmp_path, sqlite_url)
