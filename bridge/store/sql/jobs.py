"""Statements on jobs: background work with a due time, each done by one process at a time.

A job is its kind and subject; planned once more it is still one job. A process that dies in the middle
loses its lease, and the job is taken again: so every job must bear being done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, literal, or_, select, update

from bridge.store.dialects import CLOCK_SLACK, Columns, Instant, Upsert
from bridge.store.tables import jobs

MOST_DUE = 1000  # looked at in one go


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of background work: its kind, what it is about, and how often it was tried before.

    `planned` is how often it had been planned when it was taken.
    """

    kind: str
    subject: str
    tries: int
    planned: int


def schedule(connection: Connection, kind: str, subject: str, due_at: datetime) -> None:
    """Make a job due then; one that waits already becomes due at the earlier time.

    One that is being done at this moment is done once more.
    """
    _SCHEDULE.send(connection, {"kind": kind, "subject": subject, "due_at": due_at, "tries": 0, "planned": 1})


def due(connection: Connection, now: datetime) -> list[Job]:
    """Return the jobs that wait to be done, the one that is due longest first."""
    rows = connection.execute(select(jobs).where(*_waits(now)).order_by(jobs.c.due_at).limit(MOST_DUE))
    return [Job(row.kind, row.subject, row.tries, row.planned) for row in rows]


def longest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the job was due that waits longest to be done; None where none waits."""
    waiting = select(jobs.c.due_at).where(*_waits(now)).order_by(jobs.c.due_at).limit(1)
    return connection.execute(waiting).scalar_one_or_none()


def take(connection: Connection, job: Job, owner: str, lease: timedelta, now: datetime) -> Job | None:
    """Lease a job and return it as it is now; None when it is not due any more, or another's."""
    leased = connection.execute(
        update(jobs)
        .where(jobs.c.kind == job.kind, jobs.c.subject == job.subject, *_waits(now))
        .values(owner=owner, lease_until=now + lease, tries=jobs.c.tries + 1)
        .returning(jobs.c.tries, jobs.c.planned)
    ).one_or_none()
    return None if leased is None else Job(job.kind, job.subject, leased.tries - 1, leased.planned)


def finish(connection: Connection, job: Job, owner: str) -> None:
    """Remove a job that is done; give it back if it was planned once more meanwhile."""
    is_mine = _is_mine(job, owner)
    if not connection.execute(delete(jobs).where(*is_mine, jobs.c.planned == job.planned)).rowcount:
        connection.execute(update(jobs).where(*is_mine).values(owner=None, lease_until=None, tries=0))


def postpone(connection: Connection, job: Job, owner: str, due_at: datetime, *, afresh: bool = False) -> None:
    """Give a job back, due later (or when planned meanwhile); `afresh` forgets how often it was tried."""
    # Inside CASE a bare datetime would be bound by its Python type, not the column's.
    later = case((jobs.c.planned == job.planned, literal(due_at, Instant())), else_=jobs.c.due_at)
    tries = 0 if afresh else jobs.c.tries
    connection.execute(
        update(jobs)
        .where(*_is_mine(job, owner))
        .values(owner=None, lease_until=None, due_at=later, tries=tries)
    )


def misdated(
    connection: Connection, now: datetime, lease: timedelta, longest: Mapping[str, timedelta], most: timedelta
) -> list[tuple[str, str]]:
    """Return the jobs that would wait, or be leased, longer than any of their kind.

    They were planned before the clock was set back. `longest` says it by kind, `most` of all others.
    """
    latest = now + CLOCK_SLACK
    late = [and_(jobs.c.kind == kind, jobs.c.due_at > latest + wait) for kind, wait in longest.items()]
    others = and_(jobs.c.kind.not_in(list(longest)), jobs.c.due_at > latest + most)
    wrong = or_(jobs.c.lease_until > latest + lease, others, *late)
    return [(row.kind, row.subject) for row in connection.execute(select(jobs).where(wrong))]


def make_due(connection: Connection, kind: str, subject: str, now: datetime) -> None:
    """Make a job due, whatever was planned; whoever does it now has lost it."""
    is_it = (jobs.c.kind == kind, jobs.c.subject == subject)
    connection.execute(update(jobs).where(*is_it).values(due_at=now, owner=None, lease_until=None))


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.due_at <= now, or_(jobs.c.owner.is_(None), jobs.c.lease_until <= now))


def _is_mine(job: Job, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.kind == job.kind, jobs.c.subject == job.subject, jobs.c.owner == owner)


def _planned_again(row: Columns) -> dict[str, Any]:
    # Whoever does it now may have looked before the reason for this came up: by `planned`, finish() sees
    # that once more is wanted.
    is_later = or_(jobs.c.due_at > row.due_at, jobs.c.owner.is_not(None))
    return {"due_at": case((is_later, row.due_at), else_=jobs.c.due_at), "planned": jobs.c.planned + 1}


_SCHEDULE = Upsert(jobs, then=_planned_again)
