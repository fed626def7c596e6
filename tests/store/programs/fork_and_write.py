"""Forks children from a process that has used its store, all of which then write at the same time.

Arguments: the database, how many children, how many rows each (the parent too) writes.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert, select

from bridge.store.engine import Store
from bridge.store.tables import alerts
from tests.store.programs import say, wait_for_go
from tests.store.rows import NINE


def write(store: Store, name: str, rows: int) -> None:
    """Write rows from two threads, reading each back."""

    def write_one(number: int) -> None:
        key = f"{name}-{number}"
        with store.write() as connection:
            connection.execute(insert(alerts).values(key=key, text="t", raised_at=NINE))
        with store.read() as connection:
            assert connection.execute(select(alerts.c.text).where(alerts.c.key == key)).scalar() == "t"
        assert store.revisions() == {}

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write_one, range(rows)))


def open_files() -> list[Path]:
    """Return what this process has open, where the system tells."""
    return [entry.readlink() for entry in Path("/proc/self/fd").glob("*") if entry.is_symlink()]


def child(store: Store, name: str, rows: int) -> int:
    """Live a child's life; return its exit status."""
    if store.file and any(str(file).startswith(str(store.file)) for file in open_files()):
        return 3
    write(store, name, rows)
    store.close()
    return 0


def fork(store: Store, name: str, rows: int) -> int:
    """Start a child; return its process id."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = child(store, name, rows)
        finally:
            os._exit(status)
    return pid


def main(url: str, children: str, rows: str) -> None:
    wait_for_go()
    with closing(Store(url)) as store:
        write(store, "before", 4)  # leaves a connection of each kind in the pools
        pids = [fork(store, f"child{number}", int(rows)) for number in range(int(children))]
        write(store, "parent", int(rows))
        for pid in pids:
            say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        write(store, "after", 4)
