"""`bridge worker`: the background work without the web."""

from __future__ import annotations

import signal
import threading
from logging.config import dictConfig

import click

from bridge import log
from bridge.cli.session import Session, config_option, json_option


@click.command()
@json_option
@config_option
@click.pass_obj
def worker(session: Session) -> None:
    """Do the background work in a process of its own, until Ctrl+C or SIGTERM.

    The server does it too: a worker only takes load off it. Any number may run; each job is done once.
    """
    with session.bridge() as bridge:
        dictConfig(log.settings(bridge.config.server.log_format))
        told = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told.set())
        bridge.start()
        said = f"The worker runs for {session.config_path}; Ctrl+C stops it."
        session.output.result({"status": "working", "text": said}, said)
        told.wait()
    session.output.say("The worker has stopped; whatever is due is done by the next one.")
