"""A process of its own that finds its token rejected on four threads at once: prints what it got instead."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cast.clock import PresentClock
from tests.cast.reading import load_config
from tests.connections.stage import ANNA, Process


def main(config: str) -> None:
    """Read the configuration in a file, and do it."""
    process = Process(load_config(Path(config), {}), PresentClock())
    dead = process.token(ANNA)
    sys.stdout.write(f"{dead}\n")
    sys.stdout.flush()
    sys.stdin.readline()

    def call(_number: int) -> str:
        process.connections.token_source("google", ANNA).rejected(dead)
        return process.token(ANNA)

    with ThreadPoolExecutor(4) as pool:
        sys.stdout.write(" ".join(set(pool.map(call, range(4)))))
