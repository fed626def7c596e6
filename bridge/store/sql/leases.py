"""Statements on leases: who may do something alone for a while, such as refresh a token.

A lease ends by itself: whoever is killed keeps nobody waiting for longer than that. `now` is the
database's clock, since processes on several machines take leases from each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from bridge.store.dialects import upsert
from bridge.store.tables import leases


def acquire(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Become the only one who may do `name` for a while; False while another is."""
    mine = {"owner": owner, "until": now + lease}
    # One's own is free too: whoever needs longer takes it again.
    free = or_(leases.c.until <= now, leases.c.owner == owner)
    return upsert(connection, leases, {"name": name, **mine}, then=mine, where=free) is not None


def is_held(connection: Connection, name: str, now: datetime) -> bool:
    """Tell whether somebody does `name` alone at this moment."""
    held = select(leases.c.name).where(leases.c.name == name, leases.c.until > now)
    return connection.execute(held).first() is not None


def held_by_others(connection: Connection, owner: str, now: datetime) -> set[str]:
    """Return what others do alone at this moment."""
    return set(connection.scalars(select(leases.c.name).where(leases.c.owner != owner, leases.c.until > now)))


def release(connection: Connection, name: str, owner: str) -> None:
    """Let the next one do `name`."""
    # By owner: a lease that ran out may be another's by now.
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
