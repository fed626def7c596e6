"""Opens the accounts that the configuration names, each once."""

from __future__ import annotations

from bridge.config import Config
from bridge.local_calendar import LocalCalendars
from bridge.model import CalendarName
from bridge.store.engine import Store
from providers.base import CalendarProvider
from providers.errors import ConnectionExpired


class OpenedAccounts:
    """Provider objects by account, made when first asked for."""

    def __init__(self, config: Config, store: Store) -> None:
        named = {
            name for host in config.hosts.values() for name in host.calendars if name.provider == "local"
        }
        zones = {name.calendar: str(config.bridge.timezone) for name in named}
        for host in config.hosts.values():
            if host.booking_calendar.provider == "local":
                zones[host.booking_calendar.calendar] = str(host.timezone)
        self._local = LocalCalendars(store, zones)

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        """Return the account's provider. ConnectionExpired: it is not connected."""
        if calendar.provider == "local":
            return self._local
        raise ConnectionExpired(calendar.provider, "open", "the account is not connected")
