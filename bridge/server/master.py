"""The first process of the server: checks before it begins, and before it takes a changed configuration.

gunicorn itself would end when a process it starts anew cannot read its configuration: a slip of the pen and a
hang-up signal would silence the telephone.
"""

from __future__ import annotations

import gc
import linecache
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bridge import log
from bridge.config import Config, ServerSection
from bridge.errors import BridgeError
from bridge.server import taken
from bridge.server.sentences import in_words
from bridge.server.settings import settings
from bridge.service.pid_file import PidFile
from bridge.surroundings import configuration_file

CANNOT_START = 3  # gunicorn's own code for "the application cannot be loaded"
_PACKAGE = "calendar-bridge"


class PortTaken(BridgeError):
    """Somebody listens there already."""

    code = "port_taken"

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"the bridge cannot listen at {address}: {reason}. Another bridge or program may hold it; "
            "stop that, or choose another address by --bind or [server] bind"
        )


@dataclass
class Master:
    """What the first process keeps from its start to its end.

    `overrides` are gunicorn's settings given on the command line, as `pid_file` and `log_format` are;
    `announce` tells whoever started it; `read` is the configuration where it was read before.
    """

    overrides: Mapping[str, Any] = field(default_factory=dict)
    pid_file: Path | None = None
    log_format: log.Form | None = None
    announce: Callable[[str], None] = print
    read: InitVar[Config | None] = None

    def __post_init__(self, read: Config | None) -> None:
        """Check the configuration. BridgeError: what a person has to mend."""
        config = taken.check(read)
        taken.take(config)
        # What only checking needed goes before the processes that serve are made of this one; and the lines
        # of source that Google's libraries have read.
        linecache.clearcache()
        gc.collect()
        self._config = config
        self._first: ServerSection = config.server
        self._version = version(_PACKAGE)
        self._held: PidFile | None = None

    def gunicorn_settings(self) -> dict[str, Any]:
        """Return gunicorn's settings for the configuration taken last; the address stays the first one."""
        own = settings(self._config)
        return {
            **own,
            "bind": str(self._first.bind),
            "logconfig_dict": log.settings(self.log_format or self._first.log_format),
            **self.overrides,
            "on_starting": self.begin,
            "when_ready": self.tell,
            "on_exit": self.end,
        }

    def hold(self, addresses: Sequence[object]) -> None:
        """Hold the pid file; see that the addresses are free. AlreadyServed, PidFileUnusable, PortTaken."""
        held = PidFile(self.pid_file or self._first.pid_file)
        try:
            if not os.environ.get("LISTEN_FDS"):  # a socket handed over by systemd is bound already
                for address in addresses:
                    _require_free(address)
        except PortTaken:
            held.close()
            raise
        self._held = held

    def begin(self, server: Any) -> None:
        """Make sure to be alone, and from now on check before every reload."""
        if not self._held:
            try:
                self.hold(server.cfg.address)
            except BridgeError as error:
                print(in_words(error), file=sys.stderr)  # noqa: T201 - before there is a log
                raise SystemExit(CANNOT_START) from None
        swap = server.reload
        server.reload = lambda: self._reload(server, swap)

    def tell(self, server: Any) -> None:
        """Say where the bridge answers, with which file, database and version."""
        self.announce("\n".join(self._where(server)))

    def end(self, _server: Any) -> None:
        """Let go of the pid file."""
        if self._held:
            self._held.close()

    def _where(self, server: Any) -> Iterator[str]:
        listening = ", ".join(str(listener) for listener in server.LISTENERS)
        yield f"The bridge {self._version} answers at {listening}"
        yield f"  configuration  {configuration_file()}"
        yield f"  database       {_database(self._config)}"
        yield f"  code           {Path(__file__).parents[2]}"
        if self._held:
            yield f"  process        {os.getpid()}, by {self._held.path}"
            yield "`bridge reload` has it take a changed configuration."

    def _reload(self, server: Any, swap: Callable[[], None]) -> None:
        """Take the changed file, or say why not and go on as before."""
        try:
            config = taken.check()
        except BridgeError as error:
            self._verdict(server, "\n".join([*_refused(error)]), is_taken=False)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the bridge that runs must go on
            text = f"The new configuration was not taken: checking it failed ({type(error).__name__})."
            self._verdict(server, text, is_taken=False)
            return
        taken.take(config)
        notes = [*self._notes(config)]
        self._config = config
        if server.cfg.preload_app:  # made anew, from what was taken
            server.app.callable = None
            sys.modules.pop("wsgi", None)
        swap()
        self._verdict(server, "\n".join(["The new configuration is taken.", *notes]), is_taken=True)

    def _verdict(self, server: Any, text: str, *, is_taken: bool) -> None:
        (server.log.info if is_taken else server.log.error)("%s", text)
        if self._held:
            self._held.tell(is_taken=is_taken, text=text)

    def _notes(self, config: Config) -> Iterator[str]:
        for key in ("bind", "log_format", "pid_file"):
            if getattr(config.server, key) != getattr(self._first, key):
                yield f"A new server.{key} holds from the next start; until then it stays as it was."
        names = taken.variables()
        if names:
            yield (
                f"Values from the environment ({', '.join(names)}) are those the bridge was started with; "
                "a changed one needs a restart."
            )
        installed = version(_PACKAGE)
        if installed != self._version:
            yield f"Version {installed} is installed; it runs after a restart, until then {self._version}."


def _refused(error: BridgeError) -> Iterator[str]:
    yield "The new configuration was not taken; the bridge goes on with the one it has."
    yield in_words(error)
    if "environment variable" in in_words(error):
        yield "A variable that was set after the bridge had started is known to it after a restart."


def _require_free(address: object) -> None:
    if not isinstance(address, tuple):  # a file or a descriptor: gunicorn's own check is enough
        return
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            where = f"[{address[0]}]" if family == socket.AF_INET6 else address[0]
            raise PortTaken(f"{where}:{address[1]}", (error.strerror or "unknown").lower()) from None


def _database(config: Config) -> str:
    return make_url(config.bridge.database_url.get_secret_value()).render_as_string(hide_password=True)
