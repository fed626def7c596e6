"""The command's entry: what all commands share."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bridge.cli.commands import Commands
from bridge.cli.output import MEANINGS, Output
from bridge.cli.session import Session

_EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:d}  {meaning}" for code, meaning in MEANINGS.items())


@click.command(
    "bridge",
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("BRIDGE_CONFIG") or "config.toml",
    help="The configuration file (default: config.toml, or what BRIDGE_CONFIG names).",
)
@click.version_option(package_name="calendar-bridge", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, config_path: Path) -> None:
    """Offer and book appointments for telli's voice agents from a business's real calendars.

    Begin with `bridge demo`, or with `bridge init` and `bridge check`. `bridge COMMAND --help` tells more
    about a command.
    """
    context.obj = Session(Path(config_path), Output(as_json=False))
