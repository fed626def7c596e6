"""What is measured, and what of it is kept: tests that only repeat are not, damaged files are left out.

Measuring a law over all inputs takes three times as long as trying it, and what the law walks, the examples
beside it have walked; the same holds for a test's second run on PostgreSQL, but for the tests of the store.

A process that was killed may not have finished its coverage file. coverage skips one that it cannot open, but
one whose first page is whole and whose others are not makes combining end with "database disk image is
malformed", and with it the run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

STORE = Path(__file__).with_name("store")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests unmeasured that repeat what others walk."""
    for item in items:
        if _is_law(item) or _is_repeated(item):
            item.add_marker("no_cover")


def _is_law(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and getattr(item.obj, "is_hypothesis_test", False)


def _is_repeated(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)  # only parametrised tests have one
    on_postgresql = call is not None and call.params.get("store_url") == "postgresql"
    return on_postgresql and STORE not in item.path.parents


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
