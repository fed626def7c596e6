"""Fixtures of the providers' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.google import ANNA, TEAM
from tests.providers.microsoft import BEN
from tests.vendors.google import FakeGoogle
from tests.vendors.google.canned import Canned
from tests.vendors.microsoft import FakeMicrosoft


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """Return a fake Google with one account and two calendars."""
    with FakeGoogle() as fake:
        fake.add_account(ANNA, calendars=[TEAM])
        yield fake


@pytest.fixture
def canned() -> Iterator[Canned]:
    """Return a server that says what it is told, and nothing else."""
    with Canned() as server:
        yield server


@pytest.fixture
def ms() -> Iterator[FakeMicrosoft]:
    """Return a fake Microsoft with one work account and its default calendar."""
    with FakeMicrosoft() as fake:
        fake.add_account(BEN)
        yield fake
