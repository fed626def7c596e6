"""Small notes that a process must not lose while the database cannot take them: a synced file of its own.

Whatever its owner was told of is on the disk. A process that ends with notes leaves its file to whichever
starts or looks next; which process a file belongs to is told by a lock, which goes with the process.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_OWNER_ONLY = 0o600

Note = Mapping[str, Any]


def state_folder(database: Path | None) -> Path:
    """Return the folder for what outlives a process.

    It is that of a SQLite file, else the one that systemd or the container names, else where it was started.
    https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#RuntimeDirectory=
    """
    if database:
        return database.parent
    named = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(named) if named else Path.cwd()


class Notes:
    """The notes of this process, by key. Safe to share between threads, and to fork."""

    def __init__(self, folder: Path, prefix: str, new_id: Callable[[], str]) -> None:
        """Keep notes in the folder, in files whose names begin like this; nothing is made yet."""
        self._folder = folder
        self._prefix = prefix
        self._new_id = new_id
        self._lock = threading.Lock()
        self._pid = -1
        self._file: Path | None = None
        self._descriptor = -1
        self._kept: dict[str, Note] = {}
        self._closed_to_us: set[Path] = set()
        self._is_closed = False

    def put(self, key: str, note: Note) -> None:
        """Keep a note; it is on the disk when this returns. OSError: it is kept in memory only."""
        with self._lock:
            self._leave_to_parent()
            self._kept[key] = note
            self._append({key: note})
            if self._is_closed:  # a request may outlast the process's end: its note is another's at once
                self._let_go()

    def drop(self, key: str) -> None:
        """Forget a note."""
        with self._lock:
            self._leave_to_parent()
            self._kept.pop(key, None)
            if not self._kept and self._file:
                # The lock goes with the file, and whoever was about to read it finds it empty.
                self._file.unlink(missing_ok=True)
                os.close(self._descriptor)
                self._file = None
            elif self._file:
                self._append({key: None})

    def every(self) -> Mapping[str, Note]:
        """Return the notes of this process."""
        with self._lock:
            self._leave_to_parent()
            return dict(self._kept)

    def adopt(self) -> None:
        """Take over the notes of processes that have ended."""
        for file in sorted(self._folder.glob(f"{self._prefix}*")):
            if file == self._file:
                continue
            try:
                descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # another process was quicker
            except OSError as error:  # another user's, say of a command that was typed as root
                self._complain(file, error)
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Into our own file first: killed in between, both hold them, and that does no harm.
                for key, note in _read(descriptor).items():
                    self.put(key, note)
                file.unlink(missing_ok=True)
            except BlockingIOError:
                pass  # its process lives
            except OSError as error:  # no room for a file of our own: in memory at least, until there is
                self._complain(file, error)
            finally:
                os.close(descriptor)

    def _complain(self, file: Path, error: OSError) -> None:
        """Say once of a file that it keeps its notes to itself: those of others must not wait for it."""
        if file not in self._closed_to_us:
            self._closed_to_us.add(file)
            _log.warning("what a process noted before it ended cannot be read: %s: %s", file, error.strerror)

    def close(self) -> None:
        """Leave the notes to another process, and those that are still put."""
        with self._lock:
            self._leave_to_parent()
            self._let_go()
            self._is_closed = True

    def _append(self, entry: Mapping[str, Note | None]) -> None:
        if self._file is None:
            self._descriptor, self._file = self._made()
        os.write(self._descriptor, json.dumps(entry).encode() + b"\n")
        os.fsync(self._descriptor)

    def _made(self) -> tuple[int, Path]:
        """Make this process's file and return it, open and locked."""
        name = f"{self._prefix}{self._new_id()}"
        # Under another name until it is locked: else it would be taken for that of a process that ended.
        unnamed = self._folder / f".{name}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(unnamed, flags, _OWNER_ONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        file = unnamed.rename(self._folder / name)
        _sync_folder(self._folder)
        return descriptor, file

    def _let_go(self) -> None:
        if self._file:
            os.close(self._descriptor)
        self._file, self._kept = None, {}

    def _leave_to_parent(self) -> None:
        if self._pid != os.getpid():  # what was kept before a fork is the parent's
            if self._file:
                os.close(self._descriptor)  # a lock lasts as long as any process has it open
            self._pid, self._file, self._kept, self._is_closed = os.getpid(), None, {}, False


def _read(descriptor: int) -> dict[str, Note]:
    kept: dict[str, Note] = {}
    with os.fdopen(descriptor, "rb", closefd=False) as lines:
        found = lines.read().splitlines()
    for line in found:
        try:
            entry = dict(json.loads(line))
        except (ValueError, TypeError):  # its process was killed while it wrote; nobody was told of it yet
            _log.warning("a note was cut off as its process was killed")
            continue
        for key, note in entry.items():
            if note is None:
                kept.pop(key, None)
            else:
                kept[key] = note
    return kept


def _sync_folder(folder: Path) -> None:
    # The file's name is on the disk only when its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
