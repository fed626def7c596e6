"""Starts the real server: gunicorn with the project's own settings, on a free port of 127.0.0.1.

It is forked from a process that has imported everything; `bridge serve` as one types it is `command`'s.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gunicorn.app.wsgiapp import run

from bridge.service.signing import sign
from tests.cast.config import API_KEY
from tests.cast.ports import reserved_port
from tests.zygote import Child, Zygote

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A running server; `post` sends a signed request as telli does."""

    port: int
    process: Child
    log: Path

    def post(self, path: str, body: object, *, key: str = API_KEY) -> tuple[int, dict[str, object]]:
        raw = json.dumps(body, separators=(",", ":")).encode()
        return self.send("POST", path, raw, {"x-telli-signature": sign(raw, key)})

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"content-type": "application/json", **(headers or {})})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return response.status, json.loads(text) if text.startswith(b"{") else {"text": text.decode()}

    def post_at_once(self, path: str, bodies: list[object]) -> list[dict[str, object]]:
        """Send all requests at the same time, each over a connection of its own."""
        return self.post_each_at_once([(path, body) for body in bodies])

    def post_each_at_once(self, requests: Sequence[tuple[str, object]]) -> list[dict[str, object]]:
        """Do the same with requests to several paths."""
        with ThreadPoolExecutor(len(requests)) as threads:
            return [answer for _, answer in threads.map(lambda request: self.post(*request), requests)]


@contextlib.contextmanager
def running(
    zygote: Zygote, config: str, folder: Path, *options: str, app: str = "wsgi:app", **environment: str
) -> Iterator[Server]:
    """Serve this configuration until the end of the block, in an environment with these additions."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(config)
    log = folder / "server.log"
    around = {"BRIDGE_CONFIG": str(folder / "config.toml"), **environment}
    with reserved_port() as port:
        words = ["-c", str(ROOT / "gunicorn.conf.py"), "-b", f"127.0.0.1:{port}", *options, app]
        with log.open("wb") as output:
            process = zygote.start("tests.cast.server", *words, output=output.fileno(), environment=around)
        server = Server(port, process, log)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.finish()


def main(*words: str) -> None:
    """Be gunicorn, as started with these words."""
    sys.argv = ["gunicorn", *words]
    run()


def _wait_until_ready(server: Server) -> None:
    while server.process.poll() is None:
        with contextlib.suppress(OSError):
            if server.send("GET", "/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")
