"""Statements on sign-ins that were begun at a vendor; each is taken once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from bridge.store.tables import oauth_flows


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A sign-in under way; `sealed` holds what its end needs."""

    state_hash: str
    provider: str
    session_hash: str
    sealed: str = field(repr=False)
    expires_at: datetime


def add(connection: Connection, flow: FlowRow) -> None:
    """Keep a sign-in that was begun."""
    values = {name: getattr(flow, name) for name in FlowRow.__slots__}
    connection.execute(insert(oauth_flows).values(**values))


def take(connection: Connection, state_hash: str, provider: str) -> FlowRow | None:
    """Return a sign-in and forget it; of several that ask at once, one gets it."""
    wanted = (oauth_flows.c.state_hash == state_hash, oauth_flows.c.provider == provider)
    # DELETE ... RETURNING in one statement: a state that comes back twice would else open two sign-ins.
    taken = connection.execute(delete(oauth_flows).where(*wanted).returning(oauth_flows)).mappings().first()
    return FlowRow(**taken) if taken else None


def remove_older(connection: Connection, than: datetime) -> None:
    """Forget sign-ins that ended before that moment."""
    connection.execute(delete(oauth_flows).where(oauth_flows.c.expires_at < than))
