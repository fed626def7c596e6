"""Besieges a served bridge as strangers can, and measures what its callers notice: `python -m bench siege`.

200 connections that send a byte now and then, heads and bodies alike, and rubbish on every path as fast as a
few more connections can send it; meanwhile one caller after the other asks what telli asks, signed.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import random
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.salon import make_salon, question
from bench.servers import serving

GOAL_MS = 500
_SLOW = 200
_RUBBISH = 8
_SIGNED = 4
_PATHS = (
    "/",
    "/available",
    "/salon/book",
    "/notify/microsoft",
    "/notify/google",
    "/readyz",
    "/nothing",
    "/find",
    "/tools/cancel",
    "/a/guessed",
    "/telli/webhook",
    "/admin/connections",
    "/admin/calendars/anna/import",
    "/invite/guessed",
    "/static/x",
)
_HEAD = "POST {path} HTTP/1.1\r\nHost: bridge\r\nContent-Length: {length}\r\n{more}\r\n"
_SIGNATURE = f"x-telli-signature: {'ab' * 32}\r\n"  # well-formed, and nobody's


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what callers notice in peace and under siege, with the bridge's worker and gunicorn's."""
    parser = argparse.ArgumentParser(prog="python -m bench.siege", description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0)
    chosen = parser.parse_args(arguments)
    table = Table(title=f"Signed calls while {_SLOW} connections are slow and {_RUBBISH} send rubbish")
    for column in ("server", "", "answered", "lost", "p50 ms", "p99 ms", f"goal p99 < {GOAL_MS} ms"):
        table.add_column(column, justify="left" if column in ("server", "") else "right")
    with tempfile.TemporaryDirectory(prefix="bridge-siege-") as folder:
        for kind, options in {
            "bridge serve": [],
            "gunicorn's gthread": ["--worker-class", "gthread"],
        }.items():
            config = make_salon(Path(folder) / kind.replace(" ", "-"), busy_max_age_seconds=60)
            with serving("wsgi:app", config=config, options=options) as server:
                besieged(server.port, 1, siege=False)  # the first calls make what later ones find made
                for siege in (False, True):
                    told = besieged(server.port, chosen.seconds, siege=siege)
                    table.add_row(kind, "under siege" if siege else "in peace", *_cells(told))
    wide_console().print(table)


def besieged(port: int, seconds: float, *, siege: bool) -> list[float]:
    """Return how long each signed call took, in seconds; a lost one counts as infinity."""
    strangers: subprocess.Popen[bytes] | None = None
    if siege:
        command = [sys.executable, "-c", f"from bench.siege import besiege; besiege({port}, {seconds + 2})"]
        strangers = subprocess.Popen(command)  # noqa: S603 - our own command
        time.sleep(2)
    with multiprocessing.get_context("spawn").Pool(_SIGNED) as pool:
        told = pool.starmap(_ask, [(port, seconds, number) for number in range(_SIGNED)])
    if strangers:
        strangers.wait()
    return [each for caller in told for each in caller]


def _ask(port: int, seconds: float, number: int) -> list[float]:
    """Ask over a kept connection as often as callers of a busy morning do; return the times."""
    taken = []
    end = time.perf_counter() + seconds
    request = question(number)
    line: socket.socket | None = None
    while (began := time.perf_counter()) < end:
        try:
            line = line or socket.create_connection(("127.0.0.1", port), timeout=10)
            line.sendall(request)
            response = http.client.HTTPResponse(line)
            response.begin()
            good = response.status == 200 and b"start_iso" in response.read()
            taken.append(time.perf_counter() - began if good else float("inf"))
        except (OSError, http.client.HTTPException):
            taken.append(float("inf"))
            line = line and line.close()
        time.sleep(0.05)
    return taken


def besiege(port: int, seconds: float) -> None:
    """Do what strangers can, for so many seconds."""
    end = time.monotonic() + seconds
    choose = random.Random(1)  # noqa: S311 - the same siege every time
    slow: dict[socket.socket, bytes] = {}
    fast: list[socket.socket] = []
    turn = 0
    while time.monotonic() < end:
        while len(slow) < _SLOW:
            line, text = _open(port), _slow_text(choose)
            line.setblocking(False)
            slow[line] = text
        for line in list(slow):
            _trickle(line, slow)
        for _ in range(_RUBBISH):
            fast.append(_open(port))
            with suppress(OSError):
                fast[-1].sendall(_rubbish(choose, turn))
            turn += 1
        fast = _still_open(fast)
        time.sleep(0.02)


def _open(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def _slow_text(choose: random.Random) -> bytes:
    path = choose.choice(_PATHS)
    head = _HEAD.format(path=path, length=choose.choice((500, 60_000)), more=_SIGNATURE)
    return head.encode()[: choose.choice((30, 10_000))] + b"x" * 1000


def _trickle(line: socket.socket, slow: dict[socket.socket, bytes]) -> None:
    text = slow[line]
    many = 200 if text.startswith(b"POST") else 1  # the head at once, then byte for byte
    try:
        line.send(text[:many])
        if select.select([line], [], [], 0)[0] and not line.recv(1000):
            raise ConnectionError
        slow[line] = text[many:] or b"x"
    except OSError:
        line.close()
        del slow[line]


def _rubbish(choose: random.Random, turn: int) -> bytes:
    path = _PATHS[turn % len(_PATHS)]
    length = choose.choice((0, 100, 60_000, 256_000, 10_000_000))
    more = _SIGNATURE if turn % 2 else "Content-Type: multipart/form-data; boundary=x\r\n"
    return _HEAD.format(path=path, length=length, more=more).encode() + choose.randbytes(min(length, 60_000))


def _still_open(lines: list[socket.socket]) -> list[socket.socket]:
    for line in lines[:-64]:
        line.close()
    return lines[-64:]


def _cells(told: Sequence[float]) -> tuple[str, ...]:
    good = [each * 1000 for each in told if each != float("inf")]
    if len(good) < 2:
        return (str(len(good)), str(len(told) - len(good)), "-", "-", "missed")
    p99 = statistics.quantiles(good, n=100)[98]
    lost = len(told) - len(good)
    verdict = "kept" if p99 < GOAL_MS and not lost else "missed"
    return (str(len(good)), str(lost), f"{statistics.median(good):.1f}", f"{p99:.1f}", verdict)


if __name__ == "__main__":
    main()
