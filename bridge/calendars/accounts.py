"""Which provider object answers for a calendar of the configuration."""

from __future__ import annotations

from typing import Protocol

from bridge.model import CalendarName
from providers.base import CalendarProvider


class Accounts(Protocol):
    """Opens accounts; the same account is the same object for as long as its connection lives."""

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        """Return the account's provider. ProviderError: it is not connected, or needs reconnecting."""
