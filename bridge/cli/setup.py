"""Commands that set a bridge up: its configuration, its database and its password."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from bridge.cli.machine import local_language, local_timezone, names_zone
from bridge.cli.output import Refused
from bridge.cli.session import Session, config_option, json_option

_REASON = {
    True: "the zone of this machine",
    False: "since this machine names no zone; change it if it is wrong",
}
_SHORTEST_PASSWORD = 12


@click.command()
@click.option("--force", is_flag=True, help="Write it anew where there is one; that is kept beside it.")
@json_option
@config_option
@click.pass_obj
def init(session: Session, force: bool) -> None:
    """Write a working configuration with generated secrets, on the embedded calendar.

    Time zone and language are this machine's. `bridge check` and `bridge slots consultation` work at once.
    """
    from bridge.config import starter_config

    path, output = session.config_path, session.output
    zone = local_timezone(os.environ)
    text = starter_config(
        timezone=zone,
        locale=local_language(os.environ),
        secret_key=secrets.token_hex(32),
        api_key=secrets.token_hex(24),
    )
    former = _write(path, text, force=force)
    if former:
        output.note(f"The configuration that was there is {former} now; connections need its secret_key.")
    named = "" if path == Path("config.toml") else f" --config {path}"
    output.result(
        {"config": str(path), "former": str(former) if former else None},
        f"{path} is written. It holds secrets: keep it to yourself.",
        f"Times are read in {zone}, {_REASON[names_zone(os.environ)]}.",
        f"Try `bridge{named} check` and `bridge{named} slots consultation`.",
        "Before going live, put in your hosts, telli's API key and your public address.",
    )


@click.command()
@json_option
@config_option
@click.pass_obj
def migrate(session: Session) -> None:
    """Bring the database up to date (SQLite after a copy of the file).

    Needed for PostgreSQL after an update of the bridge; SQLite is brought up to date at every start.
    """
    from bridge.store.migrate import migrate as migrate_database

    done = migrate_database(session.config().bridge.database_url.get_secret_value(), repairs=True)
    value = {
        "from": done.from_revision,
        "to": done.to_revision,
        "copy": str(done.copy) if done.copy else None,
        "repaired": sorted(done.repaired),
        "double": [list(pair) for pair in done.double],
    }
    now = f"The database is at revision {done.to_revision}"
    said = [f"{now} now." if done.changed else f"{now} already; there was nothing to do."]
    if done.repaired:
        said.append(f"Constraints were missing, and are there again: {', '.join(sorted(done.repaired))}")
    said += [
        f"Bookings {first} and {second} lie over each other: please move or cancel one of them."
        for first, second in done.double
    ]
    if done.copy:
        said.append(f"The database as it was: {done.copy}")
    session.output.result(value, *said)


@click.command("admin-password")
@click.option("--totp", is_flag=True, help="Make a secret for one-time codes instead: a second factor.")
@json_option
@config_option
@click.pass_obj
def admin_password(session: Session, totp: bool) -> None:
    """Ask for a password and print its hash for the configuration.

    Where nobody sits at a terminal, the password is the first line of standard input.
    """
    from werkzeug.security import generate_password_hash

    if totp:
        _make_totp(session)
        return
    password = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if len(password) < _SHORTEST_PASSWORD:
        raise Refused(
            f"take at least {_SHORTEST_PASSWORD} characters; a short sentence is easy to keep in mind"
        )
    session.output.note("Put this line into the configuration, below a line [admin]:")
    made = generate_password_hash(password)
    session.output.result({"password_hash": made}, f'password_hash = "{made}"')


def _make_totp(session: Session) -> None:
    from pyotp import TOTP, random_base32

    secret = random_base32()
    address = TOTP(secret).provisioning_uri(name="admin", issuer_name="Calendar bridge")
    session.output.note("Type this key into an authenticator app, or make a QR code of the address below it:")
    session.output.note(f"  {' '.join(secret[at : at + 4] for at in range(0, len(secret), 4))}\n  {address}")
    session.output.note(
        "Then put this line into the configuration, below a line [admin]; from then on signing in asks for a "
        "code too:"
    )
    session.output.result({"totp_secret": secret, "address": address}, f'totp_secret = "{secret}"')


def _asked() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True))


def _write(path: Path, text: str, *, force: bool) -> Path | None:
    """Write the file for its owner's eyes only; return where a former one is kept."""
    former = path.with_name(f"{path.name}.before") if force and path.exists() else None
    try:
        if former:
            path.replace(former)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise Refused(
            f"{path} is there already; --force writes it anew and keeps the old one beside it"
        ) from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None
    return former
