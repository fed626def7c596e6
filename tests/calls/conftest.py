from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest

from tests.calls.line import Line
from tests.cast.config import Staff

OpenLine = Callable[..., Line]


@contextmanager
def opener(url: str) -> Iterator[OpenLine]:
    """Opens a line to a salon with these lines of configuration, until the end."""
    with ExitStack() as stack:

        def opened(*staff: Staff, **toml: Any) -> Line:
            return stack.enter_context(closing(Line(url, *staff, **toml)))

        yield opened


@pytest.fixture
def open_line(sqlite_url: str) -> Iterator[OpenLine]:
    """Opens lines to a salon where one kind of database is enough."""
    with opener(sqlite_url) as opened:
        yield opened


@pytest.fixture
def open_line_on_both(store_url: str) -> Iterator[OpenLine]:
    """Opens lines to a salon on SQLite and on PostgreSQL."""
    with opener(store_url) as opened:
        yield opened
