"""Statements on what calendars answered last, and when they were said to have changed.

Calendars go by their identities, moments by the database's clock.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, union

from bridge.store.dialects import Instant, Upsert, drop_before
from bridge.store.sql import revisions
from bridge.store.sql.local_events import pieces
from bridge.store.tables import busy_changes, last_answers
from providers.base import Interval

Key = tuple[str, str]  # the calendar's identity, and how its entries were to be read

_READ_AT_ONCE = 1024  # calendars; what is read again and again is kept for as many


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """When a calendar is busy within a window, as it said at a moment.

    Of a part of the window it may have told something else later, at `latest_at` at the latest.
    """

    window: Interval
    asked_at: datetime
    busy: tuple[Interval, ...]
    latest_at: datetime
    revision: int = 0
    is_void: bool = False  # it was said to have changed since


class Age(NamedTuple):
    """How old an answer is, and for which stretch; of a void one None."""

    asked_at: datetime | None
    window: Interval


def of_calendars(connection: Connection, calendars: Collection[str]) -> dict[Key, LastAnswer]:
    """Return the last answers of calendars by their keys."""
    return _answers(connection, _ANSWERS, calendars)


def locked(connection: Connection, calendars: Collection[str]) -> dict[Key, LastAnswer]:
    """Return the same, and let nobody else change them before this transaction ends."""
    return _answers(connection, _LOCKED, calendars)


def ages(connection: Connection, calendars: Iterable[str]) -> dict[Key, Age]:
    """Return how old the last answers of many calendars are, without what they say."""
    found = {}
    for some in pieces(list(calendars)):
        for row in connection.execute(_AGES, {"calendars": some}).all():
            is_void = row.changed_at is not None and row.changed_at >= row.asked_at
            found[row.calendar, row.asked] = Age(
                None if is_void else row.asked_at, Interval(row.starts_at, row.ends_at)
            )
    return found


def put(connection: Connection, key: Key, answer: LastAnswer, *, believed_until: datetime) -> bool:
    """Keep an answer in place of the one before, unless that knows something later; tell which.

    What seems to be known later than `believed_until` was kept before the clock was set back.
    """
    values = {
        "calendar": key[0],
        "asked": key[1],
        "starts_at": answer.window.start,
        "ends_at": answer.window.end,
        "asked_at": answer.asked_at,
        "latest_at": answer.latest_at,
        "revision": answer.revision,
        "times": _text(answer.busy),
        "believed_until": believed_until,
    }
    return _PUT(connection, values) is not None


def outdate(connection: Connection, calendars: Collection[str], at: datetime) -> None:
    """Make void what calendars answered, or will answer, to questions put before a moment."""
    revision = revisions.bump(connection, revisions.BUSY)
    for calendar in sorted(calendars):
        _OUTDATE(connection, {"calendar": calendar, "changed_at": at, "revision": revision})


def changed_since(connection: Connection, revision: int) -> frozenset[str]:
    """Return the calendars that say something else since a revision, or were said to have changed."""
    return frozenset(connection.execute(_CHANGED, {"after": revision}).scalars())


def drop_all_but(
    connection: Connection, calendars: Collection[str], after: datetime, before: datetime
) -> None:
    """Forget all calendars but these, and changes that no question under way can have been put before.

    Those are older than `after`; what is later than `before` was noted before the clock was set back.
    """
    kept = set(connection.execute(_CALENDARS).scalars())
    for some in pieces(sorted(kept - set(calendars))):
        connection.execute(delete(last_answers).where(last_answers.c.calendar.in_(some)))
    connection.execute(_DROP_CHANGES, {"after": after, "before": before})


def drop_older(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget answers of before a moment; return how many, at most `limit`."""
    return connection.execute(_DROP_OLDER, {"before": before, "limit": limit}).rowcount


def _answers(
    connection: Connection, wanted: Select[tuple[object, ...]], calendars: Collection[str]
) -> dict[Key, LastAnswer]:
    return {
        (row.calendar, row.asked): LastAnswer(
            Interval(row.starts_at, row.ends_at),
            row.asked_at,
            _intervals(row.times),
            row.latest_at,
            row.revision,
            row.changed_at is not None and row.changed_at >= row.asked_at,
        )
        for row in connection.execute(wanted, {"calendars": list(calendars)}).all()
    }


def _text(busy: Iterable[Interval]) -> str:
    moments = [(floor(start.timestamp()), ceil(end.timestamp())) for start, end in busy]
    return json.dumps([moment for pair in moments for moment in pair], separators=(",", ":"))


@lru_cache(_READ_AT_ONCE)
def _intervals(times: str) -> tuple[Interval, ...]:
    moments = [datetime.fromtimestamp(moment, UTC) for moment in json.loads(times)]
    return tuple(map(Interval, moments[::2], moments[1::2]))


_IS_MEANT = last_answers.c.calendar.in_(bindparam("calendars", expanding=True))
_WITH_CHANGES = last_answers.outerjoin(busy_changes, busy_changes.c.calendar == last_answers.c.calendar)
_ANSWERS = select(last_answers, busy_changes.c.changed_at).select_from(_WITH_CHANGES).where(_IS_MEANT)
# In one order in all processes: PostgreSQL would end one of two that wait for each other.
_LOCKED = _ANSWERS.order_by(last_answers.c.calendar, last_answers.c.asked).with_for_update(of=last_answers)
_AGES = (
    select(
        *(last_answers.c[name] for name in ("calendar", "asked", "starts_at", "ends_at", "asked_at")),
        busy_changes.c.changed_at,
    )
    .select_from(_WITH_CHANGES)
    .where(_IS_MEANT)
)
_CHANGED = union(
    *(
        select(table.c.calendar).where(table.c.revision > bindparam("after"))
        for table in (last_answers, busy_changes)
    )
)
_VALUES = ("starts_at", "ends_at", "asked_at", "latest_at", "revision", "times")
_PUT = Upsert(
    last_answers,
    then=lambda row: {name: row[name] for name in _VALUES},
    # A refresh may be answered late: what was asked after it, or of a part of it, is newer.
    where=lambda row: or_(
        last_answers.c.latest_at <= row.latest_at,
        last_answers.c.latest_at > bindparam("believed_until", type_=Instant()),
    ),
)
_CALENDARS = select(last_answers.c.calendar).distinct()
_DROP_CHANGES = delete(busy_changes).where(
    or_(busy_changes.c.changed_at < bindparam("after"), busy_changes.c.changed_at > bindparam("before"))
)
# A calendar has an answer for each way to read it.
_DROP_OLDER = drop_before(last_answers, "calendar", "asked_at").where(
    last_answers.c.asked_at < bindparam("before")
)
_OUTDATE = Upsert(busy_changes, then=lambda row: {"changed_at": row.changed_at, "revision": row.revision})
