"""The embedded calendars: kept in the bridge's own database, so nobody signs in and nobody pushes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bridge.config import Config
from bridge.config.values.text import slug
from bridge.local_calendar.cursor import read_cursor, write_cursor
from bridge.local_calendar.keeping import ImportedTime
from bridge.local_calendar.provider import LocalCalendars
from bridge.model import CalendarName
from bridge.said import Unfit
from bridge.store.engine import Store
from bridge.store.sql import local_events, revisions
from bridge.vendors.contract import Outside, Plugged, Vendor


class Local(Vendor):
    """The calendars named `local:<name>`."""

    name = "local"
    title = "Embedded calendar"
    also_called = ("embedded",)
    example = "local:anna"
    can_invite = False
    is_surveyed = True  # 2,000 calendars polled one by one took 24 % of a core
    can_relocate = False
    follow_every = timedelta(seconds=30)  # nobody pushes here, and asking costs nothing

    def check_calendar(self, name: CalendarName) -> None:
        """Let names pass that may stand in a feed's address."""
        if name.account:
            raise Unfit(
                'is no calendar\'s name: an embedded calendar is named "local:<name>", without a slash'
            )
        slug(name.calendar)

    def plug(self, config: Config, outside: Outside) -> Plugged:
        """Open all embedded calendars as one, each in its host's zone."""
        calendars = LocalCalendars(outside.store, _zones(config))
        return Plugged(open=lambda _account, _tokens: calendars)

    def changed_since(self, connection: Connection, mark: str | None) -> tuple[frozenset[str], str]:
        """Compare revisions; where nothing changed, no event is looked at."""
        current = revisions.current(connection, revisions.LOCAL)
        since = read_cursor(mark, current)
        if since == current:
            return frozenset(), write_cursor(current)
        return local_events.changed_calendars(connection, since or 0), write_cursor(current)

    def has_read_past(self, cursor: str, change: int) -> bool:
        """Compare revisions; a foreign cursor says nothing of where it was read to."""
        return read_cursor(cursor, change) is None


def _zones(config: Config) -> dict[str, str]:
    zones: dict[str, str] = {}
    for host in config.attending.values():
        for name in host.calendars:
            if name.provider == Local.name and (name == host.booking_calendar or name.calendar not in zones):
                zones[name.calendar] = str(host.schedule.timezone)
    return zones


def imported_time(config: Config, store: Store) -> ImportedTime:
    """Return what keeps the imports' busy time, as far ahead as any event type may be booked."""
    ahead = max((event_type.horizon_days for event_type in config.event_types.values()), default=0)
    return ImportedTime(store, _zones(config), timedelta(days=ahead))


def feed_hosts(config: Config) -> dict[str, list[str]]:
    """Return whose appointments go into each embedded calendar."""
    hosts: dict[str, list[str]] = {}
    for host in config.hosts.values():
        if host.booking_calendar.provider == Local.name:
            hosts.setdefault(host.booking_calendar.calendar, []).append(host.id)
    return hosts


def feed_titles(config: Config) -> dict[str, str]:
    """Return how people call each embedded calendar: by its host, else by its own name."""
    titles = {name: name for name in _zones(config)}
    for host in config.attending.values():
        if host.booking_calendar.provider == Local.name:
            titles[host.booking_calendar.calendar] = host.name
    return titles
