"""Callers who never stop asking over kept connections, and count every answer that was not a good one."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from bridge.service.signing import sign
from tests.cast.config import API_KEY

PATIENCE = 100
PATIENT = "deadline_seconds = 30\nbook_deadline_seconds = 50"  # nobody shall be turned away for time


def caller(who: str, start: datetime) -> dict[str, object]:
    """Return what a caller says who books."""
    return {"contact_id": who, "contact_details": {"name": who}, "start_iso": start.isoformat()}


class Line:
    """One kept connection; opened anew where the server said that it closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def post(self, path: str, payload: object) -> tuple[int, dict[str, object]]:
        raw = json.dumps(payload).encode()
        headers = {"content-type": "application/json", "x-telli-signature": sign(raw, API_KEY)}
        self._connection.request("POST", path, raw, headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.will_close:
            self._connection.close()
            self._open()
        return response.status, json.loads(body)

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)


def post_once(port: int, path: str, payload: object) -> tuple[int, dict[str, object]]:
    """Ask over a connection of its own."""
    with closing(Line(port)) as line:
        return line.post(path, payload)


class Callers:
    """How many answers of each kind there were so far."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.over = threading.Event()
        self._lock = threading.Lock()

    def ask(self, port: int) -> None:
        line = Line(port)
        while not self.over.is_set():
            try:
                status, answer = line.post("/available", {})
                outcome = "good" if status == 200 and answer.get("available") else f"{status} {answer}"
            except (OSError, http.client.HTTPException) as error:
                outcome = f"lost: {error!r}"
                line.close()
                line = Line(port)
            with self._lock:
                self.told[outcome] += 1
        line.close()


@contextmanager
def asking(port: int, count: int = 6) -> Iterator[Callers]:
    """Have so many callers ask until the end of the block."""
    callers = Callers()
    threads = [threading.Thread(target=callers.ask, args=(port,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield callers
    finally:
        callers.over.set()
        for thread in threads:
            thread.join()
