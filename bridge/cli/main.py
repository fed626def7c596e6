"""The command's entry: which commands there are, and what they share."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bridge.cli.appointments import book, bookings, cancel, reschedule
from bridge.cli.asking import explain, slots
from bridge.cli.checking import check
from bridge.cli.demo import demo
from bridge.cli.opening import Session
from bridge.cli.output import Output
from bridge.cli.setting_up import admin_password, init, local, migrate
from bridge.cli.simulator import request


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=lambda: os.environ.get("BRIDGE_CONFIG", "config.toml"),
    help="The configuration file (default: config.toml, or what BRIDGE_CONFIG names).",
)
@click.pass_context
def main(context: click.Context, config_path: Path) -> None:
    """Offer and book appointments for telli's voice agents from a business's real calendars."""
    context.obj = Session(Path(config_path), Output(as_json=False))


for command in (
    demo,
    init,
    check,
    slots,
    explain,
    book,
    cancel,
    reschedule,
    bookings,
    request,
    migrate,
    local,
    admin_password,
):
    main.add_command(command)
