"""Statements on what callers were told of minutes ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bridge.model import EventType, Slot
from bridge.store.dialects import upsert
from bridge.store.tables import told_offers
from providers.base import Interval


def note(
    connection: Connection,
    contact_key: str,
    event_type: EventType,
    slots: Iterable[Slot],
    now: datetime,
    *,
    forget_before: datetime,
) -> None:
    """Remember what a caller is told of an event type or its service, in place of what was told before."""
    # Cleared wherever it is written: no callers are kept longer than they are of use.
    connection.execute(delete(told_offers).where(told_offers.c.told_at < forget_before))
    told = {
        "service": event_type.service,
        "slots": [[slot.start.isoformat(), slot.end.isoformat()] for slot in slots],
        "told_at": now,
    }
    caller = {"contact_key": contact_key, "event_type": event_type.id}
    upsert(connection, told_offers, {**caller, **told}, then=told)


def to_others(
    connection: Connection, contact_key: str, event_type: str, since: datetime
) -> frozenset[Interval]:
    """Return the slots that other callers were told of since then."""
    query = select(told_offers.c.slots).where(
        told_offers.c.event_type == event_type,
        told_offers.c.contact_key != contact_key,
        told_offers.c.told_at >= since,
    )
    return frozenset(
        Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))
        for slots in connection.execute(query).scalars()
        for start, end in slots
    )


def service_of(connection: Connection, contact_key: str, event_type: str, since: datetime) -> str:
    """Return which service a caller was told of last, "" for none."""
    query = select(told_offers.c.service).where(
        told_offers.c.event_type == event_type,
        told_offers.c.contact_key == contact_key,
        told_offers.c.told_at >= since,
    )
    return connection.execute(query).scalar() or ""
