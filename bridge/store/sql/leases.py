"""Statements on leases: who may do something alone for a while, such as refresh a token.

A lease ends by itself: whoever is killed keeps nobody waiting for longer than that. `now` is the
database's clock, since processes on several machines take leases from each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, not_, select

from bridge.store.dialects import CLOCK_SLACK, upsert
from bridge.store.tables import leases


def acquire(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Become the only one who may do `name` for a while; False while another is."""
    mine = {"owner": owner, "until": now + lease}
    # One's own is free too: whoever needs longer takes it again.
    taken = and_(*_holds(now, lease), leases.c.owner != owner)
    return upsert(connection, leases, {"name": name, **mine}, then=mine, where=not_(taken)) is not None


def is_held(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Tell whether another than `owner` does `name` alone at this moment."""
    others = select(leases.c.name).where(leases.c.name == name, leases.c.owner != owner)
    return connection.execute(others.where(*_holds(now, lease))).first() is not None


def held_by_others(connection: Connection, owner: str, lease: timedelta, now: datetime) -> set[str]:
    """Return what others do alone at this moment, for as long as `lease` at most."""
    return set(connection.scalars(select(leases.c.name).where(leases.c.owner != owner, *_holds(now, lease))))


def clear(connection: Connection, longest: timedelta, now: datetime, *, limit: int) -> int:
    """Forget leases that are over, as of processes that died; return how many, at most `limit`."""
    over = select(leases.c.name).where(not_(and_(*_holds(now, longest)))).limit(limit)
    return connection.execute(delete(leases).where(leases.c.name.in_(over))).rowcount


def _holds(now: datetime, longest: timedelta) -> tuple[ColumnElement[bool], ...]:
    # One that lasts longer than any was given was taken before the clock was set back, and is over.
    return (leases.c.until > now, leases.c.until <= now + longest + CLOCK_SLACK)


def release(connection: Connection, name: str, owner: str) -> None:
    """Let the next one do `name`."""
    # By owner: a lease that ran out may be another's by now.
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
