"""Has a module do its work in a process of its own, which is stopped when it takes too long or too much.

Nothing can interrupt a thread that searches, and what it takes is missing to the calls. Used where a file
of somebody else's decides how long the work takes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass

_MEMORY = 1 << 30
_KINDLY = 10  # calls come first


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process wrote, in whole lines, and the signal that ended it; 0: it ended by itself."""

    lines: list[str]
    signal: int


def done_apart(module: str, asked: bytes, seconds: int) -> Ended:
    """Run a module, which calls `confine`, with what it is asked on its standard input."""
    with subprocess.Popen(  # noqa: S603 - a module of the bridge
        [sys.executable, "-m", module, str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        # By the wall clock too: a machine that is suspended, or short of memory, counts no time of a core.
        watch = threading.Timer(10 * seconds, process.kill)
        watch.start()
        try:
            answered, _ = process.communicate(asked)
        finally:
            watch.cancel()
            process.kill()
    lines = answered.decode("utf-8").split("\n")[:-1]
    return Ended(lines, max(0, -process.returncode))


def confine() -> None:
    """Bound this process: by the seconds of a core that it was given, and in its memory."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.nice(_KINDLY)
