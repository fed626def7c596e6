"""Statements on push channels: which calendar a vendor's notification (its webhook) is about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bridge.model import CalendarName
from bridge.store.dialects import drop_before
from bridge.store.tables import channels
from providers.base import Channel


def add(connection: Connection, calendar: CalendarName, channel: Channel, token: str) -> None:
    """Remember an open channel; `token` is what its notifications must bear."""
    connection.execute(
        insert(channels).values(
            id=channel.id,
            calendar=str(calendar),
            resource=channel.resource,
            token=token,
            expires_at=channel.expires_at,
        )
    )


def get(connection: Connection, channel_id: str) -> tuple[CalendarName, str] | None:
    """Return the calendar of a channel and the token it must bear."""
    row = connection.execute(select(channels).where(channels.c.id == channel_id)).one_or_none()
    return (CalendarName.parse(row.calendar), row.token) if row else None


def named(connection: Connection, ids: Collection[str]) -> dict[str, tuple[CalendarName, str]]:
    """Return the calendar of each of these channels that is known, and the token it must bear."""
    rows = connection.execute(select(channels).where(channels.c.id.in_(ids)))
    return {row.id: (CalendarName.parse(row.calendar), row.token) for row in rows}


# A calendar has two channels for a moment, while a new one replaces the one that ends.
def of_calendar(connection: Connection, calendar: CalendarName) -> list[Channel]:
    """Return the calendar's open channels, the one that lasts longest first."""
    rows = connection.execute(
        select(channels).where(channels.c.calendar == str(calendar)).order_by(channels.c.expires_at.desc())
    )
    return [Channel(row.id, row.resource, row.expires_at) for row in rows]


def set_end(connection: Connection, channel_id: str, expires_at: datetime) -> None:
    """Say when a channel ends."""
    # Graph renews under the same id; Google opens another channel.
    connection.execute(update(channels).where(channels.c.id == channel_id).values(expires_at=expires_at))


def drop(connection: Connection, channel_id: str) -> None:
    """Forget a channel."""
    connection.execute(delete(channels).where(channels.c.id == channel_id))


def drop_ended(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget channels that ended before that moment; return how many, at most `limit`."""
    return connection.execute(_DROP_ENDED, {"before": before, "limit": limit}).rowcount


_DROP_ENDED = drop_before(channels, "id", "expires_at")
