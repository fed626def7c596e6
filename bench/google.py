"""Measure what the Google client costs a free/busy call, beside bare HTTP clients doing the same.

All post the same question to the same canned loopback server in another process, in turns within one run,
and make sorted UTC intervals of the answer. Run: python -m bench.google [--rounds N] [--busy N]
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import socketserver
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from providers.base import BusyQuery, Deadline, Interval
from providers.google import GoogleCalendars, GoogleSettings
from providers.http import Clocks, session

ACCOUNT = "anna@example.com"
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
WINDOW = Interval(FIRST, FIRST + timedelta(days=14))
QUESTION = {
    "timeMin": "2026-12-01T00:00:00Z",
    "timeMax": "2026-12-15T00:00:00Z",
    "timeZone": "UTC",
    "items": [{"id": ACCOUNT}],
}
HEADERS = {"Authorization": "Bearer fake-access", "Content-Type": "application/json"}
PATH = "/calendar/v3/freeBusy"

Ask = Callable[[], object]


class _Token:
    """A token at hand, as in the live path."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return it."""
        return "fake-access"

    def rejected(self, token: str) -> None:
        """Never happens here."""
        raise AssertionError(token)


def _answer(busy: int) -> bytes:
    starts = [FIRST + timedelta(hours=3 * number) for number in range(busy)]
    entries = [{"start": _stamp(start), "end": _stamp(start + timedelta(hours=1))} for start in starts]
    body = json.dumps({"kind": "calendar#freeBusy", "calendars": {ACCOUNT: {"busy": entries}}}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Canned(socketserver.StreamRequestHandler):
    """Answers every request with the server's bytes."""

    disable_nagle_algorithm = True
    answer: bytes

    def handle(self) -> None:
        """Serve one connection."""
        length = 0
        while line := self.rfile.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif line == b"\r\n":
                self.rfile.read(length)
                self.wfile.write(self.answer)


def _serve(busy: int, ready: Connection) -> None:
    _Canned.answer = _answer(busy)
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Canned) as server:
        ready.send(server.server_address[1])
        server.serve_forever()


def _intervals(answer: Any) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do."""
    busy = answer["calendars"][ACCOUNT]["busy"]
    stamps = datetime.fromisoformat
    return sorted((stamps(entry["start"]), stamps(entry["end"])) for entry in busy)


def _bare(port: int) -> Ask:
    line = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> object:
        line.request("POST", PATH, json.dumps(QUESTION), HEADERS)
        return _intervals(json.loads(line.getresponse().read()))

    return ask


def _requests(port: int, made: requests.Session) -> Ask:
    url = f"http://127.0.0.1:{port}{PATH}"

    def ask() -> object:
        return _intervals(made.post(url, json=QUESTION, headers=HEADERS, timeout=2.5).json())

    return ask


def _ours(port: int) -> Ask:
    clocks = Clocks(
        now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep, random=random.random
    )
    settings = GoogleSettings(api_url=f"http://127.0.0.1:{port}/calendar/v3/")
    provider = GoogleCalendars(ACCOUNT, _Token(), settings, clocks=clocks)
    query = BusyQuery(ACCOUNT)

    def ask() -> object:
        answer = provider.free_busy([query], WINDOW, deadline=Deadline(2.5, time.monotonic))[query]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def _measure(asks: dict[str, Ask], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call, all taking turns so that the machine's moods hit all alike."""
    taken: dict[str, list[float]] = {name: [] for name in asks}
    for number in range(rounds + 50):
        for name, ask in asks.items():
            begin = time.perf_counter()
            ask()
            if number >= 50:
                taken[name].append((time.perf_counter() - begin) * 1000)
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=40)
    options = parser.parse_args()
    ready, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(options.busy, theirs), daemon=True)
    server.start()
    port = ready.recv()
    with requests.Session() as plain, session() as seam:
        asks = {
            "http.client, kept open (floor)": _bare(port),
            "GoogleCalendars.free_busy": _ours(port),
            "requests.Session": _requests(port, plain),
            "requests.Session, trust_env off": _requests(port, seam),
        }
        taken = _measure(asks, options.rounds)
    server.terminate()
    server.join()
    table = Table(title=f"One free/busy call, {options.busy} busy intervals, {options.rounds} rounds")
    for head in ("client", "median ms", "p90 ms", "beside requests"):
        table.add_column(head, justify="left" if head == "client" else "right")
    base = statistics.median(taken["requests.Session"])
    for name, times in taken.items():
        middle, high = statistics.median(times), statistics.quantiles(times, n=10)[8]
        table.add_row(name, f"{middle:.3f}", f"{high:.3f}", f"{middle / base:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
