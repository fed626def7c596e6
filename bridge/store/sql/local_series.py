"""Statements on what was imported into the embedded calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bridge.store.dialects import database_now, upsert
from bridge.store.sql import busy_times, revisions
from bridge.store.sql.busy_times import BusySpan
from bridge.store.sql.local_events import pieces
from bridge.store.tables import feed_renewals, local_series
from providers.base import Interval


def busy_name(calendar: str) -> str:
    """Return the name under which busy time of an embedded calendar's imports is kept."""
    return f"local:{calendar}"


@dataclass(frozen=True, slots=True)
class Series:
    """An imported entry, single or recurring; `ends_at` is None when it never ends."""

    ical_uid: str
    ical: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """An imported entry with when it was last changed."""

    series: Series
    changed_at: datetime


def within(connection: Connection, calendar: str, window: Interval) -> Sequence[StoredSeries]:
    """Return the imported entries of which something may overlap the window, read as if in UTC."""
    # Roughly: of a recurring entry only its first start and last end are kept, the rest is its text's.
    wanted = select(local_series).where(
        local_series.c.calendar == calendar,
        local_series.c.starts_at < window.end,
        local_series.c.ends_at.is_(None) | (local_series.c.ends_at > window.start),
    )
    return [_series(row) for row in connection.execute(wanted.order_by(local_series.c.ical_uid))]


def one(connection: Connection, calendar: str, ical_uid: str) -> StoredSeries | None:
    """Return one imported entry."""
    wanted = select(local_series).where(
        local_series.c.calendar == calendar, local_series.c.ical_uid == ical_uid
    )
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _series(row)


def changed(connection: Connection, calendar: str, after: int, until: int) -> Sequence[StoredSeries]:
    """Return the imported entries whose last change has a revision in `(after, until]`."""
    changed = local_series.c.changed
    wanted = select(local_series).where(
        local_series.c.calendar == calendar, changed > after, changed <= until
    )
    return [_series(row) for row in connection.execute(wanted.order_by(changed, local_series.c.ical_uid))]


def stored_ical(connection: Connection, calendar: str, uids: Sequence[str]) -> Mapping[str, str]:
    """Return the text of those entries that are imported already."""
    # The text itself, to compare: a file imported twice shall not look like a change to all who follow.
    found: dict[str, str] = {}
    for some in pieces(uids):
        wanted = select(local_series.c.ical_uid, local_series.c.ical).where(
            local_series.c.calendar == calendar, local_series.c.ical_uid.in_(some)
        )
        found.update((uid, text) for uid, text in connection.execute(wanted))
    return found


def put(connection: Connection, calendar: str, added: Sequence[Series], replaced: Sequence[Series]) -> None:
    """Add imported entries and replace others, as one change."""
    if not added and not replaced:
        return
    # Not known from now on, until who imports says for which stretch it was worked out, in this transaction.
    now = database_now(connection)
    busy_times.keep_span(connection, BusySpan(busy_name(calendar), Interval(now, now), "", now))
    # One revision for the whole import, so that a reader of changes sees all of it or nothing.
    revisions.bump(connection, revisions.IMPORTED)
    stamp = {"changed": revisions.bump(connection, revisions.LOCAL), "changed_at": database_now(connection)}
    if added:
        connection.execute(
            insert(local_series),
            [{"calendar": calendar, "ical_uid": one.ical_uid, **_values(one), **stamp} for one in added],
        )
    for one in replaced:
        connection.execute(
            update(local_series)
            .where(local_series.c.calendar == calendar, local_series.c.ical_uid == one.ical_uid)
            .values(**_values(one), **stamp)
        )


def feed_renewals_of(connection: Connection, calendar: str) -> int:
    """Return how often the address of a calendar's feed was renewed."""
    wanted = select(feed_renewals.c.number).where(feed_renewals.c.calendar == calendar)
    return connection.execute(wanted).scalar() or 0


def renew_feed(connection: Connection, calendar: str) -> None:
    """Count that the address of a calendar's feed is renewed."""
    grown = {"number": feed_renewals.c.number + 1}
    upsert(connection, feed_renewals, {"calendar": calendar, "number": 1}, then=grown)


def last_change(connection: Connection, calendar: str) -> int:
    """Return the revision of the last import that changed something, 0 where there was none."""
    last = select(func.max(local_series.c.changed)).where(local_series.c.calendar == calendar)
    return connection.execute(last).scalar() or 0


def _values(one: Series) -> dict[str, Any]:
    return {"ical": one.ical, "starts_at": one.starts_at, "ends_at": one.ends_at}


def _series(row: Row[Any]) -> StoredSeries:
    return StoredSeries(Series(row.ical_uid, row.ical, row.starts_at, row.ends_at), row.changed_at)
