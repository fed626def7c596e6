"""Starts servers to be measured: gunicorn with the project's own settings, on a free port."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """A running server; `ready_after` is how many seconds it took until it answered."""

    port: int
    process: subprocess.Popen[bytes]
    ready_after: float

    def workers(self) -> list[int]:
        """Return the worker processes' numbers."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(number) for number in found]

    def cpu_seconds(self) -> float:
        """Return the processor time that the workers have taken since they started."""
        return _cpu_seconds(self.workers())

    def cpu_of_start(self) -> float:
        """Return the processor time that all processes have taken, the first one too."""
        return _cpu_seconds([self.process.pid, *self.workers()])


def _cpu_seconds(processes: Sequence[int]) -> float:
    ticks = 0
    for number in processes:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(app: str, *, config: Path, options: Sequence[str] = ()) -> Iterator[Server]:
    """Serve a WSGI application, or "" for `bridge serve`, until the end of the block."""
    port = _free_port()
    gunicorn = ["gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--log-level", "warning", app]
    command = [sys.executable, "-m", *(gunicorn if app else ["bridge", "serve"])]
    command += ["--bind", f"127.0.0.1:{port}", *options]
    # With compiled files, as any installation has: to compile takes a process a second and 7 MiB.
    environment = {**os.environ, "BRIDGE_CONFIG": str(config), "PYTHONDONTWRITEBYTECODE": ""}
    environment["STATE_DIRECTORY"] = str(config.parent)  # where killed processes leave notes
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            if not _answers(port, process):
                log.seek(0)
                raise RuntimeError(f"the server ended at once:\n{log.read()}")
            yield Server(port, process, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server answers; False when it ends instead."""
    while process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return True
        finally:
            connection.close()
    return False
