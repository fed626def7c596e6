"""Statements on callers who were asked to say something again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select
from sqlalchemy.exc import IntegrityError

from bridge.store.tables import asked_back


def was_asked(connection: Connection, caller: str, since: datetime) -> bool:
    """Tell whether a caller was asked since then."""
    asked = exists().where(asked_back.c.caller == caller, asked_back.c.asked_at >= since)
    return bool(connection.execute(select(asked)).scalar())


def note(connection: Connection, caller: str, now: datetime, *, forget_before: datetime) -> bool:
    """Remember that a caller is being asked; False when another process did in this very moment."""
    # Cleared wherever it is written: no callers are kept longer than they are of use.
    connection.execute(delete(asked_back).where(asked_back.c.asked_at < forget_before))
    try:
        # A savepoint: after a refused statement PostgreSQL takes no other in the transaction.
        with connection.begin_nested():
            connection.execute(insert(asked_back).values(caller=caller, asked_at=now))
    except IntegrityError:
        return False
    return True
