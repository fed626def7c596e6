"""Statements on the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from bridge.model import FollowUp, FollowUpState
from bridge.model.follow_ups import NO_PART_ANY_MORE, REMINDER
from bridge.store.tables import bookings, follow_ups

MOST_LISTED = 500


def add(connection: Connection, follow_up: FollowUp) -> None:
    """Add one that waits."""
    connection.execute(insert(follow_ups).values(asdict(follow_up)))


def next_due(connection: Connection, receiver: str, now: datetime) -> FollowUp | None:
    """Return the one that a receiver shall tell now, the one due longest."""
    query = select(follow_ups).where(*_waits_for(receiver), follow_ups.c.due_at <= now)
    row = connection.execute(query.order_by(follow_ups.c.due_at, follow_ups.c.version).limit(1)).one_or_none()
    return _read(row) if row else None


def next_due_at(connection: Connection, receiver: str) -> datetime | None:
    """Return when a receiver has something to tell next; None: nothing waits for it."""
    query = select(follow_ups.c.due_at).where(*_waits_for(receiver)).order_by(follow_ups.c.due_at).limit(1)
    return connection.execute(query).scalar_one_or_none()


def by_reference(connection: Connection, receiver: str, reference: str) -> FollowUp | None:
    """Return the one that a receiver took under this name of its own."""
    query = select(follow_ups).where(follow_ups.c.receiver == receiver, follow_ups.c.reference == reference)
    row = connection.execute(query.limit(1)).one_or_none()
    return _read(row) if row else None


def awaited(connection: Connection) -> list[str]:
    """Return the receivers for whom something waits."""
    return list(connection.execute(_AWAITED).scalars())


def any_sent(connection: Connection, receiver: str, since: datetime) -> bool:
    """Tell whether a receiver took anything since then."""
    sent = (follow_ups.c.receiver == receiver, follow_ups.c.state == FollowUpState.SENT)
    query = select(follow_ups.c.id).where(*sent, follow_ups.c.done_at >= since).limit(1)
    return connection.execute(query).first() is not None


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


def of_booking(connection: Connection, booking_id: str) -> list[FollowUp]:
    """Return all of a booking, the oldest first."""
    query = select(follow_ups).where(follow_ups.c.booking_id == booking_id)
    return [
        _read(row) for row in connection.execute(query.order_by(follow_ups.c.planned_at, follow_ups.c.id))
    ]


def recipients(connection: Connection, booking_id: str) -> list[tuple[str, str]]:
    """Return who was told of a booking or will be, and not last of all that they have no part in it."""
    heard = follow_ups.c.state.in_((FollowUpState.WAITING, FollowUpState.SENT))
    query = select(follow_ups.c.receiver, follow_ups.c.recipient, follow_ups.c.change)
    query = query.where(follow_ups.c.booking_id == booking_id, follow_ups.c.change != REMINDER, heard)
    query = query.order_by(follow_ups.c.version)
    last = {(row.receiver, row.recipient): row.change for row in connection.execute(query)}
    return [who for who, change in last.items() if change != NO_PART_ANY_MORE]


def end(connection: Connection, found: Sequence[FollowUp], state: FollowUpState, now: datetime) -> None:
    """Note what became of follow-ups that wait; what became of others stands."""
    is_meant = follow_ups.c.id.in_([each.id for each in found])
    waiting = follow_ups.c.state == FollowUpState.WAITING
    connection.execute(update(follow_ups).where(is_meant, waiting).values(state=state, done_at=now))


def sent(connection: Connection, follow_up: FollowUp, now: datetime, reference: str, note: str) -> None:
    """Note that one was taken; noted once more, what was heard of it since stands."""
    done = {"state": FollowUpState.SENT, "done_at": now, "why": "", "reference": reference, "note": note}
    is_it = (follow_ups.c.id == follow_up.id, follow_ups.c.state.in_(_UNTOLD))
    connection.execute(update(follow_ups).where(*is_it).values(done))


def add_note(connection: Connection, follow_up: FollowUp, note: str) -> None:
    """Note what else was heard of one that was taken."""
    _change(connection, follow_up, note=note)


def give_up(connection: Connection, follow_up: FollowUp, now: datetime, why: str) -> None:
    """Note that one will not be delivered unless a person has it sent again."""
    _change(connection, follow_up, state=FollowUpState.GIVEN_UP, why=why, done_at=now)


def drop(connection: Connection, follow_up: FollowUp, now: datetime) -> None:
    """Note that a person wants one delivered never; why it was not stands."""
    _change(connection, follow_up, state=FollowUpState.DROPPED, done_at=now)


def begin(connection: Connection, follow_up: FollowUp, now: datetime) -> None:
    """Note that a try is begun: should nothing else be noted, its outcome is not known."""
    _change(connection, follow_up, begun_at=now)


def put_off(
    connection: Connection, follow_up: FollowUp, due_at: datetime, why: str, *, is_unclear: bool
) -> None:
    """Let one that was not taken, or perhaps was, wait for its next try."""
    # Of several unclear tries the first counts: any of them may have been taken.
    begun_at = (follow_up.begun_at or follow_ups.c.begun_at) if is_unclear else None
    _change(connection, follow_up, due_at=due_at, why=why, begun_at=begun_at)


def wait_until(connection: Connection, follow_up: FollowUp, due_at: datetime) -> None:
    """Let one wait, untried, until a moment."""
    _change(connection, follow_up, due_at=due_at)


def wait_again(connection: Connection, follow_up: FollowUp, now: datetime) -> None:
    """Let one that was given up or dropped wait once more, as if planned now."""
    anew = {"state": FollowUpState.WAITING, "planned_at": now, "due_at": now, "begun_at": None}
    _change(connection, follow_up, **anew, done_at=None)


def withdraw_reminders(connection: Connection, booking_id: str) -> None:
    """Remove the reminders of a booking that wait."""
    waiting = (follow_ups.c.change == REMINDER, follow_ups.c.state == FollowUpState.WAITING)
    connection.execute(delete(follow_ups).where(follow_ups.c.booking_id == booking_id, *waiting))


def listed(connection: Connection, states: Sequence[FollowUpState]) -> list[FollowUp]:
    """Return those in one of the states, the newest first, 500 at most."""
    query = select(follow_ups).where(follow_ups.c.state.in_(states))
    query = query.order_by(follow_ups.c.planned_at.desc(), follow_ups.c.id).limit(MOST_LISTED)
    return [_read(row) for row in connection.execute(query)]


def of_past(connection: Connection, before: datetime, *, limit: int) -> Sequence[str]:
    """Return what was told of bookings that ended before that moment, by id, at most `limit`."""
    past = select(follow_ups.c.id).join(bookings).where(bookings.c.ends_at < before, _IS_DONE)
    return connection.execute(past.limit(limit)).scalars().all()


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Forget these, but for what waits again."""
    connection.execute(delete(follow_ups).where(follow_ups.c.id.in_(ids), _IS_DONE))


_AWAITED = select(follow_ups.c.receiver).where(follow_ups.c.state == FollowUpState.WAITING).distinct()
_UNTOLD = (FollowUpState.WAITING, FollowUpState.DROPPED)  # a person may drop what is just being told
_IS_DONE = follow_ups.c.state != FollowUpState.WAITING


def _waits_for(receiver: str) -> tuple[ColumnElement[bool], ...]:
    return (follow_ups.c.receiver == receiver, follow_ups.c.state == FollowUpState.WAITING)


def _change(connection: Connection, follow_up: FollowUp, **values: Any) -> None:
    connection.execute(update(follow_ups).where(follow_ups.c.id == follow_up.id).values(values))


def _read(row: Row[Any]) -> FollowUp:
    return FollowUp(**{**row._asdict(), "state": FollowUpState(row.state)})
