"""Runs modules of tests/store/programs in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a program once it has loaded everything; it goes on when told (`go`)."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", f"tests.store.programs.{program}", *arguments],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_loaded(process: subprocess.Popen[str]) -> None:
    """Wait until the program has loaded everything it needs."""
    assert process.stdout
    assert process.stdout.readline() == "loaded\n"


def go(process: subprocess.Popen[str]) -> None:
    """Let a loaded program begin."""
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[str]) -> list[str]:
    """Return the lines the program printed; it must have ended well."""
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return printed.splitlines()


def race(program: str, *calls: Sequence[str]) -> list[list[str]]:
    """Run a program in one process for each call, all at the same moment; return what each printed."""
    processes = [start(program, *arguments) for arguments in calls]
    for process in processes:
        wait_until_loaded(process)
    for process in processes:
        go(process)
    return [finish(process) for process in processes]
