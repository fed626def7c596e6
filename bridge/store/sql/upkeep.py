"""Statements on what was done last to keep the bridge well: a backup, a test call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bridge.store.dialects import upsert
from bridge.store.tables import upkeep


@dataclass(frozen=True, slots=True)
class Done:
    """What was done last of a kind, and what came of it."""

    at: datetime
    result: Mapping[str, Any]


def put(connection: Connection, kind: str, at: datetime, result: Mapping[str, Any]) -> None:
    """Note what was done, in place of what was done before."""
    then = {"at": at, "result": dict(result)}
    upsert(connection, upkeep, {"kind": kind, **then}, then=then)


def get(connection: Connection, kind: str) -> Done | None:
    """Return what was done last, None where it never was."""
    row = connection.execute(select(upkeep.c.at, upkeep.c.result).where(upkeep.c.kind == kind)).one_or_none()
    return Done(row.at, row.result) if row else None
