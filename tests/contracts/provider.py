"""The contract every calendar fulfils, as tests that each implementation inherits."""

from __future__ import annotations

from tests.contracts.provider_changing import (
    AmendContract,
    CancelContract,
    ChangesContract,
    MoveContract,
)
from tests.contracts.provider_creating import CreateContract
from tests.contracts.provider_faults import FaultsContract
from tests.contracts.provider_finding import ByKeyContract, FindContract
from tests.contracts.provider_pushing import PushContract
from tests.contracts.provider_reading import BusyPolicyContract, FreeBusyContract, WithoutContract


class ProviderContract(
    FreeBusyContract,
    BusyPolicyContract,
    WithoutContract,
    CreateContract,
    FindContract,
    MoveContract,
    AmendContract,
    CancelContract,
    ChangesContract,
    PushContract,
    ByKeyContract,
    FaultsContract,
):
    """Everything asked of a calendar, in good days and bad.

    An implementation subclasses this as `Test...` and gives a fixture `account` with its
    `AccountUnderTest`, fresh for each test: two empty calendars in zone Europe/Berlin, the hooks by
    which people and faults act, and `make_provider()`. Nothing else is needed:

        class TestGoogle(ProviderContract):
            @pytest.fixture
            def account(self, tmp_path: Path) -> Iterator[AccountUnderTest]:
                with running_fake() as fake:
                    yield GoogleAccount(fake)

    The hooks' meanings stand at `tests.contracts.account.AccountUnderTest`. Tests run in any order, in
    parallel, and look at dates between October 2026 and June 2027.
    """
