"""Opens the accounts that the configuration names, each once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from bridge.config import Config, GoogleSection, MicrosoftSection
from bridge.connections import Connections
from bridge.local_calendar import LocalCalendars
from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.vendors.wiring import google_settings, microsoft_settings
from providers.base import CalendarProvider
from providers.errors import ConnectionExpired
from providers.google import GoogleCalendars, Lines
from providers.http import Clocks
from providers.microsoft import Mailboxes, MicrosoftCalendars
from providers.tokens import TokenSource

# How to make an account's provider from its address and its tokens.
Opener = Callable[[str, TokenSource], CalendarProvider]


class OpenedAccounts:
    """Provider objects by account, made when first asked for."""

    def __init__(
        self, local: LocalCalendars, connections: Connections, openers: Mapping[str, Opener]
    ) -> None:
        self._local = local
        self._connections = connections
        self._openers = openers
        self._opened: dict[tuple[str, str], CalendarProvider] = {}
        self._lock = threading.Lock()

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        """Return the account's provider. ConnectionExpired: its vendor is not configured."""
        if calendar.provider == "local":
            return self._local
        key = (calendar.provider, calendar.account)
        with self._lock:
            if key not in self._opened:
                self._opened[key] = self._open(*key)
            return self._opened[key]

    def _open(self, provider: str, account: str) -> CalendarProvider:
        opener = self._openers.get(provider)
        if opener is None:
            raise ConnectionExpired(provider, "open", "this vendor is not set up in the configuration")
        return opener(account, self._connections.token_source(provider, account))


def local_calendars(config: Config, store: Store) -> LocalCalendars:
    """Return the embedded calendars that the configuration names, each in its host's zone."""
    zones: dict[str, str] = {}
    for host in config.hosts.values():
        for name in host.calendars:
            if name.provider == "local" and (name == host.booking_calendar or name.calendar not in zones):
                zones[name.calendar] = str(host.timezone)
    return LocalCalendars(store, zones)


def feed_titles(config: Config) -> dict[str, str]:
    """Return how people call each embedded calendar: by its host, else by its own name."""
    titles = {
        name.calendar: name.calendar
        for host in config.hosts.values()
        for name in host.calendars
        if name.provider == "local"
    }
    for host in config.hosts.values():
        if host.booking_calendar.provider == "local":
            titles[host.booking_calendar.calendar] = host.name
    return titles


def openers(config: Config, clocks: Clocks, *, ca_bundle: str | None = None) -> dict[str, Opener]:
    """Return how accounts of each configured vendor are opened."""
    found: dict[str, Opener] = {}
    if config.google is not None:
        found["google"] = _google_opener(config.google, clocks)
    if config.microsoft is not None:
        found["microsoft"] = _microsoft_opener(config.microsoft, clocks, ca_bundle)
    return found


def _google_opener(section: GoogleSection, clocks: Clocks) -> Opener:
    settings, lines = google_settings(section), Lines(clocks.monotonic)
    spread = section.service_account_file is not None
    return lambda account, tokens: GoogleCalendars(
        account, tokens, settings, clocks=clocks, lines=lines, spread_quota=spread
    )


def _microsoft_opener(section: MicrosoftSection, clocks: Clocks, ca_bundle: str | None) -> Opener:
    settings, mailboxes = microsoft_settings(section, ca_bundle), Mailboxes(clocks.monotonic, ca_bundle)
    return lambda account, tokens: MicrosoftCalendars(
        account, tokens, settings, clocks=clocks, mailboxes=mailboxes
    )
