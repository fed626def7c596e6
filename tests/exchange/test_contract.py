"""Exchange's provider fulfils the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.account import AccountUnderTest
from tests.contracts.provider import ProviderContract
from tests.exchange.account import MailboxAccount
from tests.vendors.exchange import FakeExchange


class TestExchange(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with FakeExchange() as exchange:
            yield MailboxAccount(exchange)
