"""The embedded calendars: kept in the bridge's own database, so nobody signs in and nobody pushes."""

from __future__ import annotations

from datetime import timedelta

from bridge.config import Config
from bridge.config.values.text import slug
from bridge.local_calendar import LocalCalendars
from bridge.model import CalendarName
from bridge.vendors.contract import Outside, Plugged, Vendor


class Local(Vendor):
    """The calendars named `local:<name>`."""

    name = "local"
    title = "Embedded calendar"
    also_called = ("embedded",)
    example = "local:anna"
    follow_every = timedelta(seconds=30)  # nobody pushes here, and asking costs nothing

    def check_calendar(self, name: CalendarName) -> None:
        """Let names pass that may stand in a feed's address."""
        if name.account:
            text = 'an embedded calendar is named "local:<name>", without a slash'
            raise ValueError(f"is no calendar's name: {text}")
        slug(name.calendar)

    def plug(self, config: Config, outside: Outside) -> Plugged:
        """Open all embedded calendars as one, each in its host's zone."""
        calendars = LocalCalendars(outside.store, _zones(config))
        return Plugged(open=lambda _account, _tokens: calendars)


def _zones(config: Config) -> dict[str, str]:
    zones: dict[str, str] = {}
    for host in config.hosts.values():
        for name in host.calendars:
            if name.provider == Local.name and (name == host.booking_calendar or name.calendar not in zones):
                zones[name.calendar] = str(host.schedule.timezone)
    return zones


def feed_titles(config: Config) -> dict[str, str]:
    """Return how people call each embedded calendar: by its host, else by its own name."""
    titles = {name: name for name in _zones(config)}
    for host in config.hosts.values():
        if host.booking_calendar.provider == Local.name:
            titles[host.booking_calendar.calendar] = host.name
    return titles
