"""Has the running server take a changed configuration, and waits for what it says of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from bridge.errors import BridgeError
from bridge.service.pid_file import Verdict, holder, last_verdict

_PATIENCE_SECONDS = 90.0
_LOOK_SECONDS = 0.05


class NotServed(BridgeError):
    """No server holds the pid file."""

    code = "not_served"


class NoVerdict(BridgeError):
    """The server said nothing of what it made of the file."""

    code = "no_verdict"


def reload(path: Path, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Verdict:
    """Have the server that holds a pid file read its configuration anew. NotServed, NoVerdict."""
    number = holder(path)
    if number is None:
        raise NotServed(f"no bridge is served by {path}; `bridge serve` starts one")
    before = last_verdict(path)
    os.kill(number, signal.SIGHUP)
    until = monotonic() + _PATIENCE_SECONDS
    while monotonic() < until:
        verdict = last_verdict(path)
        if verdict and verdict.number > (before.number if before else 0):
            return verdict
        if holder(path) is None:
            raise NoVerdict("the server ended meanwhile; its log says why")
        sleep(_LOOK_SECONDS)
    raise NoVerdict("the server was told, but says nothing; its log may say more")
