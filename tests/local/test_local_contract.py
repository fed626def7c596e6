from __future__ import annotations

from tests.contracts.provider import ProviderContract


class TestLocalCalendars(ProviderContract):
    """The embedded calendars fulfil the contract of every calendar."""
