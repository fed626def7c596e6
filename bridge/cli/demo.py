"""`bridge demo`: a whole bridge on embedded calendars, in a folder of its own, until it is stopped."""

from __future__ import annotations

import secrets
import shlex
import sys
import tempfile
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import click
from werkzeug.security import generate_password_hash

from bridge.app import Bridge
from bridge.cli.instants import local_text
from bridge.cli.machine import free_port, local_timezone
from bridge.cli.output import Output
from bridge.cli.serving import serve
from bridge.cli.simulator import signed_request
from bridge.config import load_config
from bridge.instants import format_instant
from bridge.local_calendar.importing import import_ics
from bridge.store.migrate import migrate
from bridge.web.signature import HEADER

_PORT = 8000


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to serve on (default: 8000, or a free one)."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to keep it (default: a new one).",
)
def demo(port: int | None, folder: Path | None) -> None:
    """Run a bridge on embedded calendars with a small team; needs no account and no configuration."""
    output = Output(as_json=False)
    home = folder or Path(tempfile.mkdtemp(prefix="bridge-demo-"))
    home.mkdir(parents=True, exist_ok=True)
    served_on = port or free_port(_PORT)
    password = secrets.token_urlsafe(9)
    config_path = _write_config(home, served_on, password)
    config = load_config(config_path, {})
    migrate(config.bridge.database_url.get_secret_value())
    bridge = Bridge(config)
    _fill_calendars(bridge)
    _explain(output, bridge, home, password)
    bridge.stop()
    raise SystemExit(serve(config_path, f"127.0.0.1:{served_on}"))


def _write_config(home: Path, port: int, password: str) -> Path:
    path = home / "config.toml"
    template = (files("bridge.cli") / "demo.toml").read_text(encoding="utf-8")
    path.write_text(
        template.replace("@PORT@", str(port))
        .replace("@SECRET@", secrets.token_hex(32))
        .replace("@API_KEY@", secrets.token_hex(16))
        .replace("@PASSWORD_HASH@", generate_password_hash(password))
        .replace("@TIMEZONE@", local_timezone()),
        encoding="utf-8",
    )
    return path


def _fill_calendars(bridge: Bridge) -> None:
    """Give the hosts a few busy times in the coming days, by the import that owners use."""
    zone = bridge.config.bridge.timezone
    monday = bridge.context.now().astimezone(zone).date()
    template = (files("bridge.cli") / "demo.ics").read_text(encoding="utf-8")
    for number, host in enumerate(bridge.config.hosts):
        first = monday + timedelta(days=number)
        content = (
            template.replace("@HOST@", host).replace("@DAY@", f"{first:%Y%m%d}").replace("@ZONE@", str(zone))
        )
        import_ics(bridge.store, host, content.encode())


def _explain(output: Output, bridge: Bridge, home: Path, password: str) -> None:
    config = bridge.config
    address = config.bridge.public_url
    event_type = next(iter(config.event_types.values()))
    slots = bridge.reception.available(event_type)
    output.say(f"\nThe bridge answers at {address} - stop it with Ctrl+C. Everything lies in {home}\n")
    output.say(f"Team: {', '.join(host.name for host in config.hosts.values())}")
    output.say(
        f"Event types: {', '.join(f'{each.title} ({each.id})' for each in config.event_types.values())}"
    )
    output.say(f"Password of the pages: {password}\n")
    caller: dict[str, object] = {
        "contact_id": "demo-caller",
        "external_contact_id": "",
        "contact_details": {"name": "Kim Example", "phone": "+49 30 1234567"},
    }
    output.say("What can be offered? (in another terminal)\n")
    output.say(_curl(bridge, event_type.id, "available", caller))
    if slots:
        when = local_text(slots[0].start, event_type.timezone)
        output.say(f"\nBook {when}:\n")
        output.say(
            _curl(bridge, event_type.id, "book", {**caller, "start_iso": format_instant(slots[0].start)})
        )
    command = f"{shlex.quote(sys.argv[0])} --config {shlex.quote(str(home / 'config.toml'))}"
    output.say(f"\nLook behind it:\n\n  {command} bookings\n  {command} slots {event_type.id}\n")


def _curl(bridge: Bridge, event_type: str, question: str, payload: dict[str, object]) -> str:
    key = bridge.config.telli.api_keys[0].get_secret_value()
    path, body, signature = signed_request(event_type, question, payload, key)
    return (
        f"curl -sS {bridge.config.bridge.public_url}{path} \\\n"
        f"  -H 'content-type: application/json' \\\n"
        f"  -H '{HEADER}: {signature}' \\\n"
        f"  -d {shlex.quote(body.decode())}"
    )
