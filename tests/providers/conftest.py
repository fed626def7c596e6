"""Fixtures of the providers' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.google import ANNA, TEAM
from tests.vendors.google import FakeGoogle


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """Return a fake Google with one account and two calendars."""
    with FakeGoogle() as fake:
        fake.add_account(ANNA, calendars=[TEAM])
        yield fake
