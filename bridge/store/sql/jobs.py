"""Statements on jobs and leases: who may do what alone, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    case,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bridge.store.tables import jobs, leases
from bridge.store.types import Instant


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
    is_job = (jobs.c.kind == kind, jobs.c.subject == subject)
    sooner = case(
        (or_(jobs.c.due_at > due_at, jobs.c.owner.is_not(None)), _instant(due_at)), else_=jobs.c.due_at
    )
    again = update(jobs).where(*is_job).values(due_at=sooner, planned=jobs.c.planned + 1)
    if connection.execute(again).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(
                insert(jobs).values(kind=kind, subject=subject, due_at=due_at, tries=0, planned=1)
            )
    except IntegrityError:  # another process planned it in this very moment
        connection.execute(again)


def take(connection: Connection, owner: str, lease: timedelta, now: datetime) -> Job | None:
    """Lease the job that has been due longest; None when nothing is due."""
    free = or_(jobs.c.owner.is_(None), jobs.c.lease_until <= now)
    due = (
        select(jobs)
        .where(jobs.c.due_at <= now, free)
        .order_by(jobs.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(due).one_or_none()
    if row is None:
        return None
    connection.execute(
        update(jobs)
        .where(jobs.c.kind == row.kind, jobs.c.subject == row.subject)
        .values(owner=owner, lease_until=now + lease, tries=row.tries + 1)
    )
    return Job(row.kind, row.subject, row.tries, row.planned)


def finish(connection: Connection, job: Job, owner: str) -> None:
    """Remove a job that is done; give it back if it was planned once more meanwhile."""
    is_mine = _is_mine(job, owner)
    if not connection.execute(delete(jobs).where(*is_mine, jobs.c.planned == job.planned)).rowcount:
        connection.execute(update(jobs).where(*is_mine).values(owner=None, lease_until=None, tries=0))


def postpone(connection: Connection, job: Job, owner: str, due_at: datetime, *, afresh: bool = False) -> None:
    """Give a job back, due later (or when planned meanwhile); `afresh` forgets how often it was tried."""
    later = case((jobs.c.planned == job.planned, _instant(due_at)), else_=jobs.c.due_at)
    tries = 0 if afresh else jobs.c.tries
    connection.execute(
        update(jobs)
        .where(*_is_mine(job, owner))
        .values(owner=None, lease_until=None, due_at=later, tries=tries)
    )


def _instant(moment: datetime) -> BindParameter[datetime]:
    # inside CASE a bare datetime would be bound by its Python type, not the column's
    return literal(moment, Instant())


def _is_mine(job: Job, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.kind == job.kind, jobs.c.subject == job.subject, jobs.c.owner == owner)


def is_due(connection: Connection, now: datetime) -> bool:
    """Tell whether some job waits to be done."""
    free = or_(jobs.c.owner.is_(None), jobs.c.lease_until <= now)
    return (
        connection.execute(select(jobs.c.kind).where(jobs.c.due_at <= now, free).limit(1)).first() is not None
    )


def is_held(connection: Connection, name: str, now: datetime) -> bool:
    """Tell whether somebody does `name` alone at this moment."""
    held = select(leases.c.name).where(leases.c.name == name, leases.c.until > now)
    return connection.execute(held).first() is not None


def acquire(connection: Connection, name: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Become the only one who may do `name` for a while; False while another is."""
    values = {"owner": owner, "until": now + lease}
    free = or_(leases.c.until <= now, leases.c.owner == owner)
    if connection.execute(update(leases).where(leases.c.name == name, free).values(**values)).rowcount:
        return True
    if connection.execute(select(leases.c.name).where(leases.c.name == name)).first():
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(leases).values(name=name, **values))
    except IntegrityError:  # another process was first
        return False
    return True


def release(connection: Connection, name: str, owner: str) -> None:
    """Let the next one do `name`."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
