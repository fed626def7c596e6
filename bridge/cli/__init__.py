"""The `bridge` command: the same services as the endpoints, from a terminal."""

from bridge.cli.main import main

__all__ = ["main"]
