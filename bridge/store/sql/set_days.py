"""Statements on days that were set by hand. Each change is a revision of its own, and so is undoing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, or_, select, update

from bridge.model import WallRange
from bridge.store.sql import revisions
from bridge.store.statements import ask
from bridge.store.tables import day_changes, set_days

Hours = tuple[WallRange, ...] | None  # None: as the configuration says
HoursByDay = Mapping[date, Hours]


@dataclass(frozen=True, slots=True)
class DayChange:
    """That somebody set days of hosts, when and why; `undone_at` is None while it holds."""

    number: int
    made_at: datetime
    made_by: str
    note: str
    undone_at: datetime | None
    undone_by: str | None
    days: Mapping[str, HoursByDay]


def holding(
    connection: Connection, hosts: Collection[str], first: date, last: date
) -> dict[str, dict[date, tuple[Hours, int]]]:
    """Return what holds of each host's days that were set, with the number of the change."""
    found: dict[str, dict[date, tuple[Hours, int]]] = {}
    for row in ask(connection, _HOLDING, _between(hosts, first, last)):
        found.setdefault(row.host, {})[date.fromisoformat(row.day)] = (_hours(row.hours), row.change)
    return found


def changed_since(
    connection: Connection, hosts: Collection[str], first: date, last: date, revision: int
) -> DayChange | None:
    """Return the latest change of any of these days that was made or undone after a revision."""
    later = or_(set_days.c.change > revision, day_changes.c.undone > revision)
    query = _DAYS.where(later).order_by(set_days.c.change.desc()).limit(1)
    row = connection.execute(query, _between(hosts, first, last)).first()
    return None if row is None else get(connection, row.change)


def add(connection: Connection, days: Mapping[str, HoursByDay], *, at: datetime, by: str, note: str) -> int:
    """Set days of hosts; return the number of the change."""
    number = revisions.bump(connection, revisions.DAYS)
    connection.execute(
        insert(day_changes).values(number=number, made_at=at, made_by=by, note=note, undone=None)
    )
    rows = [
        {"host": host, "day": day.isoformat(), "change": number, "hours": _stored(hours)}
        for host, own in days.items()
        for day, hours in own.items()
    ]
    connection.execute(insert(set_days), rows)
    return number


def undo(connection: Connection, number: int, *, at: datetime, by: str) -> bool:
    """Let a change hold no more, and what held before it again; tell whether it did hold."""
    held = update(day_changes).where(day_changes.c.number == number, day_changes.c.undone.is_(None))
    revision = revisions.bump(connection, revisions.DAYS)
    return connection.execute(held.values(undone=revision, undone_at=at, undone_by=by)).rowcount == 1


def get(connection: Connection, number: int) -> DayChange | None:
    """Return a change by its number."""
    return next(iter(_changes(connection, select(day_changes).where(day_changes.c.number == number))), None)


def latest(connection: Connection, most: int) -> list[DayChange]:
    """Return the latest changes, the newest first."""
    return _changes(connection, select(day_changes).order_by(day_changes.c.number.desc()).limit(most))


def drop_past(connection: Connection, before: date, *, limit: int) -> int:
    """Forget days before that one, and changes that have none left; return how many days, at most `limit`."""
    old = connection.execute(_PAST, {"before": before.isoformat(), "limit": limit}).all()
    for host, day, change in old:
        connection.execute(
            delete(set_days).where(
                set_days.c.host == host, set_days.c.day == day, set_days.c.change == change
            )
        )
    if old:
        connection.execute(delete(day_changes).where(day_changes.c.number.not_in(select(set_days.c.change))))
    return len(old)


# Asked for in every call: building a statement takes longer than executing it.
_DAYS = (
    select(set_days)
    .join(day_changes, day_changes.c.number == set_days.c.change)
    .where(
        set_days.c.host.in_(bindparam("hosts", expanding=True)),
        set_days.c.day >= bindparam("first"),
        set_days.c.day <= bindparam("last"),
    )
)
_PAST = (
    select(set_days.c.host, set_days.c.day, set_days.c.change)
    .where(set_days.c.day < bindparam("before"))
    .limit(bindparam("limit"))
)
_HOLDING = _DAYS.where(day_changes.c.undone.is_(None)).order_by(set_days.c.change)


def _between(hosts: Collection[str], first: date, last: date) -> dict[str, Any]:
    return {"hosts": list(hosts), "first": first.isoformat(), "last": last.isoformat()}


def _changes(connection: Connection, query: Select[Any]) -> list[DayChange]:
    rows = connection.execute(query).all()
    days: dict[int, dict[str, dict[date, Hours]]] = defaultdict(lambda: defaultdict(dict))
    wanted = select(set_days).where(set_days.c.change.in_([row.number for row in rows]))
    for row in connection.execute(wanted.order_by(set_days.c.host, set_days.c.day)):
        days[row.change][row.host][date.fromisoformat(row.day)] = _hours(row.hours)
    return [_change(row, days[row.number]) for row in rows]


def _change(row: Row[Any], days: Mapping[str, HoursByDay]) -> DayChange:
    return DayChange(row.number, row.made_at, row.made_by, row.note, row.undone_at, row.undone_by, days)


def _hours(stored: list[tuple[int, int, str]] | None) -> Hours:
    return None if stored is None else tuple(WallRange(*each) for each in stored)


def _stored(hours: Hours) -> list[list[int | str]] | None:
    return None if hours is None else [[each.start, each.end, each.place] for each in hours]
