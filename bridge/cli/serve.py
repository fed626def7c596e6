"""`bridge serve` and `bridge reload`: the server, and how it takes a changed configuration."""

from __future__ import annotations

import gc
import os
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.config import ServerSection
from bridge.service import reloading

if TYPE_CHECKING:
    from bridge.server.master import Master


def _address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    from bridge.config.sections.server import address

    try:
        return str(address(value)) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(f'"{value}" {error}') from None


@click.command()
@json_option
@config_option
@click.option("--bind", metavar="HOST:PORT", callback=_address, help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes serve.")
@click.option("--threads", type=click.IntRange(1, 64), help="How many calls each answers at once.")
@click.option(
    "--worker-class",
    type=click.Choice(["gthread", "sync"]),
    help="Use one of gunicorn's own, behind a web server that waits for slow clients. Default: the bridge's.",
)
@click.option(
    "--max-requests", type=click.IntRange(0), help="Replace a process after so many requests (0: never)."
)
@click.option("--preload", is_flag=True, help="Make the application once, before the processes are made.")
@click.option("--pid-file", type=click.Path(path_type=Path), help="Where `bridge reload` finds the server.")
@click.option("--log-format", type=click.Choice(["plain", "json"]), help="How the log's lines look.")
@click.pass_obj
def serve(session: Session, /, pid_file: Path | None, log_format: str | None, **options: Any) -> None:
    """Serve the bridge until Ctrl+C or SIGTERM; calls under way are answered before it ends.

    Checks the configuration and the database first. What is left out is read from [server].
    """
    # All that is loaded and read stays: to look through it for what could go would take a fifth of the start.
    gc.disable()
    try:
        run, master = _checked(session, pid_file, log_format, options)
    finally:
        gc.enable()
    run(master)


def _checked(
    session: Session, pid_file: Path | None, log_format: str | None, options: Mapping[str, Any]
) -> tuple[Callable[[Master], None], Master]:
    """Return what serves, and the first process with the configuration that it has checked."""
    from bridge.log import Form
    from bridge.server.application import serve as run
    from bridge.server.master import Master

    config = session.config()  # a missing file is told in the command's own words
    os.environ["BRIDGE_CONFIG"] = str(session.config_path.absolute())
    names = {"preload": "preload_app"}
    chosen = {names.get(name, name): value for name, value in options.items() if value not in (None, False)}
    master = Master(
        overrides=chosen,
        pid_file=pid_file and pid_file.absolute(),
        log_format=Form(log_format) if log_format else None,
        announce=lambda text: session.output.result({"status": "serving", "text": text}, text),
        read=config,
    )
    return run, master


@click.command()
@json_option
@config_option
@click.option("--pid-file", type=click.Path(path_type=Path), help="As it was given to `bridge serve`.")
@click.pass_obj
def reload(session: Session, pid_file: Path | None) -> None:
    """Have the running server check the changed configuration, and take it if it is sound.

    The server reads the file with its own environment. A file that cannot be used changes nothing. Ends
    with 3 when it was not taken, and with 4 when no server runs.
    """
    path = pid_file or _pid_file(session.config_path)
    try:
        verdict = reloading.reload(path, monotonic=time.monotonic, sleep=time.sleep)
    except reloading.NotServed:
        text = f"no bridge is served from {session.config_path} (by {path}); `bridge serve` starts one"
        raise Refused(text, Exit.UNREACHABLE) from None
    except reloading.NoVerdict as error:
        raise Refused(str(error), Exit.UNREACHABLE) from None
    if not verdict.is_taken:
        raise Refused(verdict.text, Exit.CONFIG)
    session.output.result({"status": "success", "text": verdict.text}, verdict.text)


def _pid_file(config_path: Path) -> Path:
    """Return the pid file that the configuration names, also when little else of it is sound."""
    try:
        named = tomllib.loads(config_path.read_text(encoding="utf-8-sig")).get("server", {}).get("pid_file")
    except (OSError, ValueError, AttributeError):
        named = None  # the server says what is wrong with the file; the default is right for most
    section = {"pid_file": named} if isinstance(named, str) and named.strip() else {}
    read = ServerSection.model_validate(section, context={"base": config_path.parent})
    return read.pid_file
