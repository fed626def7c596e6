"""A process of its own that finds its token rejected on four threads at once: prints what it got instead."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cast.clock import RealClock
from tests.configs import load_config
from tests.connections.stage import ANNA, Process


def main() -> None:
    process = Process(load_config(Path(sys.argv[1]), {}), RealClock())
    dead = process.token(ANNA)
    sys.stdout.write(f"{dead}\n")
    sys.stdout.flush()
    sys.stdin.readline()

    def call(_number: int) -> str:
        process.connections.token_source("google", ANNA).rejected(dead)
        return process.token(ANNA)

    with ThreadPoolExecutor(4) as pool:
        sys.stdout.write(" ".join(set(pool.map(call, range(4)))))


if __name__ == "__main__":
    main()
