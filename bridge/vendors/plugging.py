"""Sets up the vendors of a configuration: their accounts' connections, and their accounts' providers."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta

from bridge.config import Config
from bridge.connections import Connections, Use
from bridge.connections.accounts import Key
from bridge.connections.context import ConnectionContext
from bridge.model import CalendarName
from bridge.vendors.contract import Outside, Plugged, Vendor
from providers.base import CalendarProvider
from providers.errors import ConnectionExpired


def plug_in(config: Config, vendors: Mapping[str, Vendor], outside: Outside) -> dict[str, Plugged]:
    """Return the vendors that the configuration sets up. ConfigError: one of them cannot be."""
    found = {name: vendor.plug(config, outside) for name, vendor in vendors.items()}
    return {name: plugged for name, plugged in found.items() if plugged is not None}


def refreshed_by(plugged: Mapping[str, Plugged]) -> dict[str, Callable[[], timedelta]]:
    """Return what reads the calendars that are read beforehand, by their whole names."""
    return {name: read for each in plugged.values() for name, read in each.refreshed.items()}


def connections_of(
    config: Config,
    plugged: Mapping[str, Plugged],
    around: ConnectionContext,
    vendors: Mapping[str, Vendor],
) -> Connections:
    """Return the connections of all accounts that a configuration may use."""
    uses: dict[Key, list[Use]] = defaultdict(list)
    for host in config.attending.values():
        for name in host.calendars:
            if name.account:
                shown = vendors[name.provider].shown(name.calendar)
                use = Use(host.name, shown, takes_bookings=name == host.booking_calendar)
                uses[name.provider, name.account].append(use)
    return Connections(
        around,
        {name: each.connect for name, each in plugged.items() if each.connect},
        uses={key: tuple(found) for key, found in uses.items()},
        delegations={name: each.delegation for name, each in plugged.items() if each.delegation},
    )


class OpenedAccounts:
    """Provider objects by account, made when first asked for."""

    def __init__(self, plugged: Mapping[str, Plugged], connections: Connections) -> None:
        self._plugged = plugged
        self._connections = connections
        self._opened: dict[Key, CalendarProvider] = {}
        self._lock = threading.Lock()

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        """Return the account's provider. ConnectionExpired: its vendor is not configured."""
        key = (calendar.provider, calendar.account)
        with self._lock:
            if key not in self._opened:
                plugged = self._plugged.get(calendar.provider)
                if plugged is None:
                    why = "this vendor is not set up in the configuration"
                    raise ConnectionExpired(calendar.provider, "open", why)
                self._opened[key] = plugged.open(calendar.account, self._connections.token_source(*key))
            return self._opened[key]
