"""Runs `bridge serve` in a process that ends when this one is told to, as the demo does."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bridge.cli.output import Exit, Refused
from providers.base import Deadline
from providers.errors import ProviderError
from providers.http import Call, send, session

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.1


def serve(config_path: Path, port: int, ready: Callable[[], None]) -> int:
    """Serve on 127.0.0.1 until stopped, calling `ready` once requests are answered; return the exit code.

    Refused: the server could not start.
    """
    server = _Server(config_path, port)
    try:
        if server.is_ready():
            ready()
        return server.wait()
    finally:
        server.stop()


class _Server:
    """The server in a session of its own, so that only this process hears Ctrl+C, and passes it on."""

    def __init__(self, config_path: Path, port: int) -> None:
        # -P: a folder that happens to be called "bridge" where the command is called is not this program
        command = [sys.executable, "-P", "-m", "bridge", "--config", str(config_path.resolve())]
        command += ["serve", "--bind", f"127.0.0.1:{port}"]
        self._port = port
        self._is_stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        # First the ears, then the server: a signal in between must not leave it behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.DEVNULL, start_new_session=True
        )
        if self._is_stopped:
            self._process.terminate()

    def is_ready(self) -> bool:
        """Wait until the server answers; False when it is told to stop before. Refused: it cannot start."""
        deadline = Deadline(_READY_SECONDS, time.monotonic)
        asked = Call("the bridge", "ready", deadline)
        line = session()
        while self._running.poll() is None and not self._is_stopped:
            try:
                if send(line, asked, "GET", f"http://127.0.0.1:{self._port}/readyz").status_code == 200:
                    return True
            except ProviderError:
                if deadline.remaining() < 1:
                    break
            time.sleep(_LOOK_SECONDS)
        if self._is_stopped:
            return False
        raise Refused("the server did not start; what it said stands above", Exit.UNREACHABLE)

    def wait(self) -> int:
        """Wait until the server has ended; return its exit code, 0 when it was told to stop."""
        code = self._running.wait()
        return 0 if self._is_stopped else code

    def stop(self) -> None:
        """End the server, if it still runs, and wait for that."""
        if self._running.poll() is None:
            self._running.terminate()
            self._running.wait()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None  # noqa: S101 - started by __init__
        return self._process

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        self._is_stopped = True
        if self._process:
            # the hang-up of a closed terminal would mean to it: read the configuration anew
            self._process.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
