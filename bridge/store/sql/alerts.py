"""Statements on alerts: what needs a person, once each until resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from bridge.store.dialects import CLOCK_SLACK, drop_before, upsert
from bridge.store.tables import alert_tellings, alerts


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
    return bool(connection.execute(_RESOLVE, {"about": key, "resolved_at": now}).rowcount)


def drop_closed(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget what was closed before that moment; return how many, at most `limit`."""
    return connection.execute(_DROP_CLOSED, {"before": before, "limit": limit}).rowcount


def open_alerts(connection: Connection) -> list[Alert]:
    """Return what is unresolved, the oldest first."""
    return [Alert(row.key, row.text, row.raised_at) for row in connection.execute(_OPEN)]


def untold(connection: Connection, receiver: str, now: datetime) -> list[Alert]:
    """Return the open alerts that a receiver was not told of, the oldest first."""
    until = select(func.max(alert_tellings.c.told_until)).where(alert_tellings.c.receiver == receiver)
    told_until = connection.execute(until).scalar()
    # Told up to a moment to come: the clock was set back since. Better all are told once more than none.
    if told_until is None or told_until > now + CLOCK_SLACK:
        return open_alerts(connection)
    return [each for each in open_alerts(connection) if each.raised_at > told_until]


def mark_told(connection: Connection, receiver: str, until: datetime) -> None:
    """Remember that a receiver was told of what was raised up to then."""
    told = {"told_until": until}
    upsert(connection, alert_tellings, {"receiver": receiver, **told}, then=told)


_IS_OPEN = alerts.c.resolved_at.is_(None)
_OPEN = select(alerts).where(_IS_OPEN).order_by(alerts.c.raised_at, alerts.c.key)
# Only an open one: a closed one keeps the time at which it ended.
_RESOLVE = update(alerts).where(alerts.c.key == bindparam("about"), _IS_OPEN)
_DROP_CLOSED = drop_before(alerts, "key", "resolved_at")
