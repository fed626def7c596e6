"""Knows which browsers are signed in: each has a row, and is out as soon as the row is gone.

A session ends after an hour in which nothing was asked for, after twelve in any case, by signing out, and
with the password or the secret of codes it was begun with.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bridge.store.engine import Store
from bridge.store.sql import sessions
from bridge.store.sql.sessions import SessionRow

SESSION_LASTS = timedelta(hours=12)
_IDLE = timedelta(minutes=60)
_SEEN_EVERY = timedelta(minutes=1)  # a page makes several requests; each need not be written down


class Sessions:
    """The signed-in browsers; `password_mark` is that of the password of today."""

    def __init__(self, store: Store, password_mark: str, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._mark = password_mark
        self._now = now

    def begin(self, address: str) -> str:
        """Sign a browser in; return the secret that it is to keep."""
        token, now = secrets.token_urlsafe(32), self._now()
        session = SessionRow(token_hash(token), self._mark, now, now, address)
        with self._store.write() as connection:
            sessions.remove_ended(connection, started=now - SESSION_LASTS, seen=now - _IDLE)
            sessions.add(connection, session)
        return token

    def is_open(self, token: str) -> bool:
        """Tell whether the browser that keeps this is signed in, and note that it was here."""
        with self._store.read() as connection:
            found = sessions.get(connection, token_hash(token))
        if found is None or not self._lasts(found):
            return False
        now = self._now()
        if now - found.seen_at >= _SEEN_EVERY:
            with self._store.write() as connection:
                sessions.see(connection, found.token_hash, now)
        return True

    def list(self) -> Sequence[SessionRow]:
        """Return the open sessions, the one last seen first."""
        with self._store.read() as connection:
            return [found for found in sessions.every(connection) if self._lasts(found)]

    def end(self, token: str) -> None:
        """Sign a browser out."""
        with self._store.write() as connection:
            sessions.remove(connection, token_hash(token))

    def end_others(self, token: str) -> int:
        """Sign out every browser but this one; return how many there were."""
        with self._store.write() as connection:
            return sessions.remove_others(connection, token_hash(token))

    def _lasts(self, session: SessionRow) -> bool:
        now = self._now()
        is_recent = now < min(session.seen_at + _IDLE, session.started_at + SESSION_LASTS)
        return is_recent and session.password_mark == self._mark


def token_hash(token: str) -> str:
    """Return what is stored of a browser's secret."""
    return hashlib.sha256(token.encode()).hexdigest()
