"""Statements on browsers that are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bridge.store.tables import sessions


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser; `password_mark` says with which password."""

    token_hash: str
    password_mark: str
    started_at: datetime
    seen_at: datetime
    address: str


def add(connection: Connection, session: SessionRow) -> None:
    """Record that a browser signed in."""
    connection.execute(
        insert(sessions).values({name: getattr(session, name) for name in SessionRow.__slots__})
    )


def get(connection: Connection, token_hash: str) -> SessionRow | None:
    """Return a session."""
    row = connection.execute(select(sessions).where(sessions.c.token_hash == token_hash)).one_or_none()
    return None if row is None else SessionRow(*row)


def every(connection: Connection) -> Sequence[SessionRow]:
    """Return all sessions, the one last seen first."""
    wanted = select(sessions).order_by(sessions.c.seen_at.desc(), sessions.c.token_hash)
    return [SessionRow(*row) for row in connection.execute(wanted)]


def see(connection: Connection, token_hash: str, now: datetime) -> None:
    """Record that a browser came back."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now))


def remove(connection: Connection, token_hash: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def remove_others(connection: Connection, token_hash: str) -> int:
    """End every session but one; return how many there were."""
    return connection.execute(delete(sessions).where(sessions.c.token_hash != token_hash)).rowcount


def remove_ended(connection: Connection, *, started: datetime, seen: datetime) -> None:
    """Forget sessions that started, or were last seen, at these moments or before."""
    connection.execute(
        delete(sessions).where((sessions.c.started_at <= started) | (sessions.c.seen_at <= seen))
    )
