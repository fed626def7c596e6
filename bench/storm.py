"""A storm of calls, and the callers after it: `python -m bench storm`.

For 12 seconds 400 calls a second, two fifths of them bookings, each over a connection of its own and by
callers who hang up after 5 seconds; then 10 a second for half a minute. Counted are those that nobody
answered, the longest time in which nobody was answered, and the appointments of callers who were not told.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.open_loop import Due, Told, send
from bench.salon import bookings, make_salon, question, tomorrow
from bench.servers import serving
from bridge.store.engine import Store
from bridge.store.sql import bookings as booking_rows

_PATIENCE = 5.0
_AFTER = 10
_DAYS = 10
_BOOKS = 2, 5  # so many of so many


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what callers noticed in the storm and after it."""
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--rate", type=int, default=400, help="calls a second in the storm")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--after", type=float, default=30.0, help="seconds of calls after it")
    parser.add_argument("--options", nargs="*", default=[], help="of gunicorn, without their dashes")
    chosen = parser.parse_args(arguments)
    table = Table(title=f"{chosen.rate} calls a second for {chosen.seconds} s, then {_AFTER}")
    for column in ("", *_COLUMNS):
        table.add_column(column, justify="right" if column else "left")
    with tempfile.TemporaryDirectory(prefix="bridge-storm-") as folder:
        config = make_salon(Path(folder) / "salon", busy_max_age_seconds=60)
        requests = [*_requests(chosen.rate, chosen.seconds, chosen.after)]
        with serving("wsgi:app", config=config, options=[f"--{each}" for each in chosen.options]) as server:
            send([Due(0.0, server.port, question(0))], patience=_PATIENCE)  # what later ones find made
            told = send([Due(at, server.port, text) for at, text in requests], patience=_PATIENCE)
            time.sleep(_PATIENCE)
        gone = _booked_untold(Path(folder) / "salon" / "bridge.db", requests, told)
    in_storm = [each for each in told if each.sent_at < chosen.seconds]
    table.add_row("in the storm", *_cells(in_storm))
    table.add_row("after it", *_cells(told[len(in_storm) :]))
    wide_console().print(table)
    wide_console().print(f"Appointments of callers who were not told of them: {gone}")


_COLUMNS = ("calls", "booked", "offered", "refused in words", "otherwise", "not answered", "p50 ms", "p99 ms")
_COLUMNS += ("slowest ms", "longest silence s")


def _requests(rate: int, seconds: float, after: float) -> Iterator[tuple[float, bytes]]:
    books = iter(bookings(round(rate * seconds + _AFTER * after), tomorrow(datetime.now(UTC)), days=_DAYS))
    number = count(1)
    for first, many, each_second in ((0.0, rate * seconds, rate), (seconds, _AFTER * after, _AFTER)):
        for place in range(round(many)):
            is_booking = place % _BOOKS[1] < _BOOKS[0]
            yield first + place / each_second, next(books) if is_booking else question(next(number))


def _booked_untold(file: Path, requests: Sequence[tuple[float, bytes]], told: Sequence[Told]) -> int:
    with closing(Store(f"sqlite:///{file}")) as store, store.read() as connection:
        kept = {each.contact.contact_id for each in booking_rows.listed(connection)}
    pairs = zip(requests, told, strict=True)
    heard = {_contact(text) for (_, text), each in pairs if _kind(each) == "booked"}
    return len(kept - heard)


def _contact(request: bytes) -> str:
    return str(json.loads(request.partition(b"\r\n\r\n")[2])["contact_id"])


def _cells(told: Sequence[Told]) -> tuple[str, ...]:
    kinds = [_kind(each) for each in told]
    answered = [each for each in told if each.status > 0]
    counts = [len(told), *(kinds.count(kind) for kind in ("booked", "offered", "refused", "other", "none"))]
    taken = sorted(each.seconds * 1000 for each in answered) or [float("nan")] * 2
    p99 = statistics.quantiles(taken, n=100)[98]
    times = (statistics.median(taken), p99, taken[-1])
    return (*map(str, counts), *(f"{each:.0f}" for each in times), f"{_silence(told, answered):.1f}")


def _kind(told: Told) -> str:
    if told.status <= 0:
        return "none"
    if told.status == 200:
        kinds = {b'"status":"success"': "booked", b'"available":[{': "offered", b'"failed"': "refused"}
        kinds[b'"message"'] = "refused"
        return next((kind for text, kind in kinds.items() if text in told.body), "other")
    return "other"


def _silence(told: Sequence[Told], answered: Sequence[Told]) -> float:
    """Return the longest time in which calls waited and none was answered."""
    moments = sorted(each.sent_at + each.seconds for each in answered)
    edges = [told[0].sent_at, *moments, told[-1].sent_at]
    return max(later - earlier for earlier, later in pairwise(edges))


if __name__ == "__main__":
    main()
