"""Measures the owner's pages in a business of 50 hosts with 10,000 bookings: `python -m bench pages`.

Every page that has an address of its own, one appointment, one call and a look at days off before they are
saved; each several times, in this process, on SQLite. Half of the bookings are over, a tenth begin today or
tomorrow. What a page takes of a core tells more than the clock where others use the machine.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from rich.table import Table
from sqlalchemy import insert
from werkzeug.test import TestResponse

from bench.console import wide_console
from bridge.app import create_app
from bridge.parts import Bridge
from bridge.store.tables import booking_hosts, bookings, claims, host_joins, journal
from tests.cast.config import Staff, read_toml, salon_toml
from tests.connections.stage import ADMIN, PASSWORD

# Besides, what filters, looks ahead, and shows one of many.
_ASKED = {
    "appointments": "when=past&host=host7",
    "team": "next=50",
    "week": "host=host7",
    "why": "type=cut&on={tomorrow}&time=10:00",
}
_PREVIEW = "/admin/days-off/preview"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--hosts", type=int, default=50)
    options.add_argument("--bookings", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=15)
    wanted = options.parse_args()
    table = Table(title=f"The owner's pages, {wanted.hosts} hosts, {wanted.bookings:,} bookings, ms")
    for heading in ("page", "median", "longest", "of a core", "kB"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
        app = _business(Path(folder), wanted.hosts, wanted.bookings)
        client = app.test_client()
        _sign_in(client)
        for address in _addresses(app):
            table.add_row(address, *_measured(partial(client.get, address), wanted.rounds))
        for name, hosts in (("one host", ["host7"]), ("all hosts", [*app.extensions["bridge"].config.hosts])):
            form = {"host": hosts, "first": _tomorrow(), "csrf_token": _csrf(client, "/admin/days-off")}
            ask = partial(client.post, _PREVIEW, data=form)
            table.add_row(f"{_PREVIEW}, {name}", *_measured(ask, wanted.rounds))
        app.extensions["bridge"].stop()
    wide_console().print(table)


def _business(folder: Path, hosts: int, count: int) -> Flask:
    staff = (Staff(f"host{number}", "08:00-18:00") for number in range(hosts))
    text = salon_toml(f"sqlite:///{folder / 'bridge.db'}", *staff, rest=ADMIN)
    app = create_app(read_toml(text, folder))
    bridge: Bridge = app.extensions["bridge"]
    bridge.background.stop(patience=1)
    dice = random.Random("bookings")  # noqa: S311 - made-up appointments
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    made = [_booking(number, count, now, dice) for number in range(count)]
    attended = [
        {
            "booking_id": row["id"],
            "position": 0,
            "host": f"host{dice.randrange(hosts)}",
            "event_type": row["event_type"],
            "made_at": row["made_at"],
            "is_live": row["state"] == "confirmed",
        }
        for row in made
    ]
    held = [
        {**_times(row), "booking_id": row["id"], "host": f"elsewhere {row['id']}", "pending": False}
        for row in made
        if row["starts_at"] > now
    ]
    with bridge.store.write() as connection:
        connection.execute(insert(bookings), made)
        connection.execute(insert(booking_hosts), attended)
        connection.execute(insert(claims), [{**row, "calendar": "local:elsewhere"} for row in held])
        joined = [
            {"event_type": "cut", "host": name, "joined_at": now - timedelta(days=400)}
            for name in bridge.config.hosts
        ]
        connection.execute(insert(host_joins), joined)
        connection.execute(insert(journal), [_call(number, now) for number in range(count)])
    return app


def _booking(number: int, count: int, now: datetime, dice: random.Random) -> dict[str, object]:
    # Over in the last half year, then today and tomorrow, then within half a year.
    place = number / count
    hours = -dice.uniform(1, 4000) if place < 0.5 else dice.uniform(0, 36 if place < 0.6 else 4000)
    start = now + timedelta(minutes=30 * round(hours * 2))
    caller = {"name": f"Caller {number}", "email": None, "phone": f"+4930{number:07}", "answers": []}
    return {
        "id": f"{number:032x}",
        "event_type": "cut",
        "state": dice.choice(("confirmed",) * 8 + ("cancelled", "no_show")),
        "version": 2,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=30),
        "calendar": "local:host1",
        "contact_key": f"contact:{number}",
        "contact_id": str(number),
        "external_contact_id": "",
        "attendee": caller,
        "source": "telli",
        "made_at": min(start, now) - timedelta(days=dice.uniform(0, 14 if start < now else 90)),
        "by_person": False,
        "link": "",
        "location": "",
        "decision": [],
    }


def _times(row: dict[str, object]) -> dict[str, object]:
    return {"starts_at": row["starts_at"], "ends_at": row["ends_at"]}


def _call(number: int, now: datetime) -> dict[str, object]:
    return {
        "request_id": f"{number:016x}",
        "at": now - timedelta(seconds=50 * number),
        "question": "available",
        "event_type": "cut",
        "outcome": "offered",
        "kind": "",
        "signature": "verified",
        "dry_run": False,
        "told": [],
        "hosts": [],
        "seconds": 0.01,
        "explanation": [],
    }


def _sign_in(client: FlaskClient) -> None:
    form = {"password": PASSWORD, "csrf_token": _csrf(client, "/")}
    if client.post("/", data=form).status_code != 303:
        raise RuntimeError("the pages did not open")


def _csrf(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    return found[1] if found else ""


def _tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


def _addresses(app: Flask) -> Iterator[str]:
    """Yield the pages that the application has, whoever built them."""
    yield "/"
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if str(rule).startswith("/admin/") and "GET" in (rule.methods or ()) and not rule.arguments:
            name = str(rule).rpartition("/")[2]
            if name != "why":  # which tells nothing without a time
                yield str(rule)
            if name in _ASKED:
                yield f"{rule}?{_ASKED[name].format(tomorrow=_tomorrow())}"
    yield f"/admin/appointments/{7:032x}"
    yield f"/admin/calls/{7:016x}"


def _measured(ask: Callable[[], TestResponse], rounds: int) -> tuple[str, ...]:
    taken, worked, size = [], [], 0
    for _ in range(rounds + 1):
        begin, before = time.perf_counter(), time.process_time()
        answer = ask()
        taken.append((time.perf_counter() - begin) * 1000)
        worked.append((time.process_time() - before) * 1000)
        size = len(answer.data)
        if answer.status_code != 200:
            return (str(answer.status), "", "", "")
    # The first loads templates and what else is loaded once.
    figures = (statistics.median(taken[1:]), max(taken[1:]), statistics.median(worked[1:]), size / 1000)
    return tuple(f"{each:.0f}" for each in figures)


if __name__ == "__main__":
    main()
