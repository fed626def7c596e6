"""Counts the requests to each account, and those that failed. It changes no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from bridge.calendars.accounts import Accounts
from bridge.journal.figures import Figures
from bridge.model import CalendarName
from providers.base import CalendarProvider
from providers.errors import ProviderError


class CountedAccounts:
    """The accounts of a bridge; embedded calendars have none, and are not counted."""

    def __init__(self, accounts: Accounts, figures: Figures) -> None:
        self._accounts = accounts
        self._figures = figures
        self._counted: dict[tuple[str, str], _Counted] = {}

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        """Return the account's provider. ProviderError: it is not connected, or needs reconnecting."""
        provider = self._accounts.provider(calendar)
        if not calendar.account:
            return provider
        key = (calendar.provider, calendar.account)
        known = self._counted.get(key)
        if known is None or known.provider is not provider:
            known = self._counted[key] = _Counted(provider, self._figures, *key)
        return cast("CalendarProvider", known)


class _Counted:
    """A provider whose every method counts."""

    def __init__(self, provider: CalendarProvider, figures: Figures, vendor: str, account: str) -> None:
        self.provider = provider
        self._figures = figures
        self._whose = {"vendor": vendor, "account": account}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.provider, name)
        return self._counting(name, found) if callable(found) else found

    def _counting(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **more: Any) -> Any:
            self._figures.add("bridge_vendor_requests", **self._whose, operation=name)
            try:
                answer = ask(*args, **more)
            except ProviderError as error:
                self._failed(error)
                raise
            for each in answer.values() if isinstance(answer, Mapping) else ():
                if isinstance(each, ProviderError):  # free/busy tells of each calendar by itself
                    self._failed(each)
            return answer

        return asked

    def _failed(self, error: ProviderError) -> None:
        self._figures.add("bridge_vendor_errors", **self._whose, error=type(error).__name__)
