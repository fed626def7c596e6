"""Statements on jobs: background work with a due time, each done by one process at a time.

A job is its kind and subject; planned once more it is still one job. A process that dies in the middle
loses its lease, and the job is taken again: so every job must bear being done twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, or_, select, update

from bridge.store.dialects import CLOCK_SLACK, Columns, Instant, Upsert
from bridge.store.statements import send
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
    schedule_each(connection, kind, (subject,), due_at)


def schedule_each(connection: Connection, kind: str, subjects: Iterable[str], due_at: datetime) -> None:
    """Do the same for each of the subjects."""
    job = {"kind": kind, "due_at": due_at, "tries": 0, "planned": 1}
    # In one order for all: processes that start together could else wait for each other on PostgreSQL.
    for subject in sorted(subjects):
        _SCHEDULE.send(connection, {**job, "subject": subject})


def due(connection: Connection, now: datetime) -> list[Job]:
    """Return the jobs that wait to be done, the one that is due longest first."""
    rows = connection.execute(_DUE, {"now": now, "most": MOST_DUE})
    return [Job(row.kind, row.subject, row.tries, row.planned) for row in rows]


def longest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the job was due that waits longest to be done; None where none waits."""
    row = connection.execute(_DUE, {"now": now, "most": 1}).one_or_none()
    return row.due_at if row else None


def take(connection: Connection, job: Job, owner: str, lease: timedelta, now: datetime) -> Job | None:
    """Lease a job and return it as it is now; None when it is not due any more, or another's."""
    values = {**_named(job), "owner": owner, "lease_until": now + lease, "now": now}
    leased = connection.execute(_TAKE, values).one_or_none()
    return None if leased is None else Job(job.kind, job.subject, leased.tries - 1, leased.planned)


def finish(connection: Connection, job: Job, owner: str) -> None:
    """Remove a job that is done; give it back if it was planned once more meanwhile."""
    mine = {**_named(job), "mine": owner}
    if not connection.execute(_FINISH, {**mine, "as_planned": job.planned}).rowcount:
        connection.execute(_GIVE_BACK, {**mine, "tries": 0})


def postpone(connection: Connection, job: Job, owner: str, due_at: datetime, *, afresh: bool = False) -> None:
    """Give a job back, due later (or when planned meanwhile); `afresh` forgets how often it was tried."""
    mine = {**_named(job), "mine": owner, "as_planned": job.planned, "later": due_at}
    send(connection, _POSTPONE, {**mine, "tries": 0 if afresh else job.tries + 1})


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


def _named(job: Job) -> dict[str, Any]:
    return {"of_kind": job.kind, "about": job.subject}


def _planned_again(row: Columns) -> dict[str, Any]:
    # Whoever does it now may have looked before the reason for this came up: by `planned`, finish() sees
    # that once more is wanted.
    is_later = or_(jobs.c.due_at > row.due_at, jobs.c.owner.is_not(None))
    return {"due_at": case((is_later, row.due_at), else_=jobs.c.due_at), "planned": jobs.c.planned + 1}


_SCHEDULE = Upsert(jobs, then=_planned_again)
_NOW = bindparam("now", type_=Instant())
_WAITS = (jobs.c.due_at <= _NOW, or_(jobs.c.owner.is_(None), jobs.c.lease_until <= _NOW))
_IS_IT = (jobs.c.kind == bindparam("of_kind"), jobs.c.subject == bindparam("about"))
_IS_MINE = (*_IS_IT, jobs.c.owner == bindparam("mine"))
_AS_PLANNED = jobs.c.planned == bindparam("as_planned")
_DUE = select(jobs).where(*_WAITS).order_by(jobs.c.due_at).limit(bindparam("most"))
_TAKE = (
    update(jobs)
    .where(*_IS_IT, *_WAITS)
    .values(owner=bindparam("owner"), lease_until=bindparam("lease_until"), tries=jobs.c.tries + 1)
    .returning(jobs.c.tries, jobs.c.planned)
)
_FINISH = delete(jobs).where(*_IS_MINE, _AS_PLANNED)
_GIVE_BACK = update(jobs).where(*_IS_MINE).values(owner=None, lease_until=None, tries=bindparam("tries"))
_POSTPONE = _GIVE_BACK.values(
    due_at=case((_AS_PLANNED, bindparam("later", type_=Instant())), else_=jobs.c.due_at)
)
