"""Statements on alerts: what needs a person, once each until resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bridge.store.dialects import upsert
from bridge.store.tables import alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person must look at; `key` says what it is about, once."""

    key: str
    text: str
    raised_at: datetime


def raise_alert(connection: Connection, key: str, text: str, now: datetime) -> bool:
    """Raise an alert; return whether it is new (not open already)."""
    # An open one keeps its text and its time: since when it is so is what the owner wants to know.
    anew = {"text": text, "raised_at": now, "resolved_at": None}
    is_closed = alerts.c.resolved_at.is_not(None)
    return upsert(connection, alerts, {"key": key, **anew}, then=anew, where=is_closed) is not None


def resolve(connection: Connection, key: str, now: datetime) -> bool:
    """Close an open alert; return whether there was one."""
    # Only an open one: a closed one keeps the time at which it ended.
    closed = update(alerts).where(alerts.c.key == key, alerts.c.resolved_at.is_(None))
    return bool(connection.execute(closed.values(resolved_at=now)).rowcount)


def drop_closed(connection: Connection, before: datetime) -> None:
    """Forget what was closed before that moment."""
    connection.execute(delete(alerts).where(alerts.c.resolved_at < before))


def open_alerts(connection: Connection) -> list[Alert]:
    """Return what is unresolved, the oldest first."""
    rows = connection.execute(
        select(alerts).where(alerts.c.resolved_at.is_(None)).order_by(alerts.c.raised_at, alerts.c.key)
    )
    return [Alert(row.key, row.text, row.raised_at) for row in rows]
