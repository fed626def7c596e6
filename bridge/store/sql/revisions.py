"""Counters that grow with every change of what an offer is made from.

A kept offer is good as long as they stand still, and to ask for them is one short statement, where to
look at claims and calendars would take as long as a new offer.
"""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, select

from bridge.store.dialects import Upsert
from bridge.store.tables import revisions

CLAIMS = "claims"  # any claim came or went
LOCAL = "local"  # an embedded calendar changed
# An import into one changed something. A counter of its own, by which expanded recurrences are kept: to
# count or compare the imported rows would take longer than all the rest of a call.
IMPORTED = "imported"
HEALTH = "health"  # a calendar or an account began to fail, or is well again
DAYS = "days"  # somebody set days on the page Days off, or undid it
BUSY = "busy"  # a vendor's calendar answered something else than before, or told that it changed


def bump(connection: Connection, name: str) -> int:
    """Count one change, and return its number.

    Until this transaction ends the next one that counts waits, so numbers appear in their order.
    """
    return int(_GROW(connection, {"name": name, "value": 1}))


def count(connection: Connection, name: str) -> None:
    """Count one change where nobody needs its number."""
    _GROW.send(connection, {"name": name, "value": 1})


def value_of(name: str) -> ScalarSelect[int]:
    """Return the number of the last change for a statement that writes it down, as after `count`."""
    return select(revisions.c.value).where(revisions.c.name == name).scalar_subquery()


def current(connection: Connection, name: str) -> int:
    """Return the number of the last change, 0 before the first."""
    return connection.execute(select(revisions.c.value).where(revisions.c.name == name)).scalar() or 0


_GROW = Upsert(revisions, then=lambda _row: {"value": revisions.c.value + 1}, returns="value")
