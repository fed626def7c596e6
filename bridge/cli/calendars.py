"""`bridge calendars`: each account's calendars, with the name to copy into the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.model import CalendarName
from bridge.parts import Bridge
from bridge.service.account_calendars import AccountCalendars
from bridge.speech.explained import plain
from bridge.vendors.local import feed_titles
from providers.errors import ProviderError


@click.command()
@json_option
@config_option
@click.pass_obj
def calendars(session: Session) -> None:
    """List every connected account's calendars, each by the name that the configuration knows it by.

    Copy a name into booking_calendar or busy_calendars of a host.
    """
    with session.bridge() as bridge:
        found = [*_found(bridge)]
    rows = [[each["name"] or "-", each["title"], _may(each), ", ".join(each["hosts"])] for each in found]
    nothing = "No account is connected, and no host has an embedded calendar."
    grid = Grid("Calendars", ["name to copy", "title", "bookings", "used by"], rows)
    session.output.result(found, grid if rows else nothing)


def _found(bridge: Bridge) -> Iterator[dict[str, Any]]:
    for name, title in sorted(feed_titles(bridge.config).items()):
        yield _told(bridge, CalendarName("local", "", name), title, can_write=True)
    directory = AccountCalendars(bridge.context)
    for account in bridge.connections.list():
        try:
            listed = directory.of(account.provider, account.account)
        except ProviderError as error:
            name = f"{account.provider}:{account.account}"
            problem = f"cannot be listed: {plain(error.detail)}"
            yield {"name": "", "title": name, "can_write": False, "hosts": [], "problem": problem}
            continue
        for each in listed:
            yield _told(bridge, each.name, each.title, can_write=each.can_write)


def _told(bridge: Bridge, name: CalendarName, title: str, *, can_write: bool) -> dict[str, Any]:
    hosts = [host.id for host in bridge.config.hosts.values() if name in host.calendars]
    return {"name": str(name), "title": title, "can_write": can_write, "hosts": hosts, "problem": None}


def _may(told: dict[str, Any]) -> str:
    return told["problem"] or ("can be written" if told["can_write"] else "only looked at")
