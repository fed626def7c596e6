"""Test classes that every implementation of a contract inherits."""

import pytest

# pytest explains failing asserts only in modules it knows to hold tests.
pytest.register_assert_rewrite(
    "tests.contracts.account",
    "tests.contracts.provider_changing",
    "tests.contracts.provider_creating",
    "tests.contracts.provider_faults",
    "tests.contracts.provider_finding",
    "tests.contracts.provider_reading",
)
