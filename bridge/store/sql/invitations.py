"""Statements on links that invite colleagues to connect their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bridge.store.tables import invitations


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link for one host; `accounts` are the (provider, account) pairs still to be connected by it."""

    token_hash: str
    host: str
    made_at: datetime
    expires_at: datetime
    accounts: Sequence[tuple[str, str]]


def add(connection: Connection, row: InvitationRow) -> None:
    """Keep a link that was made, in place of those made for its host before."""
    remove(connection, row.host)
    connection.execute(
        insert(invitations).values({name: getattr(row, name) for name in InvitationRow.__slots__})
    )


def get(connection: Connection, token_hash: str, *, to_change: bool = False) -> InvitationRow | None:
    """Return a link; nobody else uses it meanwhile if it is read `to_change`."""
    wanted = select(invitations).where(invitations.c.token_hash == token_hash)
    row = connection.execute(wanted.with_for_update() if to_change else wanted).one_or_none()
    return _read(row) if row else None


def every(connection: Connection) -> list[InvitationRow]:
    """Return all links, the latest first."""
    return [
        _read(row) for row in connection.execute(select(invitations).order_by(invitations.c.made_at.desc()))
    ]


def remove(connection: Connection, host: str) -> None:
    """Forget a host's link."""
    connection.execute(delete(invitations).where(invitations.c.host == host))


def leave(connection: Connection, token_hash: str, accounts: Sequence[tuple[str, str]]) -> None:
    """Record which accounts are still to be connected by a link."""
    left = update(invitations).where(invitations.c.token_hash == token_hash)
    connection.execute(left.values(accounts=[list(each) for each in accounts]))


def remove_older(connection: Connection, than: datetime) -> None:
    """Forget links that ended before that moment."""
    connection.execute(delete(invitations).where(invitations.c.expires_at < than))


def _read(row: Row[Any]) -> InvitationRow:
    accounts = [(provider, account) for provider, account in row.accounts]
    return InvitationRow(row.token_hash, row.host, row.made_at, row.expires_at, accounts)
