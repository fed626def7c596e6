"""Takes files that somebody puts in on the page, and imports them in the background.

Whoever puts one in waits for none of it: what was added and what was left out is told afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bridge import log
from bridge.background import Work
from bridge.errors import NotFound
from bridge.local_calendar.groups import LeftOut
from bridge.local_calendar.importing import ImportResult, import_ics
from bridge.local_calendar.keeping import ImportedTime
from bridge.local_calendar.unusable import ImportRefused, Unusable
from bridge.store.sql import jobs, uploads
from bridge.store.sql.uploads import UploadRow

IMPORT_UPLOAD = "import_upload"  # subject: the upload's id
MAX_BYTES = 5_000_000
_MOST_WAITING = 10  # of all calendars together
_MOST_LEFT_OUT = 100  # are told one by one
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """What came of a file: `result` or `refused`, neither while it waits; `more` were left out unnamed."""

    calendar: str
    uploaded_at: datetime
    result: ImportResult | None = None
    refused: ImportRefused | None = None
    more: int = 0

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is still to be read."""
        return self.result is None and self.refused is None


class Uploads:
    """The files that were put in."""

    def __init__(
        self,
        imported: ImportedTime,
        titles: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        lease_now: Callable[[Connection], datetime],
        new_id: Callable[[], str],
        wake: Callable[[], None],
    ) -> None:
        self.titles = titles  # how people call each calendar
        self._imported = imported
        self._now = now
        self._lease_now = lease_now
        self._new_id = new_id
        self._wake = wake

    def take(self, calendar: str, content: bytes) -> None:
        """Keep a file for a calendar until it is read. NotFound, ImportRefused: it is not taken."""
        if calendar not in self._imported.zones:
            raise NotFound("there is no such embedded calendar")
        if not content:
            raise ImportRefused("The file is empty, or none was chosen.")
        if len(content) > MAX_BYTES:
            raise ImportRefused("The file is larger than {size} MB.", size=str(MAX_BYTES // 1_000_000))
        row = UploadRow(self._new_id(), calendar, self._now(), {})
        with self._imported.store.write_alone() as connection:
            if uploads.waiting(connection) >= _MOST_WAITING:
                raise ImportRefused("Other files are still being read. Please try again in a minute.")
            uploads.add(connection, row, content)
            jobs.schedule(connection, IMPORT_UPLOAD, row.id, self._lease_now(connection))
        self._wake()

    def latest(self) -> list[Upload]:
        """Return what was put in last, the newest first."""
        with self._imported.store.read() as connection:
            rows = uploads.latest(connection, _MOST_SHOWN)
        return [_upload(row) for row in rows]

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for the one kind of job: to import a file."""
        return {IMPORT_UPLOAD: self._read}

    def _read(self, upload_id: str) -> None:
        store = self._imported.store
        with store.read() as connection:
            found = uploads.waiting_file(connection, upload_id)
        if found is None:
            return
        calendar, content = found
        try:
            result = _told(import_ics(self._imported, calendar, content, self._now()))
        except ImportRefused as refused:
            result = {"refused": [refused.message, refused.facts]}
        with store.write() as connection:
            uploads.end(connection, upload_id, result)
        log.event("file_imported", calendar=f"local:{calendar}", added=result.get("added"))


def _told(done: ImportResult) -> dict[str, Any]:
    named = [[uid, why.message, why.facts] for uid, why in done.left_out[:_MOST_LEFT_OUT]]
    return {
        "added": done.added,
        "replaced": done.replaced,
        "unchanged": done.unchanged,
        "left_out": named,
        "more": len(done.left_out) - len(named),
    }


def _upload(row: UploadRow) -> Upload:
    result = row.result
    if not result:
        return Upload(row.calendar, row.uploaded_at)
    if "refused" in result:
        message, facts = result["refused"]
        return Upload(row.calendar, row.uploaded_at, refused=ImportRefused(message, **facts))
    left_out: tuple[LeftOut, ...] = tuple(
        (uid, Unusable(message, **facts)) for uid, message, facts in result["left_out"]
    )
    done = ImportResult(result["added"], result["replaced"], result["unchanged"], left_out)
    return Upload(row.calendar, row.uploaded_at, result=done, more=result["more"])
