"""How late background jobs come when some of 200 accounts hang, by a simulated clock."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from bench.console import wide_console
from tests.background.many_accounts import latest
from tests.store.databases import new_sqlite, sqlite_template

_DURATION = timedelta(minutes=6)


def main() -> None:
    """Print how late the latest job of each kind came."""
    logging.disable()  # five accounts hang on purpose: that need not be said each time
    console = wide_console()
    for hanging in (0, 5):
        with tempfile.TemporaryDirectory() as folder:
            sqlite_template(Path(folder))
            late = latest(new_sqlite(Path(folder)), 200, range(0, 2 * hanging, 2), _DURATION)
        shown = ", ".join(f"{kind} {each.total_seconds():.1f} s" for kind, each in sorted(late.items()))
        console.print(f"{hanging} of 200 accounts hang: the latest job came late by: {shown}")


if __name__ == "__main__":
    main()
