"""Statements on health: what every calendar and account does at present, for all processes.

Each tells whether it changed more than the time of the last good answer: then every process must know.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, case, delete, false, literal, or_, select, update

from bridge.model import Ability, Condition
from bridge.store.dialects import Instant, upsert
from bridge.store.tables import health

_WELL = {"kind": None, "error": None, "advice": None, "not_before": None, "by_right": False}
_ALL = select(health).order_by(health.c.subject, health.c.ability)


def record_good(
    connection: Connection, subject: str, ability: Ability, now: datetime, every: timedelta
) -> bool:
    """Record a good answer, its time not more often than `every`; return whether that ends a failure."""
    mine = (health.c.subject == subject, health.c.ability == ability)
    ended = update(health).where(*mine, health.c.error.is_not(None))
    if connection.execute(ended.values(since=now, good_at=now, **_WELL)).rowcount:
        return True
    new = {"subject": subject, "ability": ability, "since": now, "good_at": now, **_WELL}
    # Good answers come all the time, in every process: the row need not change with each.
    is_old = or_(health.c.good_at.is_(None), health.c.good_at <= now - every)
    upsert(connection, health, new, then={"good_at": now}, where=is_old)
    return False


def record_failure(connection: Connection, found: Condition) -> bool:
    """Record a failure, of which `since` counts if it is the first; return whether it is."""
    mine = (health.c.subject == found.subject, health.c.ability == found.ability)
    known = select(health.c.error).where(*mine, health.c.error.is_not(None))
    is_new = connection.execute(known).first() is None
    words = {name: getattr(found, name) for name in ("kind", "error", "advice", "not_before", "by_right")}
    # Inside CASE a bare datetime would be bound by its Python type, not the column's.
    since = literal(found.since, Instant())
    began = case((health.c.error.is_(None), since), else_=health.c.since)
    new = {**asdict(found), "good_at": None}
    upsert(connection, health, new, then={**words, "since": began})
    return is_new


def let_through(
    connection: Connection, subject: str, now: datetime, every: timedelta, *, again: bool
) -> bool:
    """Let one write through that may show whether the calendar takes any again, one `every` so often.

    `again`: an earlier try may have let it through unheard.
    """
    # One statement asks and takes: of several processes only one tries a calendar that refuses.
    until = now + every
    is_ours = health.c.not_before == until if again else false()
    is_due = or_(health.c.not_before.is_(None), health.c.not_before <= now, is_ours)
    mine = (health.c.subject == subject, health.c.ability == Ability.WRITE, health.c.error.is_not(None))
    changed = update(health).where(*mine, is_due).values(not_before=until)
    return bool(connection.execute(changed).rowcount)


def told_by_right(connection: Connection, subject: str) -> None:
    """Record that the calendar's access right tells of the refusal of writes."""
    mine = (health.c.subject == subject, health.c.ability == Ability.WRITE, health.c.error.is_not(None))
    connection.execute(update(health).where(*mine).values(by_right=True))


def failing(connection: Connection) -> list[Condition]:
    """Return what does not work, by subject."""
    rows = connection.execute(_ALL.where(health.c.error.is_not(None)))
    return [_condition(row) for row in rows]


def every(connection: Connection) -> list[Condition]:
    """Return everything that is known, by subject."""
    return [_condition(row) for row in connection.execute(_ALL)]


def forget(connection: Connection, subjects: Collection[str]) -> None:
    """Forget calendars and accounts that nobody uses any more."""
    connection.execute(delete(health).where(health.c.subject.in_(subjects)))


def _condition(row: Row[tuple[object, ...]]) -> Condition:
    return Condition(
        subject=row.subject,
        ability=Ability(row.ability),
        since=row.since,
        good_at=row.good_at,
        kind=row.kind or "",
        error=row.error or "",
        advice=row.advice or "",
        not_before=row.not_before,
        by_right=row.by_right,
    )
