"""A salon with its terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, salon_terminal


@pytest.fixture
def bridge(tmp_path: Path, sqlite_url: str) -> Terminal:
    """The command, in a folder with the salon's configuration and database."""
    return salon_terminal(tmp_path, sqlite_url)
