"""Statements on connections: every change but a new consent holds only for the version it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, or_, select, update

from bridge.store.dialects import upsert
from bridge.store.tables import connections

CONNECTED = "connected"
NEEDS_RECONNECTING = "needs_reconnecting"


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A stored consent.

    `sealed` holds the tokens, `expires_at` is the access token's end. `since` is when the account was
    first connected, `consented_at` when its owner last said yes. `failures` counts refreshes that failed
    in a row; the next is not before `retry_at`.
    """

    provider: str
    account: str
    state: str
    version: str
    sealed: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime
    since: datetime
    consented_at: datetime
    refreshed_at: datetime
    failures: int = 0
    retry_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return provider and account."""
        return (self.provider, self.account)


def read(connection: Connection, provider: str, account: str) -> ConnectionRow | None:
    """Return the consent to one account, None when there is none."""
    found = connection.execute(select(connections).where(*_is(provider, account))).mappings().first()
    return _row(found) if found else None


def every(connection: Connection) -> list[ConnectionRow]:
    """Return all consents, by provider and account."""
    found = select(connections).order_by(connections.c.provider, connections.c.account)
    return [_row(each) for each in connection.execute(found).mappings()]


def due(connection: Connection, before: datetime, now: datetime) -> list[ConnectionRow]:
    """Return the consents whose token ends before that moment and whose refresh need not wait."""
    rows = connection.execute(_DUE, {"before": before, "now": now}).mappings()
    return [_row(each) for each in rows]


# Over what is there, whatever its version: the owner has just said yes, and that is later than all else.
def save_consent(connection: Connection, row: ConnectionRow) -> None:
    """Store a new consent, over an older one to the same account; `since` stays that of the first."""
    values = _values(row)
    renewed = {name: value for name, value in values.items() if name != "since"}
    upsert(connection, connections, values, then=renewed)


# A refresh may end after the account was connected anew or dropped: then its tokens are of yesterday.
def replace(connection: Connection, old: ConnectionRow, new: ConnectionRow) -> bool:
    """Store a changed consent if it is still as `old` was; return whether it was."""
    is_same = (*_is(old.provider, old.account), connections.c.version == old.version)
    return bool(connection.execute(update(connections).where(*is_same).values(**_values(new))).rowcount)


def remove(connection: Connection, provider: str, account: str) -> bool:
    """Forget the consent to an account; return whether there was one."""
    return bool(connection.execute(delete(connections).where(*_is(provider, account))).rowcount)


def _is(provider: str, account: str) -> tuple[Any, ...]:
    return (connections.c.provider == provider, connections.c.account == account)


def _values(row: ConnectionRow) -> dict[str, Any]:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    return {**values, "scopes": sorted(row.scopes)}


def _row(found: RowMapping) -> ConnectionRow:
    return ConnectionRow(**{**found, "scopes": frozenset(found["scopes"])})


_DUE = (
    select(connections)
    .where(
        connections.c.state == CONNECTED,
        connections.c.expires_at <= bindparam("before"),
        # After a failure the next try waits, or a vendor that is down would be asked each second.
        or_(connections.c.retry_at.is_(None), connections.c.retry_at <= bindparam("now")),
    )
    .order_by(connections.c.expires_at)
)
