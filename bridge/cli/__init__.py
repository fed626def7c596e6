"""The `bridge` command: the same services as the endpoints, from a terminal.

A command stands in the module of its name; those that belong together share one (bookings, setup, team).
"""

from bridge.cli.main import main

__all__ = ["main"]
