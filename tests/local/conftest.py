"""What tests of the embedded calendar share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.account import LocalAccount


@pytest.fixture
def account(store_url: str) -> Iterator[LocalAccount]:
    """Two empty embedded calendars."""
    account = LocalAccount(store_url)
    yield account
    account.close()
