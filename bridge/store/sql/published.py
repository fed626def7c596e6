"""Statements on what became of reading published calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bridge.store.dialects import upsert
from bridge.store.tables import busy_spans, busy_times, published_calendars


@dataclass(frozen=True, slots=True)
class ReadLink:
    """What became of reading a calendar's link, a digest of which is its `source`.

    `good_at` is the moment for which the kept busy time is known to be true, None where it is for none.
    `kind` and `failure` are of the last failure, empty since all is well.
    """

    source: str
    good_at: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    kind: str = ""
    failure: str = ""


def get(connection: Connection, calendar: str) -> ReadLink | None:
    """Return what became of a calendar's link, None if it was never read."""
    columns = [published_calendars.c[name] for name in ReadLink.__slots__]
    wanted = select(*columns).where(published_calendars.c.calendar == calendar)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else ReadLink(*row)


def put(connection: Connection, calendar: str, link: ReadLink) -> None:
    """Record what became of a calendar's link."""
    values = {name: getattr(link, name) for name in ReadLink.__slots__}
    upsert(connection, published_calendars, {"calendar": calendar, **values}, then=values)


def forget(connection: Connection, calendar: str) -> None:
    """Remove all that is kept of a published calendar."""
    for table in (published_calendars, busy_spans, busy_times):
        connection.execute(delete(table).where(table.c.calendar == calendar))
