"""A TLS server of a private authority."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import suppress

import trustme


class Secure:
    """A TLS server that gives one answer to every request, and counts connections.

    With `breaks_after`, no more than so many bytes of the answer come, then some that are no TLS.
    """

    def __init__(
        self, authority: trustme.CA, name: str, body: bytes, *, breaks_after: int | None = None
    ) -> None:
        self._answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        self._breaks_after = breaks_after
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.requests = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type] # any callable
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                self._open.append(plain)
                self._start(self._serve, plain)

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError), self._context.wrap_socket(plain, server_side=True) as secure:
            self._open.append(secure)
            self.connections += 1
            with secure.makefile("rb") as incoming:
                while self._read(incoming):
                    self.requests += 1
                    secure.sendall(self._answer[: self._breaks_after])
                    if self._breaks_after is not None:
                        os.write(secure.fileno(), b"no TLS at all")
                        return

    def _read(self, incoming: object) -> bool:
        length = 0
        while line := incoming.readline():  # type: ignore[attr-defined] # a file
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            if line == b"\r\n":
                incoming.read(length)  # type: ignore[attr-defined]
                return True
        return False

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
