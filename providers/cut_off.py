"""Ends an exchange as a whole: a socket's own time-out counts anew with every byte that comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

_AGAIN = 0.05


class Line(Protocol):
    """What speaks over a socket, once it has one."""

    sock: socket.socket | None


@contextmanager
def cut_after(seconds: float, line: Line) -> Iterator[None]:
    """End the connection when the time is over, whatever trickles in: reading fails from then on."""
    done = threading.Event()

    def cut() -> None:
        is_late = not done.wait(seconds)
        while is_late and not done.wait(_AGAIN):  # it may only just come up
            with suppress(OSError, AttributeError):
                line.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr] # none yet: looked at again

    threading.Thread(target=cut, name="cut-off", daemon=True).start()
    try:
        yield
    finally:
        done.set()
