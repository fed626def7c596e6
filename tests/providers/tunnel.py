"""A proxy that makes tunnels, as companies have them: by CONNECT, for whoever knows the password."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress

USER, PASSWORD = "bridge", "plainly fake"
_ALLOWED = b"Basic " + b64encode(f"{USER}:{PASSWORD}".encode())


class TunnelProxy:
    """Serves until closed; names are looked up in `hosts`, for clients cannot and need not."""

    def __init__(self, hosts: Mapping[str, int]) -> None:
        self._hosts = hosts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked: list[str] = []
        self._open = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Return its address with user and password."""
        return f"http://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"

    def close(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(1)
            method, target, _ = head.split(b" ", 2)
            if _ALLOWED not in head:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                client.close()
                return
            assert method == b"CONNECT"
            self.asked.append(target.decode())
            server = socket.create_connection(("127.0.0.1", self._hosts[target.decode().partition(":")[0]]))
            self._open.append(server)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()
            _carry(client, server)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
