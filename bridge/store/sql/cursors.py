"""Statements on cursors: up to where each calendar's changes by people were read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bridge.model import CalendarName
from bridge.store.sql.upsert import upsert
from bridge.store.tables import cursors


def get(connection: Connection, calendar: CalendarName) -> str | None:
    """Return up to where the calendar's changes were read, None before the first time."""
    return connection.execute(select(cursors.c.cursor).where(cursors.c.calendar == str(calendar))).scalar()


def put(connection: Connection, calendar: CalendarName, value: str, now: datetime) -> None:
    """Remember up to where the calendar's changes were read."""
    read = {"cursor": value, "read_at": now}
    upsert(connection, cursors, {"calendar": str(calendar), **read}, then=read)
