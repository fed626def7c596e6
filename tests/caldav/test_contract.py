"""CalDAV's provider fulfils the contract, at servers as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.caldav.account import ServedAccount
from tests.contracts.account import AccountUnderTest
from tests.contracts.provider import ProviderContract
from tests.vendors.caldav.radicale import ServedByRadicale


class TestRadicale(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with ServedByRadicale() as served:
            yield ServedAccount(served, {title: served.path(title) for title in ("Work", "Home")})
