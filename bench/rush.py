"""Mixed calls while faults come and go, and what is wrong afterwards: `make load`, `python -m bench rush`.

Two gunicorns of one worker each share one PostgreSQL, behind a proxy, and one configuration: four hosts on
embedded calendars, one at the fake Google, one at the fake Microsoft, and a system that is told by webhooks.
100 calls a second come for two minutes, answered or not, while vendors are slow, refuse, break off and let
tokens die, the database's connections are cut and workers, with their background, are killed. Then everything
is well again, what was begun is ended, and it is counted what must never be. All in all it ends by itself.
BRIDGE_TEST_POSTGRES_URL is needed, as for the tests. `--seconds 1000` are 100,000 requests.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bench.console import wide_console
from bench.open_loop import Due, send
from bench.rush_counts import GHOSTS, calls, counted, days_of, late, latencies, signed, wrong_afterwards
from bench.servers import Server, serving
from bridge.store.engine import Store
from bridge.store.migrate import migrate
from bridge.store.tables import bookings, follow_ups
from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT, google_section, microsoft_section
from tests.cast.config import Staff, salon_toml
from tests.store.databases import PostgresServer
from tests.store.proxy import PostgresProxy
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.inbox import FakeInbox
from tests.vendors.microsoft import FakeMicrosoft

_RATE = 100
_SECONDS = 120.0
_FAULT_SECONDS = 2.0
_PATIENCE = 15.0
_SETTLED_SECONDS = 180.0
_SWITCH_SECONDS = 0.0005
_DAY = "00:00-24:00"


@dataclass
class World:
    """All that runs, and the faults that are on."""

    google: FakeGoogle
    microsoft: FakeMicrosoft
    inbox: FakeInbox
    proxy: PostgresProxy
    servers: list[Server] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)

    def trouble(self, dice: random.Random) -> None:
        """Begin one fault; those before it have ended."""
        vendor = dice.choice((self.google, self.microsoft))
        vendor.set_latency(0.0)
        name, begin = dice.choice(list(self._faults(vendor, dice).items()))
        self.troubles[name] += 1
        begin()

    def well(self) -> None:
        """End every fault."""
        for vendor in (self.google, self.microsoft):
            vendor.set_latency(0.0)
            vendor.faults.clear()

    def _faults(
        self, vendor: FakeGoogle | FakeMicrosoft, dice: random.Random
    ) -> dict[str, Callable[[], object]]:
        def fail(fault: Fault) -> Callable[[], object]:
            return lambda: vendor.fail_next(fault, times=dice.randint(1, 8))

        def kill() -> None:
            workers = dice.choice(self.servers).workers()
            if workers:
                os.kill(workers[0], signal.SIGKILL)

        account = ANNA_GOOGLE if vendor is self.google else BEN_MICROSOFT
        return {
            "slow": lambda: vendor.set_latency(dice.uniform(0, 3)),
            "429": fail(Fault.RATE_429),
            "503": fail(Fault.UNAVAILABLE),
            "reset": fail(Fault.RESET),
            "truncated": fail(Fault.TRUNCATE),
            "answer lost": fail(Fault.DROP_AFTER),
            "token revoked": lambda: vendor.end_access(account),
            "database cut": self.proxy.cut,
            "worker killed": kill,
            "none": lambda: None,
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was answered how fast, and how often happened what must never."""
    parser = argparse.ArgumentParser(prog="python -m bench.rush", description=__doc__)
    parser.add_argument("--rate", type=int, default=_RATE)
    parser.add_argument("--seconds", type=float, default=_SECONDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="without faults")
    chosen = parser.parse_args(arguments)
    console = wide_console()
    postgres = os.environ.get("BRIDGE_TEST_POSTGRES_URL")
    if not postgres:
        console.print("BRIDGE_TEST_POSTGRES_URL is not set: there is nothing to measure")
        return
    # Vendors and the proxy answer from this process: by Python's 5 ms it would be them that is measured.
    sys.setswitchinterval(_SWITCH_SECONDS)
    with ExitStack() as stack:
        url = stack.enter_context(PostgresServer(postgres).database())
        migrate(url)
        asked = [*calls(round(chosen.rate * chosen.seconds))]
        world = _opened(stack, url, days_of(asked))
        before = _sizes(world)
        with _troubled(world, random.Random(chosen.seed), is_calm=chosen.calm):  # noqa: S311 - the same each time
            due = [
                Due(place / chosen.rate, world.servers[place % 2].port, each.request)
                for place, each in enumerate(asked)
            ]
            told = send(due, patience=_PATIENCE)
        world.well()
        with closing(Store(url)) as store:
            count = partial(wrong_afterwards, store, world, asked, told)
            # What was given up may still have come, and is removed then: at once, or after a failure later.
            took = _settled(store, lambda: count()[GHOSTS])
            found = count()
        console.print(latencies(asked, told))
        console.print(f"Late were: {late(asked, told)}")
        console.print(counted({**found, "work left after the end": "none" if took else "some"}))
        console.print(f"Faults: {dict(world.troubles)}. Settled after {took:.0f} s.")
        console.print(
            f"Memory MiB, threads, descriptors of the workers: {before} before, {_sizes(world)} after"
        )


def _opened(stack: ExitStack, url: str, days: int) -> World:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-rush-")))
    # Closed, and not asked for violations: a killed worker's requests break off in the middle.
    google, microsoft = (
        stack.enter_context(closing(FakeGoogle())),
        stack.enter_context(closing(FakeMicrosoft())),
    )
    inbox = stack.enter_context(closing(FakeInbox()))
    proxy = stack.enter_context(closing(PostgresProxy(url)))
    google.add_account(ANNA_GOOGLE)
    microsoft.add_account(BEN_MICROSOFT)
    staff = [Staff(name, _DAY) for name in ("cleo", "dora", "emil", "finn")]
    staff.append(Staff("anna", _DAY, calendar=f"google:{ANNA_GOOGLE}/primary"))
    staff.append(Staff("ben", _DAY, calendar=f"microsoft:{BEN_MICROSOFT}/calendar"))
    webhooks = inbox.toml().removeprefix("[network]\n")  # Microsoft's section ends with [network]
    rest = f"{google_section(google, folder)}{microsoft_section(microsoft)}{webhooks}"
    config = salon_toml(proxy.url, *staff, event_type=f"horizon_days = {days}", rest=rest)
    world = World(google, microsoft, inbox, proxy)
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "config.toml").write_text(config)
        server = serving("wsgi:app", config=folder / name / "config.toml", options=["-w", "1"])
        world.servers.append(stack.enter_context(server))
    for server in world.servers:  # what the first calls make, later ones find made
        send([Due(0.0, server.port, signed("/cut/available", {}))], patience=_PATIENCE)
    return world


class _troubled:  # noqa: N801 - a block, as contextlib's are
    """Let faults come and go in the block."""

    def __init__(self, world: World, dice: random.Random, *, is_calm: bool) -> None:
        self._world, self._dice, self._is_calm = world, dice, is_calm
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._is_calm and not self._over.wait(_FAULT_SECONDS):
            with suppress(OSError, IndexError):  # a worker that was just killed has no successor yet
                self._world.trouble(self._dice)


def _settled(store: Store, left: Callable[[], object]) -> float:
    """Wait until nothing is held, to be told or `left`; return the seconds, 0 when it never was so."""
    held = select(bookings.c.id).where(bookings.c.state == "held")
    untold = select(follow_ups.c.id).where(follow_ups.c.state == "waiting")
    began = time.monotonic()
    while time.monotonic() - began < _SETTLED_SECONDS:
        time.sleep(2)
        with store.read() as connection:
            is_waiting = any(connection.execute(each.limit(1)).first() for each in (held, untold))
        if not is_waiting and not left():
            return time.monotonic() - began
    return 0.0


def _sizes(world: World) -> list[tuple[int, ...]]:
    found = []
    for worker in [each for server in world.servers for each in server.workers()]:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{worker}/status").read_text().splitlines())
        files = len([*Path(f"/proc/{worker}/fd").iterdir()])
        found.append((int(status["VmRSS"].split()[0]) // 1024, int(status["Threads"]), files))
    return found


if __name__ == "__main__":
    main()
