from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.booking.salon import RealClock, Salon
from tests.configs import parse_config
from tests.practice.building import practice_toml
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

Opener = Callable[..., Salon]


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as fake:
        yield fake


@pytest.fixture
def microsoft() -> Iterator[FakeMicrosoft]:
    with FakeMicrosoft() as fake:
        yield fake


@pytest.fixture
def open_practice(sqlite_url: str, tmp_path: Path) -> Iterator[Opener]:
    """Opens a bridge for a practice with these vendors; closed at the end of the test."""
    with ExitStack() as stack:

        def opened(
            *, google: FakeGoogle | None = None, microsoft: FakeMicrosoft | None = None, event_type: str = ""
        ) -> Salon:
            text = practice_toml(
                sqlite_url, tmp_path, google=google, microsoft=microsoft, event_type=event_type
            )
            config = parse_config(text, environ={}, base=tmp_path)
            practice = Salon(config, clock=RealClock(), ca_bundle=microsoft.ca_bundle if microsoft else None)
            stack.callback(practice.bridge.stop)
            return practice

        yield opened
