"""Statements on the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bridge.model import FollowUp, FollowUpState
from bridge.model.follow_ups import NO_PART_ANY_MORE
from bridge.store.tables import follow_ups

MOST_LISTED = 500


def add(connection: Connection, follow_up: FollowUp) -> None:
    """Add one that waits."""
    connection.execute(insert(follow_ups).values(asdict(follow_up)))


def get(connection: Connection, follow_up_id: str) -> FollowUp | None:
    """Return one by its id."""
    row = connection.execute(select(follow_ups).where(follow_ups.c.id == follow_up_id)).one_or_none()
    return _read(row) if row else None


def of_recipient(connection: Connection, follow_up: FollowUp) -> list[FollowUp]:
    """Return all of the same booking to the same recipient by the same receiver, the oldest first."""
    query = (
        select(follow_ups)
        .where(
            follow_ups.c.booking_id == follow_up.booking_id,
            follow_ups.c.receiver == follow_up.receiver,
            follow_ups.c.recipient == follow_up.recipient,
        )
        .order_by(follow_ups.c.version)
    )
    return [_read(row) for row in connection.execute(query)]


def recipients(connection: Connection, booking_id: str) -> list[tuple[str, str]]:
    """Return who was told of a booking or will be, and not last of all that they have no part in it."""
    heard = follow_ups.c.state.in_((FollowUpState.WAITING, FollowUpState.SENT))
    query = select(follow_ups.c.receiver, follow_ups.c.recipient, follow_ups.c.change)
    query = query.where(follow_ups.c.booking_id == booking_id, heard).order_by(follow_ups.c.version)
    last = {(row.receiver, row.recipient): row.change for row in connection.execute(query)}
    return [who for who, change in last.items() if change != NO_PART_ANY_MORE]


def end(
    connection: Connection, found: Sequence[FollowUp], state: FollowUpState, now: datetime, *, why: str = ""
) -> None:
    """Note what became of follow-ups that wait; what became of others stands."""
    is_meant = follow_ups.c.id.in_([each.id for each in found])
    waiting = follow_ups.c.state == FollowUpState.WAITING
    connection.execute(update(follow_ups).where(is_meant, waiting).values(state=state, why=why, done_at=now))


def note_fault(connection: Connection, follow_up: FollowUp, why: str) -> None:
    """Remember why one was not taken."""
    connection.execute(update(follow_ups).where(follow_ups.c.id == follow_up.id).values(why=why))


def wait_again(connection: Connection, follow_up: FollowUp, now: datetime) -> None:
    """Let one that was given up or dropped wait once more, as if planned now."""
    anew = {"state": FollowUpState.WAITING, "planned_at": now, "done_at": None}
    connection.execute(update(follow_ups).where(follow_ups.c.id == follow_up.id).values(anew))


def listed(connection: Connection, states: Sequence[FollowUpState]) -> list[FollowUp]:
    """Return those in one of the states, the newest first, 500 at most."""
    query = select(follow_ups).where(follow_ups.c.state.in_(states))
    query = query.order_by(follow_ups.c.planned_at.desc(), follow_ups.c.id).limit(MOST_LISTED)
    return [_read(row) for row in connection.execute(query)]


def _read(row: Row[Any]) -> FollowUp:
    return FollowUp(**{**row._asdict(), "state": FollowUpState(row.state)})
