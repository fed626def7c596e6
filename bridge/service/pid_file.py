"""Tells by a locked file which process serves a configuration, and hands its verdicts to `bridge reload`.

The lock says whether it runs, never the number: after a crash a number may long be somebody else's, and in a
container it is the same at every start.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from bridge.errors import BridgeError


class AlreadyServed(BridgeError):
    """Another process serves this configuration."""

    code = "already_served"

    def __init__(self, path: Path, number: int | None) -> None:
        super().__init__(
            f"a bridge is already served from this configuration (process {number or 'unknown'}, by {path}); "
            "stop it first, or give this one another [server] pid_file"
        )


class PidFileUnusable(BridgeError):
    """The file cannot be written."""

    code = "pid_file_unusable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written: {reason}; [server] pid_file or --pid-file names another place"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a changed configuration; `number` counts the server's verdicts from 1."""

    number: int
    is_taken: bool
    text: str


class PidFile:
    """The file of a process that serves; held until `close`, or until the process dies however it dies."""

    def __init__(self, path: Path) -> None:
        """Write this process's number. AlreadyServed: another one holds the file. PidFileUnusable."""
        self.path = path
        self._verdicts = 0
        try:
            self._file = path.open("a+", encoding="ascii")
        except OSError as error:
            raise PidFileUnusable(path, error.strerror or "unknown reason") from None
        if not _locked(self._file):
            number = _number(self._file)
            self._file.close()
            raise AlreadyServed(path, number)
        self._write_number()
        _verdict_path(path).unlink(missing_ok=True)

    def tell(self, *, is_taken: bool, text: str) -> None:
        """Leave a verdict where `bridge reload` looks for it; for the owner's eyes only."""
        self._verdicts += 1
        verdict = Verdict(self._verdicts, is_taken, text)
        path = _verdict_path(self.path)
        part = path.with_name(f"{path.name}.part")
        with suppress(OSError):  # the log says it too
            part.touch(mode=0o600)
            part.write_text(json.dumps(asdict(verdict)), encoding="utf-8")
            part.replace(path)

    def close(self) -> None:
        """Remove what was written, and let go."""
        for path in (self.path, _verdict_path(self.path)):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._file.close()

    def _write_number(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()


def holder(path: Path) -> int | None:
    """Return the number of the process that serves, None when none does."""
    try:
        with path.open("r", encoding="ascii") as file:
            return None if _locked(file, fcntl.LOCK_SH) else _number(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PidFileUnusable(path, error.strerror or "unknown reason") from None


def last_verdict(path: Path) -> Verdict | None:
    """Return what the server said last, None before it said anything."""
    try:
        return Verdict(**json.loads(_verdict_path(path).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _verdict_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.verdict")


def _locked(file: IO[str], kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _number(file: IO[str]) -> int | None:
    file.seek(0)
    text = file.read(20).strip()
    return int(text) if text.isdigit() else None
