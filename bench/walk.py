"""Counts what a newcomer passes who follows one request: the project's own functions and files.

One `/available` whose offer is made anew and one `/book`, on embedded calendars, through the WSGI app and
with the threads that ask the calendars; each after one like it, so that nothing is counted that is made
once. The background work has ended before: what it asks, the same threads answer, and none of it is the
request's. A lambda counts as a function, a comprehension does not. Run it with `python -m bench.walk`;
`--files` tells the files in the order in which they are entered.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from bench.salon import bookings, make_salon, question, tomorrow
from bridge.app import create_app
from tests.cast.reading import load_config

_COMPREHENSIONS = {"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


class Walk:
    """The project's functions in the order in which threads entered them, while it `records`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(f"{folder}/" for folder in folders)
        self._passed: dict[CodeType, None] = {}
        self._records = False

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a call; for `sys.setprofile`."""
        if not self._records or event != "call" or not frame.f_code.co_filename.startswith(self._folders):
            return
        self._passed[frame.f_code] = None

    def of(self, request: Callable[[], object]) -> list[CodeType]:
        """Make the request; return the functions that were passed."""
        self._passed = {}
        self._records = True
        try:
            request()
        finally:
            self._records = False
        return [code for code in self._passed if code.co_name not in _COMPREHENSIONS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.walk", description=__doc__)
    parser.add_argument("--files", action="store_true", help="tell the files, and how many functions of each")
    chosen = parser.parse_args(arguments)
    walks, root = _walks()
    table = Table(title="What one request passes of the project's own")
    for heading in ("request", "functions", "files"):
        table.add_column(heading, justify="left" if heading == "request" else "right")
    for name, functions in walks.items():
        table.add_row(name, str(len(functions)), str(len(_files(functions))))
    console = Console()
    console.print(table)
    for name, functions in walks.items() if chosen.files else ():
        console.print(f"\n{name}")
        for file, count in _files(functions).items():
            console.print(f"  {count:3}  {Path(file).relative_to(root)}", highlight=False)


def _walks() -> tuple[dict[str, list[CodeType]], Path]:
    """Return the functions by request, and the project's folder: that of the code that runs."""
    root = Path(sys.modules["bridge"].__file__ or "").resolve().parents[1]
    walk = Walk([root / "bridge", root / "providers"])
    threading.setprofile(walk.note)  # for threads that start from here on: those that ask the calendars
    sys.setprofile(walk.note)
    try:
        with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
            config = make_salon(Path(folder) / "salon", busy_max_age_seconds=0)
            patient = "[bridge]\ndeadline_seconds = 60\nbook_deadline_seconds = 60"  # counting takes its time
            config.write_text(config.read_text("utf-8").replace("[bridge]", patient, 1), "utf-8")
            app = create_app(load_config(config, {}))
            try:
                return _requests(walk, app.test_client()), root
            finally:
                app.extensions["bridge"].stop()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # the documented way to end it


def _requests(walk: Walk, client: FlaskClient) -> dict[str, list[CodeType]]:
    first = tomorrow(datetime.now(UTC)) + timedelta(days=1)
    books = bookings(2, first)
    questions = [question(number) for number in (1, 2)]
    sent(client, questions[0])  # starts the background work, which then ends
    client.application.extensions["bridge"].background.stop(patience=10)
    walks = {"/available, made anew": walk.of(lambda: sent(client, questions[1]))}
    sent(client, books[0])
    return {**walks, "/book": walk.of(lambda: sent(client, books[1]))}


def sent(client: FlaskClient, whole: bytes) -> None:
    """Send a request as it goes over the wire; it must do what was asked."""
    head, _, body = whole.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers: dict[str, Any] = dict(field.split(": ", 1) for field in fields)
    answer = client.open(line.split(" ")[1], method="POST", data=body, headers=headers)
    good = any(sign in answer.get_data() for sign in (b'{"available":[{', b'"status":"success"'))
    if answer.status_code != 200 or not good:
        raise RuntimeError(f"{line}: {answer.status} {answer.get_data(as_text=True)}")


def _files(functions: Sequence[CodeType]) -> Counter[str]:
    return Counter(code.co_filename for code in functions)


if __name__ == "__main__":
    main()
