"""Writes everything the database holds into one file, and reads it back, on SQLite and PostgreSQL alike.

A file of one can be restored into the other. It holds callers' names and sealed tokens: it is for its owner's
eyes only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Connection, Table, insert, select

from bridge.errors import BridgeError
from bridge.model import FollowUpState
from bridge.store.dialects import Instant
from bridge.store.engine import Store
from bridge.store.schema import HEAD
from bridge.store.tables import metadata

_MANIFEST = "manifest.json"
_ROWS_AT_ONCE = 500
_PERHAPS_SENT = "it was due before the backup was restored, and may have been sent"
# What they say is true of the moment of the backup alone: who holds what, up to where a vendor's feed was
# read, which addresses a vendor calls, what calendars answered, what was asked this week, who is signed in
# or was invited (a link withdrawn since must stay so), what was tried last.
_PASSING = frozenset(
    {
        "asked_for",
        "busy_changes",
        "channels",
        "cursors",
        "figures",
        "invitations",
        "journal",
        "last_answers",
        "leases",
        "oauth_flows",
        "sessions",
        "sign_ins",
        "upkeep",
    }
)

Rows = Mapping[str, Sequence[dict[str, Any]]]


class NoBackup(BridgeError):
    """The file is no backup, or one that this version cannot read."""

    code = "no_backup"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds: rows by table, when they were read, and by which version of the program."""

    made_at: datetime
    version: str
    rows: Rows


def read_rows(store: Store) -> Rows:
    """Return every row of every table, all of one moment."""
    # One transaction for all: a booking whose hosts are of a later moment could not be put back.
    with store.read() as connection:
        return {table.name: [*_rows_of(connection, table)] for table in metadata.sorted_tables}


def write_file(backup: Backup, path: Path) -> None:
    """Write a backup to a file that is not there yet. FileExistsError: it is."""
    # Made and closed to others in one step, and never over a file: it may be the only older backup.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        write(backup, file)


def write(backup: Backup, file: IO[bytes]) -> None:
    """Write a backup."""
    manifest = {"made_at": backup.made_at.isoformat(), "version": backup.version, "revision": HEAD}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, json.dumps(manifest))
        for name, rows in backup.rows.items():
            archive.writestr(f"{name}.jsonl", "".join(json.dumps(row, default=_text) + "\n" for row in rows))


def read_file(path: Path) -> Backup:
    """Return what a file holds. NoBackup: it is none, or of another revision of the database."""
    try:
        with ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            _require_revision(manifest)
            rows = {table.name: [*_parsed(archive, table)] for table in metadata.sorted_tables}
    except (BadZipFile, KeyError, ValueError) as error:
        raise NoBackup(f"{path} is no backup of a bridge, or a damaged one") from error
    return Backup(datetime.fromisoformat(manifest["made_at"]), str(manifest["version"]), rows)


def put_back(connection: Connection, rows: Rows, now: datetime) -> None:
    """Write the rows into empty tables; background work is due at once, and nobody's."""
    # Parents first: claims, hosts and writes refer to their bookings.
    for table in metadata.sorted_tables:
        if table.name in _PASSING:
            continue
        found = [{**row, **_set_right(table, row, now)} for row in rows[table.name]]
        for first in range(0, len(found), _ROWS_AT_ONCE):
            connection.execute(insert(table), found[first : first + _ROWS_AT_ONCE])


def is_empty(connection: Connection) -> bool:
    """Tell whether the database holds nothing that a restored one would overwrite."""
    # Only what people would miss: jobs and leases are there as soon as a process runs.
    return not any(
        connection.execute(select(1).select_from(table).limit(1)).first()
        for table in metadata.sorted_tables
        if table.name in ("bookings", "connections", "local_events", "local_series")
    )


def perhaps_sent(rows: Rows) -> int:
    """Return how many messages were due between backup and restoring: they are not sent by themselves."""
    return sum(row["why"] == _PERHAPS_SENT for row in rows["follow_ups"])


def _set_right(table: Table, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if table.name == "jobs":
        # Owners and their leases were of processes that are gone.
        return {"owner": None, "lease_until": None, "tries": 0, "due_at": now}
    if table.name == "follow_ups" and row["state"] == FollowUpState.WAITING and row["due_at"] <= now:
        return {"state": FollowUpState.GIVEN_UP, "done_at": now, "why": _PERHAPS_SENT}
    return {}


def _rows_of(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(table)):
        yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for it


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be kept in a backup")


def _parsed(archive: ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    instants = [column.name for column in table.columns if isinstance(column.type, Instant)]
    for line in archive.read(f"{table.name}.jsonl").splitlines():
        row: dict[str, Any] = json.loads(line)
        for name in instants:
            row[name] = datetime.fromisoformat(row[name]) if row[name] is not None else None
        yield row


def _require_revision(manifest: Mapping[str, object]) -> None:
    if manifest["revision"] != HEAD:
        raise NoBackup(
            f"the backup was made by version {manifest['version']}, whose database has another form; "
            "restore it with that version, then update"
        )
