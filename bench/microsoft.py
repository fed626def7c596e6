"""Measure what the Graph client costs a free/busy call: HTTP requests, and time beside bare clients.

A canned loopback server in another process counts what it is asked. All clients ask it in turns within one
run, and make sorted UTC intervals of the answer. Run: python -m bench.microsoft [--rounds N] [--busy N]
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
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, ClassVar

import requests
from rich.console import Console
from rich.table import Table

from providers.base import BusyQuery, Deadline, Interval
from providers.http import Clocks, session
from providers.microsoft import MicrosoftCalendars, MicrosoftSettings

ACCOUNT = "ben@contoso.example.com"
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
WINDOW = Interval(FIRST, FIRST + timedelta(days=14))
PATH = (
    "/v1.0/me/calendar/calendarView?startDateTime=2026-11-30T00:00:00Z&endDateTime=2026-12-16T00:00:00Z"
    "&$top=1000&$select=id,start,end,showAs,isAllDay,isCancelled,responseStatus,originalStartTimeZone"
)
HEADERS = {"Authorization": "Bearer fake-access", "Prefer": 'outlook.timezone="UTC", IdType="ImmutableId"'}
PAGES = "three-pages"

Ask = Callable[[], object]


class _Token:
    """A token at hand, as in the live path."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return it."""
        return "fake-access"

    def rejected(self, token: str) -> None:
        """Never happens here."""
        raise AssertionError(token)


def _events(busy: int) -> list[dict[str, Any]]:
    starts = [FIRST + timedelta(hours=3 * number) for number in range(busy)]
    return [
        {
            "@odata.etag": 'W/"fake=="',
            "id": f"AAkALgAAAAAAHYQDEapmEc2byACqAC{number:08d}=",
            "showAs": "busy",
            "isAllDay": False,
            "isCancelled": False,
            "originalStartTimeZone": "W. Europe Standard Time",
            "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
            "start": _moment(start),
            "end": _moment(start + timedelta(hours=1)),
        }
        for number, start in enumerate(starts)
    ]


def _moment(at: datetime) -> dict[str, str]:
    return {"dateTime": f"{at.replace(tzinfo=None).isoformat()}.0000000", "timeZone": "UTC"}


class _Canned(socketserver.StreamRequestHandler):
    """Answers by the path alone."""

    disable_nagle_algorithm = True
    events: ClassVar[list[dict[str, Any]]] = []
    base: ClassVar[str] = ""
    count: ClassVar[Any] = None
    known: ClassVar[dict[bytes, bytes]] = {}

    def handle(self) -> None:
        """Serve one connection."""
        while line := self.rfile.readline():
            path, length = line.split()[1], 0
            while (head := self.rfile.readline()) != b"\r\n":
                if head.lower().startswith(b"content-length:"):
                    length = int(head.split(b":")[1])
            body = self.rfile.read(length)
            with self.count.get_lock():
                self.count.value += 1
            if body or path not in self.known:
                self.known[path] = self._encoded(path.decode(), body)
            self.wfile.write(self.known[path])

    def _encoded(self, path: str, body: bytes) -> bytes:
        content = json.dumps(self._answer(path, body)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return head.encode() + content

    def _answer(self, path: str, body: bytes) -> Mapping[str, Any]:
        if path.endswith("/$batch"):
            parts = json.loads(body)["requests"]
            view = {"value": self.events}
            return {"responses": [{"id": part["id"], "status": 200, "body": view} for part in parts]}
        if path.endswith("/getSchedule"):
            return {
                "value": [
                    {"scheduleId": each, "availabilityView": "", "scheduleItems": []}
                    for each in json.loads(body)["schedules"]
                ]
            }
        if PAGES in path and not path.endswith("page=2"):
            number = 2 if "page=1" in path else 1
            link = f"{self.base}/v1.0/me/calendars/{PAGES}/calendarView?page={number}"
            return {"value": self.events, "@odata.nextLink": link}
        return {"value": self.events}


def _serve(busy: int, ready: Connection, count: Any) -> None:
    _Canned.events, _Canned.count = _events(busy), count
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Canned) as server:
        _Canned.base = f"http://127.0.0.1:{server.server_address[1]}"
        ready.send(server.server_address[1])
        server.serve_forever()


def _intervals(answer: Any) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do."""
    stamps = datetime.fromisoformat
    return sorted(
        (
            stamps(each["start"]["dateTime"]).replace(tzinfo=UTC),
            stamps(each["end"]["dateTime"]).replace(tzinfo=UTC),
        )
        for each in answer["value"]
    )


def _bare(port: int) -> Ask:
    line = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> object:
        line.request("GET", PATH, headers=HEADERS)
        return _intervals(json.loads(line.getresponse().read()))

    return ask


def _requests(port: int, made: requests.Session) -> Ask:
    url = f"http://127.0.0.1:{port}{PATH}"

    def ask() -> object:
        return _intervals(made.get(url, headers=HEADERS, timeout=2.5).json())

    return ask


def _ours(port: int, calendars: Sequence[str]) -> Ask:
    clocks = Clocks(
        now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep, random=random.random
    )
    settings = MicrosoftSettings(graph_url=f"http://127.0.0.1:{port}/v1.0")
    provider = MicrosoftCalendars(ACCOUNT, _Token(), settings, clocks=clocks)
    queries = [BusyQuery(calendar) for calendar in calendars]

    def ask() -> object:
        answers = provider.free_busy(queries, WINDOW, deadline=Deadline(2.5, time.monotonic))
        for answer in answers.values():
            if isinstance(answer, Exception):
                raise answer
        return answers

    return ask


def _counted(port: int, count: Any) -> Table:
    """Return how many HTTP requests each question takes, connections and tokens at hand."""
    rooms = [f"schedule:room{number}@contoso.example.com" for number in range(25)]
    questions = {
        "one calendar, one page": ["calendar"],
        "one calendar, three pages": [PAGES],
        "five calendars": ["calendar", "b", "c", "d", "e"],
        "twenty-five calendars": [f"calendar{number}" for number in range(25)],
        "one room": rooms[:1],
    }
    table = Table(title="HTTP requests a free/busy question takes")
    for head in ("question", "requests"):
        table.add_column(head, justify="left" if head == "question" else "right")
    for name, calendars in questions.items():
        ask = _ours(port, calendars)
        before = count.value
        ask()
        table.add_row(name, str(count.value - before))
    return table


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


def _timed(port: int, rounds: int, busy: int) -> Table:
    with requests.Session() as plain, session() as seam:
        asks = {
            "http.client, kept open (floor)": _bare(port),
            "MicrosoftCalendars.free_busy": _ours(port, ["calendar"]),
            "requests.Session": _requests(port, plain),
            "requests.Session, trust_env off": _requests(port, seam),
        }
        taken = _measure(asks, rounds)
    table = Table(title=f"One free/busy call, one calendar, {busy} events, {rounds} rounds")
    for head in ("client", "median ms", "p90 ms", "beside requests"):
        table.add_column(head, justify="left" if head == "client" else "right")
    base = statistics.median(taken["requests.Session"])
    for name, times in taken.items():
        middle, high = statistics.median(times), statistics.quantiles(times, n=10)[8]
        table.add_row(name, f"{middle:.3f}", f"{high:.3f}", f"{middle / base:.2f}")
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=40)
    options = parser.parse_args()
    ready, theirs = multiprocessing.Pipe()
    count = multiprocessing.Value("q", 0)
    server = multiprocessing.Process(target=_serve, args=(options.busy, theirs, count), daemon=True)
    server.start()
    port = ready.recv()
    console = Console()
    console.print(_counted(port, count))
    console.print(_timed(port, options.rounds, options.busy))
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
