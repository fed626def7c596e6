"""Puts gunicorn around the bridge, for `bridge serve` and for `gunicorn wsgi:app`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from bridge.errors import BridgeError
from bridge.server.master import CANNOT_START, Master
from bridge.server.sentences import in_words
from bridge.server.taken import served_app


class Application(BaseApplication):  # type: ignore[misc] # no types published
    """The bridge in gunicorn's hands; reads neither gunicorn's files nor its command line."""

    def __init__(self, master: Master) -> None:
        self._master = master
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings, at the start and when the configuration was taken anew."""
        for name, value in self._master.gunicorn_settings().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return served_app()


@dataclass
class _Process:
    master: Master | None = None


_PROCESS = _Process()


def settings_for_gunicorn() -> dict[str, Any]:
    """Return the settings for gunicorn's own file, which is read once more at each reload.

    Where the configuration cannot be served, the process ends and says why.
    """
    try:
        _PROCESS.master = _PROCESS.master or Master(announce=_log)
    except BridgeError as error:
        print(in_words(error), file=sys.stderr)  # noqa: T201 - before there is a log
        raise SystemExit(CANNOT_START) from None
    return _PROCESS.master.gunicorn_settings()


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - where gunicorn's log goes


def serve(master: Master) -> None:
    """Serve until told to stop; ends the process. BridgeError: it cannot begin."""
    application = Application(master)
    master.hold(application.cfg.address)
    application.run()
