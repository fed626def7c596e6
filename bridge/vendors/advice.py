"""Says in the owner's language what a calendar's failure means and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from bridge.model import CalendarName
from bridge.speech.language import Language
from bridge.vendors.contract import Plugged, Reached, Vendor
from providers.errors import ProviderError


class Adviser:
    """Asks each vendor's module, with the addresses that lead out of the trouble."""

    def __init__(
        self,
        vendors: Mapping[str, Vendor],
        plugged: Mapping[str, Plugged],
        language: Language,
        public_url: str,
    ) -> None:
        self._vendors = vendors
        self._plugged = plugged
        self._language = language
        self._public_url = public_url

    def advise(self, name: CalendarName, error: ProviderError, *, lasted: timedelta | None = None) -> str:
        """Return what its reader can do; `lasted` is how long a consent held that has ended just now."""
        reached = replace(self.reached(name), lasted=lasted)
        vendor = self._vendors[name.provider]
        places = {
            **vendor.places,
            "address": reached.connect_at,
            "approve": reached.approve_at,
            "account": name.account or name.calendar,
            "owner": vendor.shown(name.calendar) or name.account,
        }
        return self._language.translate(vendor.explain(error, reached)).format_map(places)

    def advise_ended(self, account: tuple[str, str], error: ProviderError, lasted: timedelta) -> str:
        """Return what to do about an account's consent that has ended after so long."""
        provider, address = account
        name = CalendarName(provider, address, self._vendors[provider].main_calendar)
        return self.advise(name, error, lasted=lasted)

    def reached(self, name: CalendarName) -> Reached:
        """Return how a calendar's account is reached."""
        plugged = self._plugged.get(name.provider)
        if plugged is None:
            return Reached()
        delegation = plugged.delegation
        page = f"{self._public_url}/connect/{name.provider}?account={quote(name.account, safe='@')}"
        return Reached(
            calendar=name.calendar,
            connect_at=page if plugged.connect else "",
            is_delegated=delegation is not None and delegation.covers(name.account),
            approve_at=plugged.approve_at,
        )
