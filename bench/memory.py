"""Measures the memory of a worker, by the vendors that are configured: `python -m bench.memory`.

Under gunicorn, after the background has read every calendar and half a second of offers. The vendors are the
tests' fakes, in this process.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.load import load
from bench.salon import API_KEY, question
from bench.servers import serving
from bench.start import worker_mib
from bridge.store.migrate import migrate
from tests.cast.config import salon_toml
from tests.cast.desks import Desk, at_exchange, at_google, at_icloud, at_microsoft, embedded
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.exchange import FakeExchange
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

_READING_SECONDS = 4.0  # by which the background has met every calendar


def main() -> None:
    """Print the table."""
    table = Table("vendors", title="Memory of a worker")
    for column in ("resident, MiB", "its share, MiB"):
        table.add_column(column, justify="right")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-bench-")))
        fakes = (FakeGoogle(), FakeMicrosoft(), ServedByICloud(), FakeExchange())
        google, microsoft, icloud, exchange = (stack.enter_context(fake) for fake in fakes)
        local = embedded("dora", [])
        desks = {
            "Google": at_google(google, folder),
            "CalDAV": at_icloud(icloud),
            "Exchange": at_exchange(exchange),
            "Microsoft": at_microsoft(microsoft),  # the last: its section ends with [network]
        }
        trusted = folder / "authorities.pem"
        trusted.write_text("".join(Path(each.ca_bundle).read_text() for each in (microsoft, exchange)))
        cases = {"none, calendars embedded": [local], **{name: [desk] for name, desk in desks.items()}}
        for name, those in {**cases, "all of them": [local, *desks.values()]}.items():
            resident, share = _measured(folder, those, trusted)
            table.add_row(name, f"{resident:.0f}", f"{share:.0f}")
    wide_console().print(table)


def _measured(folder: Path, desks: Sequence[Desk], trusted: Path) -> tuple[float, float]:
    """Return a worker's resident memory and its share of it, in MiB."""
    own = Path(tempfile.mkdtemp(dir=folder))
    url, path = f"sqlite:///{own / 'bridge.db'}", own / "config.toml"
    sections = "".join(desk.section.partition("[network]")[0] for desk in desks)
    network = f'[network]\nca_file = "{trusted}"\nallow_private_addresses = true\n'
    text = salon_toml(url, *(desk.staff for desk in desks), rest=sections + network)
    path.write_text(text.replace(json.dumps("fake-telli-key"), json.dumps(API_KEY)), encoding="utf-8")
    migrate(url)
    with serving("wsgi:app", config=path) as server:
        load(server.port, [question()], wanted=b"available", seconds=0.5)
        time.sleep(_READING_SECONDS)
        load(server.port, [question()], wanted=b"start_iso", seconds=0.5)
        return worker_mib(server, "Rss"), worker_mib(server, "Pss")


if __name__ == "__main__":
    main()
