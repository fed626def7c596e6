"""What tests of connecting begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bridge.config import Config
from tests.cast.clock import PresentClock
from tests.connections.stage import ANNA, BEN, Browser, Process, salon_config
from tests.vendors.google import FakeGoogle


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    with FakeGoogle() as fake:
        fake.add_account(ANNA)
        fake.add_account(BEN)
        yield fake


@pytest.fixture
def clock() -> PresentClock:
    return PresentClock()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The address of the processes' database; modules that try both kinds name `store_url` instead."""
    return sqlite_url


@pytest.fixture
def config(google: FakeGoogle, database_url: str) -> Config:
    return salon_config(google, database_url)


@pytest.fixture
def start(config: Config, clock: PresentClock) -> Iterator[Callable[..., Process]]:
    """Start another server process on the same database."""
    started: list[Process] = []

    def begin(other: Config | None = None) -> Process:
        started.append(Process(other or config, clock))
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
