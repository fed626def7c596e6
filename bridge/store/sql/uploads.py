"""Statements on files that somebody put in on the page."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bridge.store.dialects import drop_before
from bridge.store.tables import uploads


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A file for a calendar and what came of it; an empty `result`: it waits to be read."""

    id: str
    calendar: str
    uploaded_at: datetime
    result: Mapping[str, Any]


def add(connection: Connection, row: UploadRow, content: bytes) -> None:
    """Keep a file until it is read."""
    packed = base64.b64encode(zlib.compress(content)).decode()
    values = {name: getattr(row, name) for name in UploadRow.__slots__}
    connection.execute(insert(uploads).values(**values, content=packed))


def waiting(connection: Connection) -> int:
    """Return how many files wait to be read."""
    counted = select(func.count()).select_from(uploads).where(uploads.c.content != "")
    return connection.execute(counted).scalar_one()


def waiting_file(connection: Connection, upload_id: str) -> tuple[str, bytes] | None:
    """Return the calendar and the content of a file that waits to be read."""
    wanted = select(uploads.c.calendar, uploads.c.content)
    row = connection.execute(wanted.where(uploads.c.id == upload_id, uploads.c.content != "")).one_or_none()
    return (row.calendar, zlib.decompress(base64.b64decode(row.content))) if row else None


def end(connection: Connection, upload_id: str, result: Mapping[str, Any]) -> None:
    """Note what came of a file, and keep it no longer."""
    ended = update(uploads).where(uploads.c.id == upload_id)
    connection.execute(ended.values(content="", result=dict(result)))


def latest(connection: Connection, most: int) -> list[UploadRow]:
    """Return what was put in last, the newest first."""
    columns = [uploads.c[name] for name in UploadRow.__slots__]
    rows = connection.execute(select(*columns).order_by(uploads.c.uploaded_at.desc()).limit(most))
    return [UploadRow(*row) for row in rows]


def drop_older(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget what came of files put in before that moment; return how many, at most `limit`."""
    return connection.execute(_DROP_OLDER, {"before": before, "limit": limit}).rowcount


_DROP_OLDER = drop_before(uploads, "id", "uploaded_at")
