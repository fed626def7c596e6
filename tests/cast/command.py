"""The command as a process of its own, and what it leaves behind.

It is forked from a process that has imported everything; what is `typed` starts as at a terminal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from bridge.cli import main as bridge
from tests.zygote import SAID_BY_EACH, Zygote

ROOT = Path(__file__).parents[2]
BRIDGE = (sys.executable, "-m", "bridge")


class Running:
    """A command that runs; what it says is read as it comes."""

    def __init__(
        self, zygote: Zygote, *words: str, folder: Path, more: Mapping[str, str] | None = None
    ) -> None:
        self.process = zygote.start(__name__, *words, folder=folder, environment=environment(more))
        self._said: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def said(self) -> str:
        """Everything it has said up to now."""
        return "".join(self._said)

    def wait_for(self, text: str) -> None:
        """Wait until it says this, or ends."""
        self.wait_until(lambda said: text in said)

    def wait_until(self, is_so: Callable[[str], bool]) -> None:
        """Wait until something is true of what it said, or of the world; or until it ends."""
        while not is_so(self.said) and self._reader.is_alive():
            with self._news:
                self._news.wait(0.1)
        assert is_so(self.said), f"waited in vain:\n{self.said}"

    def end(self, signal: int) -> int:
        """Send a signal to this process alone and return its exit code."""
        self.process.send_signal(signal)
        code = self.process.wait(60)
        self._reader.join(60)
        return code

    def kill(self) -> None:
        """Leave nothing running, whatever the test found."""
        for number in [*descendants(self.process.pid), self.process.pid]:
            if self.process.poll() is None or number != self.process.pid:
                os.kill(number, 9)
        self._reader.join(10)
        self.process.finish()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._news:
                self._said.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@contextmanager
def running(zygote: Zygote, *words: str, folder: Path, **more: str) -> Iterator[Running]:
    """Run a command for the length of the block, in an environment with these additions."""
    command = Running(zygote, *words, folder=folder, more=more)
    try:
        yield command
    finally:
        command.kill()


def main(*words: str) -> None:
    """Be the command, as typed with these words."""
    sys.argv = [str(ROOT / "bridge" / "__main__.py"), *words]
    bridge()


def ran(zygote: Zygote, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with TemporaryFile("w+") as errors:
        command = zygote.start(
            __name__, *words, folder=folder, errors=errors.fileno(), environment=environment()
        )
        ended = command.finish()
        errors.seek(0)
        return subprocess.CompletedProcess(words, ended.returncode, ended.output, errors.read())


def typed(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in an interpreter of its own."""
    return subprocess.run(
        [*BRIDGE, *words], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which the command finds its code from any folder, and no configuration.

    How wide and colourful it may be, its terminal says: pytest's workers have a width of their own.
    """
    kept = {key: value for key, value in os.environ.items() if key not in SAID_BY_EACH}
    return {**kept, "PYTHONPATH": str(ROOT), **(more or {})}


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those these started."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    children = [int(number) for number in text.split()]
    return [*children, *(each for child in children for each in descendants(child))]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs."""
    return Path(f"/proc/{pid}").exists()
