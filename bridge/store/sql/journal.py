"""Statements on the journal of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from bridge.store.dialects import insert_new
from bridge.store.tables import journal
from providers.base import Interval

Entry = Mapping[str, Any]  # a row, by its columns


def add(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries, except what is there already: the answer to an earlier commit may have been lost."""
    insert_new(connection, journal, entries)


def last(
    connection: Connection,
    most: int,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    outcomes: Sequence[str] = (),
    with_rehearsals: bool = True,
) -> list[Entry]:
    """Return the latest entries, the oldest of them first."""
    query = select(journal).order_by(journal.c.at.desc(), journal.c.request_id).limit(most)
    if since is not None:
        query = query.where(journal.c.at >= since)
    if before is not None:
        query = query.where(journal.c.at < before)
    if outcomes:
        query = query.where(journal.c.outcome.in_(outcomes))
    if not with_rehearsals:
        query = query.where(journal.c.dry_run.is_(False))
    return [dict(row) for row in reversed(connection.execute(query).mappings().all())]


def get(connection: Connection, request_id: str) -> Entry | None:
    """Return the entry of a request."""
    found = connection.execute(select(journal).where(journal.c.request_id == request_id)).mappings().first()
    return None if found is None else dict(found)


def of_booking(connection: Connection, booking_id: str, *, since: datetime) -> list[Entry]:
    """Return the entries since then of calls that came to this booking, the oldest first."""
    query = select(journal).where(journal.c.at >= since, journal.c.booking_id == booking_id)
    return [dict(row) for row in connection.execute(query.order_by(journal.c.at)).mappings()]


def wanted_between(
    connection: Connection, event_type: str, window: Interval, outcomes: Sequence[str]
) -> list[Entry]:
    """Return the entries with one of the outcomes that asked for a start in the window."""
    query = select(journal).where(
        journal.c.starts_at >= window.start,
        journal.c.starts_at < window.end,
        journal.c.event_type == event_type,
        journal.c.outcome.in_(outcomes),
    )
    return [dict(row) for row in connection.execute(query.order_by(journal.c.at)).mappings()]


def count_refused(connection: Connection, since: datetime) -> int:
    """Return how many requests since then bore no signature that verifies."""
    return connection.execute(_REFUSED, {"since": since}).scalar_one()


def first_of(connection: Connection, outcome: str, since: datetime) -> datetime | None:
    """Return when the first call since then had that outcome; None: none had."""
    first: datetime | None = connection.execute(_FIRST, {"since": since, "outcome": outcome}).scalar_one()
    return first


def drop_older(connection: Connection, before: datetime, *, most: int) -> None:
    """Forget entries before that moment, and of the others all but the latest `most`."""
    connection.execute(_DROP_OLDER, {"before": before})
    beyond = connection.execute(_NTH, {"most": most}).scalar_one_or_none()
    if beyond is not None:
        connection.execute(delete(journal).where(journal.c.at <= beyond))


# Built once where each minute asks: building a statement takes longer than executing it.
_SINCE = journal.c.at >= bindparam("since")
_REFUSED = select(func.count()).select_from(journal).where(_SINCE, journal.c.kind == "invalid_signature")
_FIRST = select(func.min(journal.c.at)).where(_SINCE, journal.c.outcome == bindparam("outcome"))
_DROP_OLDER = delete(journal).where(journal.c.at < bindparam("before"))
_NTH = select(journal.c.at).order_by(journal.c.at.desc()).offset(bindparam("most")).limit(1)
