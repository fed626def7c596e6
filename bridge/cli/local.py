"""Commands for the embedded calendars."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.local_calendar.importing import import_ics
from bridge.parts import Bridge
from bridge.vendors.local import Local, feed_titles


@click.group()
def local() -> None:
    """Work with the embedded calendars."""


@local.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--calendar", required=True, help='An embedded calendar\'s name: "anna" for local:anna.')
@json_option
@config_option
@click.pass_obj
def import_file(session: Session, file: Path, calendar: str) -> None:
    """Put an iCalendar file's events into an embedded calendar; again is the same once."""
    with session.bridge() as bridge:
        name = _known(bridge, calendar.removeprefix("local:"))
        done = import_ics(bridge.imported, name, _content(file), bridge.context.now())
    value = {
        "added": done.added,
        "replaced": done.replaced,
        "unchanged": done.unchanged,
        "skipped": [{"uid": uid, "reason": reason} for uid, reason in done.skipped],
    }
    said = f"local:{name}: {done.added} added, {done.replaced} replaced, {done.unchanged} unchanged."
    skipped = [f"Skipped, and so blocking nobody's time: {uid}: {reason}." for uid, reason in done.skipped]
    session.output.result(value, said, *skipped)


def _known(bridge: Bridge, name: str) -> str:
    """Return the calendar's name. Refused: no host has it."""
    known = sorted(feed_titles(bridge.config))
    if name in known:
        return name
    listed = ", ".join(known) or "none"
    raise Refused(f'no host has a calendar "local:{name}"; there are: {listed}', Exit.NOT_FOUND)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", Exit.NOT_FOUND) from None


@click.command()
@click.argument("host")
@click.option("--renew", is_flag=True, help="Make another address; who has the former one sees nothing more.")
@json_option
@config_option
@click.pass_obj
def feed(session: Session, host: str, renew: bool) -> None:
    """Print the secret address under which HOST's embedded calendar can be subscribed to."""
    with session.bridge() as bridge:
        section = bridge.config.bridge
        found = bridge.config.hosts.get(host)
        name = found.booking_calendar if found else None
        if name is None or name.provider != Local.name:
            raise Refused(_no_feed(bridge, host), Exit.NOT_FOUND)
        if renew:
            bridge.feeds.renew(name.calendar)
        keys = [key.get_secret_value() for key in section.secret_keys]
        path = bridge.feeds.path(keys, name.calendar)
    address = f"{section.public_url}{path}"
    said = "The former address shows nothing any more." if renew else "Whoever has it can read the calendar."
    session.output.note(said)
    session.output.result({"host": host, "calendar": str(name), "address": address}, address)


def _no_feed(bridge: Bridge, host: str) -> str:
    if host in bridge.config.hosts:
        calendar = bridge.config.hosts[host].booking_calendar
        return f"{host}'s appointments are in {calendar}; only embedded calendars have a feed of their own"
    return f'there is no host "{host}"; there are: {", ".join(bridge.config.hosts)}'
