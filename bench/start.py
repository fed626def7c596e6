"""Measures how long the bridge takes to start, and the memory it keeps: `python -m bench.start`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench.console import wide_console
from bench.load import load
from bench.salon import make_salon, question
from bench.servers import ROOT, Server, serving
from bridge.store.migrate import migrate
from tests.cast.config import Staff, salon_toml

_TIMES = 3
_LARGE = "bridge serve, 2,000 hosts, 400 event types"
_STEPS = {
    "bare Python": "pass",
    "import flask": "import flask",
    "bridge --help": "from bridge.cli import main; main(['--help'])",
    "import bridge.app": "import bridge.app",
    "make the app": "import bridge.app; bridge.app.create_app(bridge.app.load())",
}
# Prints what the step took, without what it says. (ru_maxrss would tell of the parent, before the exec.)
_PROGRAM = """
import contextlib, io, pathlib, time
began, cpu = time.perf_counter(), time.process_time()
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    exec({step!r})
taken = time.perf_counter() - began, time.process_time() - cpu
status = pathlib.Path("/proc/self/status").read_text()
print(*taken, int(status.split("VmRSS:")[1].split()[0]) / 1024)
"""


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock, seconds of a processor, MiB of memory."""

    seconds: float
    cpu: float
    mib: float


def main() -> None:
    """Print the table."""
    table = Table("step", title="Start: time and resident memory")
    for column in ("seconds", "CPU seconds", "MiB"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
        config = make_salon(Path(folder) / "start", busy_max_age_seconds=60)
        for name, step in _STEPS.items():
            taken = _median([_run(step, config) for _ in range(_TIMES)])
            table.add_row(name, f"{taken.seconds:.2f}", f"{taken.cpu:.2f}", f"{taken.mib:.0f}")
        with serving("wsgi:app", config=config) as server:
            load(server.port, [question()], wanted=b"available", seconds=0.5)
            table.add_row("gunicorn until it answers", f"{server.ready_after:.2f}", "", "")
            table.add_row("gunicorn worker, resident", "", "", f"{worker_mib(server, 'Rss'):.0f}")
            table.add_row("gunicorn worker, its share", "", "", f"{worker_mib(server, 'Pss'):.0f}")
        large = _large(Path(folder))
        taken = _median([_served(large) for _ in range(_TIMES)])
        table.add_row(_LARGE, f"{taken.seconds:.2f}", f"{taken.cpu:.2f}", f"{taken.mib:.0f}")
    wide_console().print(table)


def _run(step: str, config: Path) -> Taken:
    command = [sys.executable, "-c", _PROGRAM.format(step=step)]
    environment = {"PATH": "/usr/bin:/bin", "BRIDGE_CONFIG": str(config)}
    told = subprocess.run(  # noqa: S603 - our own command line
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return Taken(*map(float, told.stdout.split()))


def _large(folder: Path) -> Path:
    """Write the configuration of a large organisation, and make its database."""
    url, path = f"sqlite:///{folder / 'large.db'}", folder / "large.toml"
    staff = [Staff(f"host{number}") for number in range(2000)]
    teams = {f"type{number}": [each.name for each in staff[number::400]] for number in range(400)}
    event_types = {name: f"hosts = {json.dumps(team)}" for name, team in teams.items()}
    path.write_text(salon_toml(url, *staff, **event_types), encoding="utf-8")
    migrate(url)
    return path


def _served(config: Path) -> Taken:
    """Start `bridge serve` and its two workers."""
    with serving("", config=config) as server:
        return Taken(server.ready_after, server.cpu_of_start(), worker_mib(server, "Rss"))


def _median(runs: Sequence[Taken]) -> Taken:
    return Taken(
        *(statistics.median(getattr(run, name) for run in runs) for name in ("seconds", "cpu", "mib"))
    )


def worker_mib(server: Server, kind: str) -> float:
    """Return the mean memory of the workers; `Pss` counts what they share only in part."""
    sizes = []
    for number in server.workers():
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        sizes.append(next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024)
    return statistics.mean(sizes)


if __name__ == "__main__":
    main()
