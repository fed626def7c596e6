"""What tests of connecting begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.config import Config
from bridge.store.migrate import migrate
from tests.connections.stage import ANNA, BEN, Browser, Clock, Process, salon_config
from tests.vendors.google import FakeGoogle


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as fake:
        fake.add_account(ANNA)
        fake.add_account(BEN)
        yield fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(google: FakeGoogle, tmp_path: Path) -> Config:
    made = salon_config(google, tmp_path)
    migrate(made.bridge.database_url.get_secret_value())
    return made


@pytest.fixture
def start(config: Config, clock: Clock) -> Iterator[Callable[..., Process]]:
    """Start another server process on the same database."""
    started: list[Process] = []

    def begin(other: Config | None = None, ca_bundle: str | None = None) -> Process:
        started.append(Process(other or config, clock, ca_bundle))
        return started[-1]

    yield begin
    for process in started:
        process.store.close()


@pytest.fixture
def process(start: Callable[[], Process]) -> Process:
    return start()


@pytest.fixture
def browser(process: Process) -> Browser:
    made = process.browser()
    assert made.sign_in().status_code == 303
    return made
