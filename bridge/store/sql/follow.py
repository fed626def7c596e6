"""Statements on what is known of calendars' changes: cursors, and open push channels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bridge.model import CalendarName
from bridge.store.tables import channels, cursors
from providers.base import Channel


def cursor(connection: Connection, calendar: CalendarName) -> str | None:
    """Return up to where the calendar's changes were read."""
    return connection.execute(select(cursors.c.cursor).where(cursors.c.calendar == str(calendar))).scalar()


def set_cursor(connection: Connection, calendar: CalendarName, value: str, now: datetime) -> None:
    """Remember up to where the calendar's changes were read."""
    moved = update(cursors).where(cursors.c.calendar == str(calendar)).values(cursor=value, read_at=now)
    if not connection.execute(moved).rowcount:
        connection.execute(insert(cursors).values(calendar=str(calendar), cursor=value, read_at=now))


def add_channel(connection: Connection, calendar: CalendarName, channel: Channel, token: str) -> None:
    """Remember an open push channel; `token` is what its notifications must bear."""
    connection.execute(
        insert(channels).values(
            id=channel.id,
            calendar=str(calendar),
            resource=channel.resource,
            token=token,
            expires_at=channel.expires_at,
        )
    )


def channel_of(connection: Connection, channel_id: str) -> tuple[CalendarName, str] | None:
    """Return the calendar of a push channel and the token it must bear."""
    row = connection.execute(select(channels).where(channels.c.id == channel_id)).one_or_none()
    return (CalendarName.parse(row.calendar), row.token) if row else None


def channels_of(connection: Connection, calendar: CalendarName) -> list[Channel]:
    """Return the calendar's open push channels, the one that lasts longest first."""
    rows = connection.execute(
        select(channels).where(channels.c.calendar == str(calendar)).order_by(channels.c.expires_at.desc())
    )
    return [Channel(row.id, row.resource, row.expires_at) for row in rows]


def drop_channel(connection: Connection, channel_id: str) -> None:
    """Forget a push channel."""
    connection.execute(delete(channels).where(channels.c.id == channel_id))
