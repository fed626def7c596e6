"""The file of a SQLite database: whether it can be used, who may migrate it, and its copy."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bridge.errors import StoreUnavailable
from bridge.store.pools import existing_file

_OWNER_ONLY = 0o600  # it holds callers' names and numbers, and sealed tokens
_POLL_SECONDS = 0.01


def make(file: Path) -> None:
    """Create the file, empty, if there is none. StoreUnavailable says why that cannot be."""
    folder = file.parent
    if file.is_dir():
        raise StoreUnavailable(f"the database {file} is a folder")
    if not folder.is_dir():
        raise StoreUnavailable(f"the database {file} cannot be made: there is no folder {folder}")
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
    except OSError as error:
        raise StoreUnavailable(f"the database {file} cannot be opened: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise StoreUnavailable(f"the database {file} cannot be used: its folder cannot be written to")


@contextmanager
def only_one(file: Path, patience_seconds: float) -> Iterator[None]:
    """Keep every other process out that asks for the same; the lock goes with the process.

    StoreUnavailable when another one has it for too long.
    """
    folder = os.open(file.parent, os.O_RDONLY)  # the folder itself is locked: no lock file stays behind
    try:
        _lock(folder, file, patience_seconds)
        yield
    finally:
        os.close(folder)


def copy(file: Path, to: Path) -> None:
    """Copy a database that may be in use, as of one moment. StoreUnavailable leaves no half copy."""
    partial = to.with_name(f"{to.name}-partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
        _back_up(file, partial)
        # One of this name is from a migration that failed, or was undone by putting the copy back.
        partial.replace(to)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StoreUnavailable(f"the database could not be copied to {to}: {error}") from error


def _back_up(file: Path, to: Path) -> None:
    with (
        closing(sqlite3.connect(existing_file(str(file), "ro"), uri=True)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)


def _lock(folder: int, file: Path, patience_seconds: float) -> None:
    for _ in range(max(1, int(patience_seconds / _POLL_SECONDS))):
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    raise StoreUnavailable(f"another process has been migrating {file} for too long")
