"""Commands that set a bridge up: its configuration, database, password and embedded calendars."""

from __future__ import annotations

import locale
import secrets
from pathlib import Path

import click
from werkzeug.security import generate_password_hash

from bridge.cli.machine import local_timezone
from bridge.cli.opening import Session, json_option, refusals
from bridge.cli.output import Exit
from bridge.config import starter_config
from bridge.local_calendar.importing import import_ics
from bridge.store.migrate import migrate as migrate_database

_SHORTEST_PASSWORD = 10


@click.command()
@click.option("--force", is_flag=True, help="Overwrite a configuration that is there.")
@click.pass_obj
def init(session: Session, force: bool) -> None:
    """Write a working configuration with generated secrets, on the embedded calendar."""
    path, output = session.config_path, session.output
    text = starter_config(
        timezone=local_timezone(),
        locale=_locale(),
        secret_key=secrets.token_hex(32),
        api_key=secrets.token_hex(24),
    )
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            path.chmod(0o600)  # it holds secrets
            file.write(text)
    except FileExistsError:
        output.fail(f"{path} is there already; --force overwrites it.")
    except OSError as error:
        output.fail(f"{path} cannot be written: {error.strerror}.")
    output.say(
        f"{path} is written. Next: `bridge migrate`, then `bridge check`; put telli's API key into it."
    )


@click.command()
@json_option
@click.pass_obj
def migrate(session: Session) -> None:
    """Bring the database up to date (SQLite after a copy of the file)."""
    with refusals(session.output):
        done = migrate_database(session.config().bridge.database_url.get_secret_value())
        value = {
            "from": done.from_revision,
            "to": done.to_revision,
            "copy": str(done.copy) if done.copy else None,
        }
        copied = f" The database as it was: {done.copy}." if done.copy else ""
        said = (
            f"The database is at revision {done.to_revision} now.{copied}"
            if done.changed
            else "Nothing to do."
        )
        session.output.result(value, sentence=said)


@click.command("admin-password")
@click.pass_obj
def admin_password(session: Session) -> None:
    """Ask for a password and print its hash for the configuration."""
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < _SHORTEST_PASSWORD:
        session.output.fail(
            f"Take at least {_SHORTEST_PASSWORD} characters; a short sentence is easy to keep in mind."
        )
    click.echo(generate_password_hash(password))


@click.group()
def local() -> None:
    """Work with the embedded calendars."""


@local.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--calendar", required=True, help='An embedded calendar\'s name: "anna" for local:anna.')
@json_option
@click.pass_obj
def import_file(session: Session, file: Path, calendar: str) -> None:
    """Put an iCalendar file's events into an embedded calendar; again is the same once."""
    with refusals(session.output), session.bridge() as bridge:
        name = calendar.removeprefix("local:")
        known = sorted(
            {
                each.calendar
                for host in bridge.config.hosts.values()
                for each in host.calendars
                if each.provider == "local"
            }
        )
        if name not in known:
            listed = ", ".join(known) or "none"
            session.output.fail(
                f'No host has a calendar "local:{name}"; there are: {listed}.', Exit.NOT_FOUND
            )
        try:
            content = file.read_bytes()
        except OSError as error:
            session.output.fail(f"{file} cannot be read: {error.strerror}.", Exit.NOT_FOUND)
        done = import_ics(bridge.store, name, content)
        value = {
            "added": done.added,
            "replaced": done.replaced,
            "unchanged": done.unchanged,
            "skipped": [{"uid": uid, "reason": reason} for uid, reason in done.skipped],
        }
        said = f"{done.added} added, {done.replaced} replaced, {done.unchanged} unchanged."
        session.output.result(
            value, sentence="\n".join([said, *(f"Skipped {uid}: {reason}" for uid, reason in done.skipped)])
        )


def _locale() -> str:
    language = (locale.getlocale()[0] or "").replace("-", "_")
    return "de_DE" if language.startswith("de") else "en_US"
