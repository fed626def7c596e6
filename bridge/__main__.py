"""Lets `python -m bridge` be the `bridge` command."""

from bridge.cli import main

main()
