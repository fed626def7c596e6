"""Statements on leases: who may do something alone for a while, such as refresh a token.

A lease ends by itself: whoever is killed keeps nobody waiting for longer than that. `now` is the
database's clock, since processes on several machines take leases from each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, not_, select

from bridge.store.dialects import CLOCK_SLACK, Instant, Upsert
from bridge.store.statements import send
from bridge.store.tables import leases


def acquire(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Become the only one who may do `name` for a while; False while another is."""
    row = {"name": name, "owner": owner, "until": now + lease}
    return _TAKE(connection, {**row, "now": now, "latest": _latest(now, lease)}) is not None


def is_held(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Tell whether another than `owner` does `name` alone at this moment."""
    others = select(leases.c.name).where(leases.c.name == name, leases.c.owner != owner)
    return connection.execute(others.where(_holds(now, _latest(now, lease)))).first() is not None


def held_by_others(connection: Connection, owner: str, lease: timedelta, now: datetime) -> set[str]:
    """Return what others do alone at this moment, for as long as `lease` at most."""
    return set(connection.scalars(_OF_OTHERS, {"by": owner, "now": now, "latest": _latest(now, lease)}))


def clear(connection: Connection, longest: timedelta, now: datetime, *, limit: int) -> int:
    """Forget leases that are over, as of processes that died; return how many, at most `limit`."""
    over = select(leases.c.name).where(not_(_holds(now, _latest(now, longest)))).limit(limit)
    return connection.execute(delete(leases).where(leases.c.name.in_(over))).rowcount


def release(connection: Connection, name: str, owner: str) -> None:
    """Let the next one do `name`."""
    send(connection, _RELEASE, {"lease": name, "by": owner})


def _latest(now: datetime, longest: timedelta) -> datetime:
    # One that lasts longer than any was given was taken before the clock was set back, and is over.
    return now + longest + CLOCK_SLACK


def _holds(now: Any, latest: Any) -> ColumnElement[bool]:
    return and_(leases.c.until > now, leases.c.until <= latest)


_NOW, _LATEST = bindparam("now", type_=Instant()), bindparam("latest", type_=Instant())
_OF_OTHERS = select(leases.c.name).where(leases.c.owner != bindparam("by"), _holds(_NOW, _LATEST))
# One's own is free too: whoever needs longer takes it again.
_TAKE = Upsert(
    leases,
    then=lambda row: {"owner": row.owner, "until": row.until},
    where=lambda row: not_(_holds(_NOW, _LATEST) & (leases.c.owner != row.owner)),
)
# By owner: a lease that ran out may be another's by now.
_RELEASE = delete(leases).where(leases.c.name == bindparam("lease"), leases.c.owner == bindparam("by"))
