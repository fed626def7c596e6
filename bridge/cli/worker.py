"""`bridge worker`: the background work without the web."""

from __future__ import annotations

import signal
import threading

import click

from bridge.cli.session import Session, config_option


@click.command()
@config_option
@click.pass_obj
def worker(session: Session) -> None:
    """Do the background work in a process of its own, until Ctrl+C or SIGTERM.

    The server does it too: a worker only takes load off it. Any number may run; each job is done once.
    """
    with session.bridge() as bridge:
        told = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told.set())
        bridge.start()
        session.output.say(f"The worker runs for {session.config_path}; Ctrl+C stops it.")
        told.wait()
    session.output.say("The worker has stopped; whatever is due is done by the next one.")
