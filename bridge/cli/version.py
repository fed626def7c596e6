"""`bridge version`: what is installed here."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of
from pathlib import Path

import click

from bridge.cli.session import Session, json_option


@click.command()
@json_option
@click.pass_obj
def version(session: Session) -> None:
    """Show the bridge's version, where its code lies, and what it runs on.

    What `bridge serve` runs is this very code.
    """
    value = {
        "version": version_of("calendar-bridge"),
        "code": str(Path(__file__).parents[2]),
        "python": platform.python_version(),
        "server": f"gunicorn {version_of('gunicorn')}",
    }
    session.output.result(value, "\n".join(f"{name:8} {text}" for name, text in value.items()))
