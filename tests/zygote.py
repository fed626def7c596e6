"""Starts processes that are about to be killed, without importing the bridge anew for each.

A process of one thread imports everything once, then forks a child per request, which runs a module's
`main` and dies when it dies; requests and answers are lines of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass

PRELOADED = ("tests.cast.victim",)


@dataclass(frozen=True)
class Ended:
    """How a child ended: like a subprocess's return code (-9 is killed), and what it printed."""

    returncode: int
    output: str


class Zygote:
    """The forking process, as a test sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, module: str, *arguments: str) -> Ended:
        """Run a module's `main` in a process of its own, and wait for its end."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([module, *arguments]) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the forking process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def serve() -> None:
    """Fork a child for each line of standard input."""
    for name in PRELOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        module, *arguments = json.loads(line)
        ended = _fork(module, arguments)
        print(json.dumps({"returncode": ended.returncode, "output": ended.output}), flush=True)


def _fork(module: str, arguments: list[str]) -> Ended:
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            _become(module, arguments, output.fileno())
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return Ended(os.waitstatus_to_exitcode(status), output.read().decode())


def _become(module: str, arguments: list[str], output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        importlib.import_module(module).main(*arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - the child ends here whatever happens, and says why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
