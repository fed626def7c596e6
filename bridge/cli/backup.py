"""`bridge backup` and `bridge restore`: everything the database holds, in one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click
from pydantic import SecretStr

from bridge.cli.instants import local_text
from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.config import Config
from bridge.model import BookingState
from bridge.parts import Bridge
from bridge.service.pid_file import holder
from bridge.service.since_backup import Change, Difference, differences
from bridge.service.system import note_backup
from bridge.store.backup import (
    Backup,
    Rows,
    is_empty,
    perhaps_sent,
    put_back,
    read_file,
    read_rows,
    write_file,
)
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from bridge.surroundings import utc_now

_SAID = {
    Change.MADE: "made since: it stays in the calendar and blocks its time, but callers cannot change it",
    Change.MOVED: "moved since: the bridge follows as soon as it runs",
    Change.GONE: "not in the calendar any more: if it was cancelled, `bridge cancel {id}` frees its time",
    Change.UNKNOWN: "cannot be read: what happened there since the backup is not known",
}


@click.command()
@json_option
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(session: Session, file: Path) -> None:
    """Write everything the database holds into FILE, also while the bridge runs.

    FILE holds callers' names and the sealed tokens of accounts: keep it to yourself. What it is worth depends
    on [bridge] secret_key, which is not in it.
    """
    with session.bridge() as bridge:
        made = Backup(utc_now(), version("calendar-bridge"), read_rows(bridge.store))
        try:
            write_file(made, file)
        except FileExistsError:
            raise Refused(f"{file} is there already; choose another name") from None
        note_backup(bridge.store, made)
    count = len(made.rows["bookings"])
    session.output.result(
        {"status": "success", "file": str(file), "bookings": count},
        f"{file} holds {count} bookings. Keep [bridge] secret_key with it, elsewhere.",
    )


@click.command()
@json_option
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.pass_obj
def restore(session: Session, file: Path, yes: bool) -> None:
    """Put back what FILE holds, into an empty database, while no server runs.

    Shows first what happened after the backup, as far as the calendars tell.
    """
    if not file.exists():
        raise Refused(f"there is no file {file}", Exit.NOT_FOUND)
    config = session.config()
    if holder(config.server.pid_file) is not None:
        raise Refused("a bridge is served from this configuration; stop it first")
    found = read_file(file)
    url = config.bridge.database_url.get_secret_value()
    migrate(url)
    with closing(Store(url)) as store:
        with store.read() as connection:
            if not is_empty(connection):
                raise Refused("the database is not empty; name another one by bridge.database_url")
        session.output.say(
            f"Made by version {found.version}, {local_text(found.made_at, config.bridge.timezone)}."
        )
        with _tried(config, found.rows) as bridge:
            for each in _differences(bridge):
                session.output.say(_told(each, config))
            rows = read_rows(bridge.store)  # tokens may have been renewed while the calendars were read
        if not yes:
            click.confirm(f"Write {len(rows['bookings'])} bookings into the database?", abort=True)
        with store.write() as connection:
            put_back(connection, rows, utc_now())
    if unsure := perhaps_sent(rows):
        session.output.say(
            f"{unsure} messages may have been sent since the backup, and are not sent by themselves: "
            "`bridge followups` shows them, `bridge followups retry ID` sends one."
        )
    session.output.result(
        {"status": "success", "bookings": len(rows["bookings"])},
        "Everything is put back. `bridge check` tells whether the accounts still work.",
    )


@contextmanager
def _tried(config: Config, rows: Rows) -> Iterator[Bridge]:
    """Open the bridge on a passing database with these rows."""
    with tempfile.TemporaryDirectory(prefix="bridge-restore-") as folder:
        url = f"sqlite:///{folder}/bridge.db"
        migrate(url)
        section = config.bridge.model_copy(update={"database_url": SecretStr(url)})
        bridge = Bridge(replace(config, bridge=section))
        try:
            with bridge.store.write() as connection:
                put_back(connection, rows, utc_now())
            yield bridge
        finally:
            bridge.stop()


def _differences(bridge: Bridge) -> Iterator[Difference]:
    to_come = {
        booking.id: booking
        for booking in bridge.reception.bookings(states=[BookingState.CONFIRMED, BookingState.HELD])
        if booking.interval.start > bridge.context.now()
    }
    return differences(bridge.context, to_come)


def _told(each: Difference, config: Config) -> str:
    if each.interval is None:
        return f"  {each.calendar}: {_SAID[each.change]}"
    when = local_text(each.interval.start, config.bridge.timezone)
    said = _SAID[each.change].format(id=each.booking_id)
    return f"  {when}, {each.calendar}, booking {each.booking_id}: {said}"
