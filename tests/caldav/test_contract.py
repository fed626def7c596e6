"""CalDAV's provider fulfils the contract: at servers as they are, and at one with iCloud's quirks.

Of the real ones Radicale is asked whatever a server has a part in, Xandikos what depends on its versions,
which it keeps in git.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.caldav.account import ServedAccount
from tests.contracts.account import AccountUnderTest
from tests.contracts.provider import ProviderContract
from tests.contracts.provider_changing import CancelContract, ChangesContract, MoveContract
from tests.contracts.provider_creating import CreateContract
from tests.contracts.provider_finding import FindContract
from tests.contracts.provider_reading import FreeBusyContract
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.caldav.radicale import ServedByRadicale
from tests.vendors.caldav.xandikos import ServedByXandikos


class TestRadicale(
    FreeBusyContract, CreateContract, FindContract, MoveContract, CancelContract, ChangesContract
):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with ServedByRadicale() as served:
            yield ServedAccount(served)


class TestXandikos(MoveContract, ChangesContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with ServedByXandikos() as served:
            yield ServedAccount(served)


class TestICloud(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with ServedByICloud() as served:
            yield ServedAccount(served)


class AccountWithoutTokens(ServedAccount):
    """A server that tells of no changes: versions are compared."""

    def expire(self, cursor: str) -> str:
        return json.dumps({"mark": "lost"})


class TestWithoutTokens(ChangesContract):
    @pytest.fixture(params=["marks", "nothing"])
    def account(self, request: pytest.FixtureRequest) -> Iterator[AccountUnderTest]:
        with ServedByICloud() as served:
            served.keeps_tokens, served.keeps_marks = False, request.param == "marks"
            yield AccountWithoutTokens(served)
