"""Statements on which event types callers asked for lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from bridge.store.dialects import Instant, Upsert
from bridge.store.tables import asked_for


def note(connection: Connection, event_type: str, service: str, at: datetime) -> None:
    """Remember that somebody asked for an event type, or for its service."""
    _NOTE(connection, {"event_type": event_type, "service": service, "asked_at": at})


def since(connection: Connection, moment: datetime) -> list[tuple[str, str]]:
    """Return the event types with their services that were asked for since then, the last one first."""
    return [(row.event_type, row.service) for row in connection.execute(_SINCE, {"moment": moment})]


def drop_older(connection: Connection, before: datetime) -> None:
    """Forget what nobody has asked for since a moment."""
    connection.execute(_DROP, {"before": before})


_NOTE = Upsert(asked_for, then=lambda row: {"asked_at": row.asked_at})
_SINCE = (
    select(asked_for)
    .where(asked_for.c.asked_at >= bindparam("moment", type_=Instant()))
    .order_by(asked_for.c.asked_at.desc(), asked_for.c.event_type, asked_for.c.service)
)
_DROP = delete(asked_for).where(asked_for.c.asked_at < bindparam("before"))
