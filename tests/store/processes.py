"""Runs modules of tests/store/programs in processes of their own."""

from __future__ import annotations

from collections.abc import Sequence

from tests.zygote import Child, Zygote


def start(zygote: Zygote, program: str, *arguments: str) -> Child:
    """Start a program, which loads what it needs and goes on when told (`go`)."""
    return zygote.start(f"tests.store.programs.{program}", *arguments)


def wait_until_loaded(process: Child) -> None:
    """Wait until the program has loaded everything it needs."""
    line = process.stdout.readline()
    assert line == "loaded\n", line + process.stdout.read()


def go(process: Child) -> None:
    """Let a loaded program begin."""
    process.stdin.write("go\n")
    process.stdin.flush()


def finish(process: Child) -> list[str]:
    """Return the lines the program printed; it must have ended well."""
    ended = process.finish()
    assert ended.returncode == 0, ended.output
    return ended.output.splitlines()


def race(zygote: Zygote, program: str, *calls: Sequence[str]) -> list[list[str]]:
    """Run a program in one process for each call, all at the same moment; return what each printed."""
    processes = [start(zygote, program, *arguments) for arguments in calls]
    for process in processes:
        wait_until_loaded(process)
    for process in processes:
        go(process)
    return [finish(process) for process in processes]
