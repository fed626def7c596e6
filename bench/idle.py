"""Measures what an idle bridge takes of a processor: `python -m bench idle` (2,000 embedded hosts, 30 s)."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from bench.console import wide_console
from bridge.parts import Bridge
from bridge.store.migrate import migrate
from tests.cast.config import Staff, read_toml, salon_toml

_SETTLING_SECONDS = 5.0


def main() -> None:
    """Print one line."""
    options = argparse.ArgumentParser()
    options.add_argument("--hosts", type=int, default=2000)
    options.add_argument("--seconds", type=float, default=30.0)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bridge.db'}"
        migrate(url)
        staff = (Staff(f"host{number}") for number in range(wanted.hosts))
        bridge = Bridge(read_toml(salon_toml(url, *staff), Path(folder)))
        bridge.start()
        time.sleep(_SETTLING_SECONDS)
        share = _share_of_a_core(wanted.seconds)
        bridge.stop()
    wide_console().print(f"{wanted.hosts:,} embedded hosts, nothing to do: {share:.2%} of a core")


def _share_of_a_core(seconds: float) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - cpu) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
