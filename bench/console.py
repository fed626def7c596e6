"""Where the tables go."""

from __future__ import annotations

from rich.console import Console

_WIDE = 120


def wide_console() -> Console:
    """Return a console on which no table is cut where nobody looks on."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)
