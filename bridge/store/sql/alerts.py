"""Statements on alerts: what needs a person, once each until resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from bridge.store.tables import alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person must look at; `key` says what it is about, once."""

    key: str
    text: str
    raised_at: datetime


def raise_alert(connection: Connection, key: str, text: str, now: datetime) -> bool:
    """Raise an alert; return whether it is new (not open already)."""
    again = (
        update(alerts)
        .where(alerts.c.key == key, alerts.c.resolved_at.is_not(None))
        .values(text=text, raised_at=now, resolved_at=None)
    )
    if connection.execute(again).rowcount:
        return True
    if connection.execute(select(alerts.c.key).where(alerts.c.key == key)).first():
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(alerts).values(key=key, text=text, raised_at=now))
    except IntegrityError:  # another process raised it in this very moment
        return False
    return True


def resolve(connection: Connection, key: str, now: datetime) -> bool:
    """Close an open alert; return whether there was one."""
    closed = update(alerts).where(alerts.c.key == key, alerts.c.resolved_at.is_(None))
    return bool(connection.execute(closed.values(resolved_at=now)).rowcount)


def open_alerts(connection: Connection) -> list[Alert]:
    """Return what is unresolved, the oldest first."""
    rows = connection.execute(
        select(alerts).where(alerts.c.resolved_at.is_(None)).order_by(alerts.c.raised_at, alerts.c.key)
    )
    return [Alert(row.key, row.text, row.raised_at) for row in rows]
