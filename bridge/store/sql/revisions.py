"""Counters that grow with every change of what an offer is made from."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from bridge.store.tables import revisions

CLAIMS = "claims"  # any claim came or went
LOCAL = "local"  # an embedded calendar changed
BUSY = "busy"  # a vendor told that a calendar changed, so answers kept are stale


def bump(connection: Connection, name: str) -> None:
    """Count one change."""
    grown = update(revisions).where(revisions.c.name == name).values(value=revisions.c.value + 1)
    if connection.execute(grown).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(revisions).values(name=name, value=1))
    except IntegrityError:  # another transaction was first
        connection.execute(grown)
