"""Commands for the embedded calendars."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.app import Bridge
from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.local_calendar.importing import import_ics
from bridge.vendors.local import feed_titles


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
        done = import_ics(bridge.store, name, _content(file))
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
