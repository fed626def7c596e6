"""Statements on wrong admin passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bridge.store.tables import signin_failures


def add(connection: Connection, failure_id: str, address: str, failed_at: datetime) -> None:
    """Count an attempt as failed."""
    connection.execute(insert(signin_failures).values(id=failure_id, address=address, failed_at=failed_at))


def times(connection: Connection, address: str | None = None) -> Sequence[datetime]:
    """Return when attempts failed, the latest first: those of one address, or all."""
    found = select(signin_failures.c.failed_at).order_by(signin_failures.c.failed_at.desc())
    if address is not None:
        found = found.where(signin_failures.c.address == address)
    return connection.execute(found).scalars().all()


def remove_older(connection: Connection, than: datetime) -> None:
    """Forget failures before that moment."""
    connection.execute(delete(signin_failures).where(signin_failures.c.failed_at <= than))


# Only a person's own address: one right password must not clear what others tried.
def forgive(connection: Connection, address: str) -> None:
    """Forget the failures of an address."""
    connection.execute(delete(signin_failures).where(signin_failures.c.address == address))
