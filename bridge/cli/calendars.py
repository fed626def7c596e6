"""`bridge calendars`: each account's calendars, with the name to copy into the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.model import CalendarName
from bridge.parts import Bridge
from bridge.service.check import in_words
from bridge.vendors.local import feed_titles
from providers.base import Deadline
from providers.errors import ProviderError

_SECONDS = 10.0


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
    embedded = {f"local:{name}": title for name, title in feed_titles(bridge.config).items()}
    for name, title in sorted(embedded.items()):
        yield _told(bridge, name, title, can_write=True)
    for account in bridge.connections.list():
        key = CalendarName(account.provider, account.account, "")
        try:
            deadline = Deadline(_SECONDS, bridge.context.monotonic)
            listed = bridge.accounts.provider(key).list_calendars(deadline=deadline)
        except ProviderError as error:
            problem = f"cannot be listed: {in_words(error.detail)}"
            yield {**_told(bridge, "", f"{key.provider}:{key.account}"), "problem": problem}
            continue
        main = bridge.vendors[account.provider].main_calendar
        for each in listed:
            calendar = main if each.is_primary and main else each.id
            name = str(CalendarName(account.provider, account.account, calendar))
            yield _told(bridge, name, each.name, can_write=each.can_write)


def _told(bridge: Bridge, name: str, title: str, *, can_write: bool = False) -> dict[str, Any]:
    hosts = [host.id for host in bridge.config.hosts.values() if name in map(str, host.calendars)]
    return {"name": name, "title": title, "can_write": can_write, "hosts": hosts, "problem": None}


def _may(told: dict[str, Any]) -> str:
    return told["problem"] or ("can be written" if told["can_write"] else "only looked at")
