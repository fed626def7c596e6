"""Leaves damaged coverage files out of the report: a process that was killed may not have finished its own.

coverage skips a file that it cannot open, but one whose first page is whole and whose others are not makes
combining end with "database disk image is malformed", and with it the run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest


def remove_damaged(folder: Path) -> list[str]:
    """Remove the coverage files in a folder that cannot be read to their end; return their names."""
    removed = []
    for path in sorted(folder.glob(".coverage.*")):
        if not path.name.endswith("-journal") and not _is_whole(path):
            path.unlink()
            removed.append(path.name)
    return removed


def _is_whole(path: Path) -> bool:
    try:
        # Opened for writing, so that SQLite takes back what a killed process had begun to write.
        with closing(sqlite3.connect(path)) as file:
            file.execute("SELECT version FROM coverage_schema")  # an empty file is sound, but no report
            return bool(file.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


@pytest.hookimpl(wrapper=True, trylast=True)  # innermost: before pytest-cov combines the files
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """After the tests, leave out what their killed processes left damaged."""
    result = yield
    plugins = session.config.pluginmanager
    if plugins.hasplugin("_cov") and not hasattr(session.config, "workerinput"):
        for name in remove_damaged(session.config.rootpath):
            text = f"\n{name} is damaged (a process was killed) and left out of the coverage"
            plugins.getplugin("terminalreporter").write_line(text)
    return result
