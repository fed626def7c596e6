"""Statements on what calendars answered last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor

from sqlalchemy import Connection, delete, select

from bridge.store.dialects import upsert
from bridge.store.tables import last_answers
from providers.base import Interval

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """When a calendar is busy within a window, as it said at a moment."""

    window: Interval
    at: datetime
    busy: tuple[Interval, ...]


def get(connection: Connection, key: Key) -> LastAnswer | None:
    """Return the last answer by its key."""
    return of_calendars(connection, [key[0]]).get(key)


def of_calendars(connection: Connection, calendars: Collection[str]) -> dict[Key, LastAnswer]:
    """Return the last answers of calendars by their keys."""
    wanted = select(last_answers).where(last_answers.c.calendar.in_(calendars))
    return {
        (row.calendar, row.asked): LastAnswer(
            Interval(row.starts_at, row.ends_at), row.answered_at, _intervals(row.times)
        )
        for row in connection.execute(wanted)
    }


def put(connection: Connection, key: Key, answer: LastAnswer) -> None:
    """Keep an answer in place of the one before."""
    values = {
        "starts_at": answer.window.start,
        "ends_at": answer.window.end,
        "answered_at": answer.at,
        "times": [[floor(each.start.timestamp()), ceil(each.end.timestamp())] for each in answer.busy],
    }
    upsert(connection, last_answers, {"calendar": key[0], "asked": key[1], **values}, then=values)


def drop_older(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget answers of before a moment; return how many, at most `limit`."""
    old = select(last_answers.c.calendar).where(last_answers.c.answered_at < before).limit(limit)
    gone = delete(last_answers).where(last_answers.c.calendar.in_(old), last_answers.c.answered_at < before)
    return connection.execute(gone).rowcount


def _intervals(times: list[list[int]]) -> tuple[Interval, ...]:
    return tuple(Interval(*(datetime.fromtimestamp(end, UTC) for end in pair)) for pair in times)
