"""Starts processes that need the bridge, without importing it anew for each.

A process of one thread imports everything once, has it used for show, and forks a child for each request.
The child runs a module's `main` and ends as any process does. A second child stands between the two, to tell
the test how it ended.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from tests.cast.rehearsal import rehearse

# Much of this is loaded only where it is needed.
PRELOADED = (
    "bridge.cli.serve",
    "bridge.cli.worker",
    "bridge.server.application",
    "bridge.server.taken",
    "bridge.server.worker",
    "bridge.store.postgres",
    "bridge.vendors.google_accounts",
    "gunicorn.app.wsgiapp",
    "gunicorn.glogging",
    "gunicorn.workers.gthread",
    "icalendar",
    "logging.config",
    "providers.google.calendars",
    "providers.microsoft.calendars",
    "providers.microsoft.delegation",
    "providers.microsoft.sign_in",
    "tests.cast.command",
    "tests.cast.server",
    "tests.connections.stage",
    "tests.follow_ups.told_and_killed",
    "tests.store.rows",
)
SAID_BY_EACH = ("BRIDGE_CONFIG", "COLUMNS", "FORCE_COLOR")  # who wants none says nothing
ROOT = Path(__file__).parents[1]
_NUMBER = 4  # bytes


@dataclass(frozen=True)
class Ended:
    """How a child ended: like a subprocess's return code (-9 is killed), and what it printed."""

    returncode: int
    output: str


class Child:
    """A process that was forked, as a test sees it; `stdout` is what it prints, if that goes to no file."""

    def __init__(self, status: int, stdin: int, stdout: int | None) -> None:
        self._status = status
        self.stdin = os.fdopen(stdin, "w")
        self.stdout = os.fdopen(stdout if stdout is not None else os.open(os.devnull, os.O_RDONLY))
        self.pid = _received(status)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.returncode is None and self._ends_within(0):
            self.returncode = _received(self._status)
            os.close(self._status)
        return self.returncode

    def wait(self, seconds: float = 60) -> int:
        """Return how it ended."""
        assert self.returncode is not None or self._ends_within(seconds), f"process {self.pid} runs on"
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def finish(self) -> Ended:
        """Say nothing more to it, and return how it ended and what it printed since it was read last."""
        with suppress(BrokenPipeError):
            self.stdin.close()
        printed = "" if self.stdout.closed else self.stdout.read()
        self.stdout.close()
        return Ended(self.wait(), printed)

    def _ends_within(self, seconds: float) -> bool:
        return bool(select.select([self._status], [], [], seconds)[0])


@dataclass(frozen=True)
class _Request:
    module: str
    arguments: Sequence[str]
    folder: str
    environment: dict[str, str]

    def carry_out(self) -> NoReturn:
        os.setsid()
        os.chdir(self.folder)
        os.environ.update(self.environment)
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
        try:
            importlib.import_module(self.module).main(*self.arguments)
        except SystemExit as ended:
            _end(ended.code)
        except BaseException:  # noqa: BLE001 - this is where it ends
            traceback.print_exc()
            _end(1)
        _end(0)


class Zygote:
    """The forking process, as a test sees it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        around = {name: value for name, value in os.environ.items() if name not in SAID_BY_EACH}
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-m", "tests.zygote", str(number)]
            self._process = subprocess.Popen(command, cwd=ROOT, env=around, pass_fds=[number])

    def start(
        self,
        module: str,
        *arguments: str,
        folder: Path = ROOT,
        output: int | None = None,
        errors: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Run a module's `main` in a process and session of its own, in an environment with these additions.

        What it prints is read from the child or goes to the file `output`; errors too, or to `errors`.
        """
        told, status = os.pipe()
        stdin, ours = os.pipe()
        printed, stdout = os.pipe() if output is None else (None, os.dup(output))
        stderr = os.dup(stdout if errors is None else errors)
        request = json.dumps(asdict(_Request(module, arguments, str(folder), dict(environment or {}))))
        socket.send_fds(self._control, [request.encode() + b"\n"], [status, stdin, stdout, stderr])
        for each in (status, stdin, stdout, stderr):
            os.close(each)
        return Child(told, ours, printed)

    def run(self, module: str, *arguments: str) -> Ended:
        """Run a module's `main` in a process of its own, and wait for its end."""
        return self.start(module, *arguments).finish()

    def close(self) -> None:
        """End the forking process."""
        self._control.close()
        self._process.wait(10)


def serve(control: socket.socket) -> _Request | None:
    """Fork a child for each request; return the request in the child, None in this process, at the end."""
    for name in PRELOADED:
        importlib.import_module(name)
    rehearse()
    assert threading.active_count() == 1, "a fork takes only one thread along"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # of those in between, nobody wants to know
    while True:
        line, pipes, _, _ = socket.recv_fds(control, 65536, 4)
        while line and not line.endswith(b"\n"):
            line += control.recv(65536)
        if not line:
            return None
        if _is_child(*pipes):
            control.close()
            return _Request(**json.loads(line))
        for each in pipes:
            os.close(each)


def _is_child(status: int, *streams: int) -> bool:
    """Fork; tell whether this is the child. A process in between tells its number, and how it ended."""
    if os.fork() != 0:
        return False
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(status)
        for number, given in enumerate(streams):
            os.dup2(given, number)
            os.close(given)
        return True
    for given in streams:
        os.close(given)
    _tell(status, child)
    _, ended = os.waitpid(child, 0)
    with suppress(BrokenPipeError):
        _tell(status, os.waitstatus_to_exitcode(ended))
    os._exit(0)


def _end(code: object) -> NoReturn:
    """End as an interpreter does, but for its memory: to give that back, each shared page would be copied."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _received(pipe: int) -> int:
    told = os.read(pipe, _NUMBER)
    assert len(told) == _NUMBER, "the forking process is gone"
    return int.from_bytes(told, "big", signed=True)


def _tell(pipe: int, number: int) -> None:
    os.write(pipe, number.to_bytes(_NUMBER, "big", signed=True))


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as opened:
        wanted = serve(opened)
    if wanted is not None:
        wanted.carry_out()
