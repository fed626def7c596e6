"""What the owner sees and does of the machinery: configuration, database, backups, background work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from bridge.booking.context import BookingContext
from bridge.config import Config, load_config, remarks
from bridge.config.reading import digest_of
from bridge.errors import ConfigError
from bridge.service.pid_file import Verdict, holder
from bridge.service.reloading import begin, verdict_after
from bridge.store.backup import Backup, read_rows, write
from bridge.store.engine import Store
from bridge.store.sql import upkeep
from bridge.store.sql.upkeep import Done

BACKUP = "backup"


@dataclass(frozen=True)
class System:
    """The machinery of one process; `path` is the configuration file, `lag` how late background work is."""

    config: Config
    context: BookingContext
    lag: Callable[[], timedelta]
    path: Path
    environ: Mapping[str, str]

    @property
    def is_changed(self) -> bool:
        """Tell whether the file says something else than what was loaded."""
        return bool(self.config.digest) and digest_of(self.path) != self.config.digest

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what keeps the file, as it is now, from being taken; with each problem its place."""
        try:
            load_config(self.path, self.environ, self.context.vendors)
        except ConfigError as error:
            return error.problems
        return ()

    def remarks(self) -> Sequence[tuple[str, str]]:
        """Return what is unwise in the configuration that was loaded."""
        return list(remarks(self.config))

    @property
    def is_served(self) -> bool:
        """Tell whether a server runs that can be told to take the file."""
        return holder(self.config.server.pid_file) is not None

    def begin_reload(self) -> int:
        """Tell the server to take the file; return what `verdict` asks for to know of its answer. NotServed.

        Nobody waits for it here: it ends this very process, once the requests under way are answered.
        """
        return begin(self.config.server.pid_file)

    def verdict(self, begun: int) -> Verdict | None:
        """Return what the server said of the file, None while it says nothing. NoVerdict: nobody knows."""
        return verdict_after(self.config.server.pid_file, begun)

    def database(self) -> tuple[str, int | None]:
        """Return the database's address without its password, and its size in bytes if it is a file."""
        url = make_url(self.config.bridge.database_url.get_secret_value())
        file = self.context.store.file
        size = file.stat().st_size if file and file.exists() else None
        return url.render_as_string(hide_password=True), size

    def last_backup(self) -> Done | None:
        """Return when the database was backed up last, None where it never was."""
        with self.context.store.read() as connection:
            return upkeep.get(connection, BACKUP)

    def back_up(self, file: IO[bytes]) -> None:
        """Write everything the database holds."""
        made = Backup(self.context.now(), version("calendar-bridge"), read_rows(self.context.store))
        write(made, file)
        note_backup(self.context.store, made)


def note_backup(store: Store, made: Backup) -> None:
    """Remember that a backup was made."""
    with store.write() as connection:
        upkeep.put(connection, BACKUP, made.made_at, {"bookings": len(made.rows["bookings"])})
