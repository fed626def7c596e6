"""`bridge demo`: a whole bridge on embedded calendars, in a folder of its own, until it is stopped."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import click
from werkzeug.security import generate_password_hash

from bridge.cli.child_server import serve
from bridge.cli.demo_letter_box import LetterBox, letter_box
from bridge.cli.demo_life import live
from bridge.cli.instants import local_text
from bridge.cli.machine import free_port, local_language, local_timezone
from bridge.cli.output import Output, Refused
from bridge.cli.request import signed_request
from bridge.cli.session import Session, json_option
from bridge.config import Config, load_config
from bridge.errors import ConfigError
from bridge.local_calendar.importing import import_ics
from bridge.model import Slot
from bridge.parts import Bridge
from bridge.service.signing import HEADER
from bridge.speech.instants import format_instant
from bridge.store.migrate import migrate
from bridge.vendors.registry import VENDORS

_PORT = 8000
_TITLES = {
    "en": ("30-minute consultation", "First visit, one hour"),
    "de": ("Beratung, 30 Minuten", "Erstgespräch, eine Stunde"),
}
_FIRST_LINE = "# The demo's configuration"  # by which a folder is known to be a demo's


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to serve on (default: 8000, or a free one)."
)
@click.option("--folder", type=click.Path(path_type=Path), help="Where to keep it (default: a new one).")
@json_option
@click.pass_obj
def demo(session: Session, port: int | None, folder: Path | None) -> None:
    """Run a bridge on embedded calendars with a small team; needs no account and no configuration.

    Started again on the same folder it goes on with the bookings that are there.
    """
    output = session.output
    served_on = free_port(port) if port else free_port(_PORT, 0)
    if served_on is None:
        raise Refused(f"port {port} is taken; choose another one, or leave --port out")
    home = _home(folder)
    try:
        with letter_box() as box:
            raise SystemExit(_run(output, home, served_on, box))
    finally:
        output.say(f"\nThe demo has stopped. What it kept lies in {home}")


def _run(output: Output, home: Path, port: int, box: LetterBox) -> int:
    password = secrets.token_urlsafe(9)
    config_path = _write_config(home, port, password, box)
    config = load_config(config_path, {}, VENDORS)
    migrate(config.bridge.database_url.get_secret_value())
    slots = _brought_to_life(config, box)
    value = {
        "status": "serving",
        "address": config.bridge.public_url,
        "config": str(config_path),
        "password": password,
        "letter_box": box.url,
        "event_types": list(config.event_types),
    }
    told = "\n".join(_told(config, slots, home, password, box))
    return serve(config_path, port, lambda: output.result(value, told))


def _home(folder: Path | None) -> Path:
    """Return the folder to keep the demo in. Refused: it cannot be made, or holds something else."""
    try:
        home = folder or Path(tempfile.mkdtemp(prefix="bridge-demo-"))
        home.mkdir(parents=True, exist_ok=True)
        config = home / "config.toml"
        if config.exists() and not config.read_text(encoding="utf-8", errors="replace").startswith(
            _FIRST_LINE
        ):
            raise Refused(f"{config} is not a demo's; choose another folder, or leave --folder out")
    except OSError as error:
        raise Refused(f"{folder or 'a new folder'} cannot be used: {error.strerror}") from None
    return home


def _write_config(home: Path, port: int, password: str, box: LetterBox) -> Path:
    path = home / "config.toml"
    secret, key = _kept(path) or (secrets.token_hex(32), secrets.token_hex(16))
    template = (files("bridge.cli") / "demo.toml").read_text(encoding="utf-8")
    locale = local_language(os.environ)
    consultation, first_visit = _TITLES.get(locale[:2], _TITLES["en"])
    path.touch(mode=0o600)
    path.write_text(
        template.replace("@PORT@", str(port))
        .replace("@MAIL_PORT@", str(box.mail_port))
        .replace("@BOX@", box.url)
        .replace("@SECRET@", secret)
        .replace("@API_KEY@", key)
        .replace("@PASSWORD_HASH@", generate_password_hash(password))
        .replace("@TIMEZONE@", local_timezone(os.environ))
        .replace("@LOCALE@", locale)
        .replace("@CONSULTATION@", consultation)
        .replace("@FIRST_VISIT@", first_visit),
        encoding="utf-8",
    )
    return path


def _kept(path: Path) -> tuple[str, str] | None:
    """Return the secret and the API key of an earlier demo in the same folder, so that both go on working."""
    try:
        config = load_config(path, {}, VENDORS)
    except ConfigError:
        return None
    return config.bridge.secret_keys[0].get_secret_value(), config.telli.api_keys[0].get_secret_value()


def _brought_to_life(config: Config, box: LetterBox) -> Sequence[Slot]:
    """Give a new demo busy calendars and a past week; return what is offered now."""
    with _opened(config) as bridge:
        _fill_calendars(bridge)
        is_new = not bridge.reception.bookings()
    if is_new:
        live(config, box.google)
    with _opened(config) as bridge:
        return bridge.reception.offer(next(iter(config.event_types.values()))).slots


@contextmanager
def _opened(config: Config) -> Iterator[Bridge]:
    bridge = Bridge(config)
    try:
        yield bridge
    finally:
        bridge.stop()


def _fill_calendars(bridge: Bridge) -> None:
    """Give the hosts a few busy times in the coming days, by the import that owners use."""
    zone = bridge.config.bridge.timezone
    today = bridge.context.now().astimezone(zone).date()
    template = (files("bridge.cli") / "demo.ics").read_text(encoding="utf-8")
    for number, host in enumerate(bridge.config.hosts):
        first = today + timedelta(days=number)
        content = (
            template.replace("@HOST@", host).replace("@DAY@", f"{first:%Y%m%d}").replace("@ZONE@", str(zone))
        )
        import_ics(bridge.imported, host, content.encode(), bridge.context.now())


def _told(config: Config, slots: Sequence[Slot], home: Path, password: str, box: LetterBox) -> Iterator[str]:
    """Yield what to tell people: where the bridge is, and calls they can paste into another terminal."""
    event_type = next(iter(config.event_types.values()))
    named = ", ".join(f"{each.title} ({each.id})" for each in config.event_types.values())
    command = f"{shlex.quote(sys.argv[0])} --config {shlex.quote(str(home / 'config.toml'))}"
    caller: dict[str, object] = {
        "contact_id": "demo-caller",
        "external_contact_id": "",
        "contact_details": {"name": "Kim Example", "phone": "+49 30 1234567", "email": "kim@example.org"},
    }
    yield f"\nThe bridge answers at {config.bridge.public_url} - stop it with Ctrl+C."
    yield f"Everything lies in {home}\n"
    yield f"Team: {', '.join(host.name for host in config.hosts.values())}"
    yield f"Event types: {named}"
    yield f"Password of the pages: {password}"
    yield f"Mail and webhooks that it sends: {box.url}\n"
    yield "What can be offered? (in another terminal)\n"
    yield _curl(config, event_type.id, "available", caller)
    if slots:
        yield f"\nBook {local_text(slots[0].start, event_type.timezone)}:\n"
        yield _curl(config, event_type.id, "book", {**caller, "start_iso": format_instant(slots[0].start)})
    yield f"\nLook behind it:\n\n  {command} bookings\n  {command} slots {event_type.id}\n"


def _curl(config: Config, event_type: str, question: str, payload: dict[str, object]) -> str:
    key = config.telli.api_keys[0].get_secret_value()
    path, body, signature = signed_request(event_type, question, payload, key)
    return (
        f"curl -sS {config.bridge.public_url}{path} \\\n"
        f"  -H 'content-type: application/json' \\\n"
        f"  -H '{HEADER}: {signature}' \\\n"
        f"  -d {shlex.quote(body.decode())}"
    )
