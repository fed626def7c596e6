"""Fixtures of the providers' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

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


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority that nobody else knows."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """Return the file by which clients know it."""
    place = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(place))
    return str(place)
