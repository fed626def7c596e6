"""Ports of 127.0.0.1 for servers that a test starts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Return a port that nobody else is given until the end of the block; servers may listen there.

    Other tests ask for ports meanwhile: one that is merely found free may be taken a moment later.
    """
    with socket.socket() as holding:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers set it: both may bind it
        holding.bind(("127.0.0.1", 0))
        yield holding.getsockname()[1]
