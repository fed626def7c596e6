"""Has the running server take a changed configuration, and tells what it says of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from bridge.errors import BridgeError
from bridge.service.pid_file import Verdict, holder, last_verdict

PATIENCE_SECONDS = 90.0
_LOOK_SECONDS = 0.05


class NotServed(BridgeError):
    """No server holds the pid file."""

    code = "not_served"


class NoVerdict(BridgeError):
    """The server said nothing of what it made of the file."""

    code = "no_verdict"


def begin(path: Path) -> int:
    """Tell the server that holds a pid file to read its configuration anew; return its last verdict's number.

    0 stands for none yet. NotServed.
    """
    number = holder(path)
    if number is None:
        raise NotServed(f"no bridge is served by {path}; `bridge serve` starts one")
    before = last_verdict(path)
    os.kill(number, signal.SIGHUP)
    return before.number if before else 0


def verdict_after(path: Path, number: int) -> Verdict | None:
    """Return what the server said since the verdict of that number, None while it says nothing. NoVerdict."""
    verdict = last_verdict(path)
    if verdict and verdict.number > number:
        return verdict
    if holder(path) is None:
        raise NoVerdict("the server ended meanwhile; its log says why")
    return None


def reload(path: Path, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Verdict:
    """Have the server that holds a pid file read its configuration anew. NotServed, NoVerdict."""
    before = begin(path)
    until = monotonic() + PATIENCE_SECONDS
    while monotonic() < until:
        if verdict := verdict_after(path, before):
            return verdict
        sleep(_LOOK_SECONDS)
    raise NoVerdict("the server was told, but says nothing; its log may say more")
