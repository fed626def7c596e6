"""Counters that grow with every change of what an offer is made from.

A kept offer is good as long as they stand still, and to ask for them is one short statement, where to
look at claims and calendars would take as long as a new offer.
"""

from __future__ import annotations

from sqlalchemy import Connection, ScalarSelect, bindparam, select

from bridge.store.dialects import Upsert
from bridge.store.engine import Store
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


def hold(connection: Connection, name: str) -> None:
    """Let nobody else count until this transaction ends; whoever counted before has ended."""
    connection.execute(_CURRENT.with_for_update(), {"name": name})


def value_of(name: str) -> ScalarSelect[int]:
    """Return the number of the last change for a statement that writes it down, as after `count`."""
    return select(revisions.c.value).where(revisions.c.name == name).scalar_subquery()


def current(connection: Connection, name: str) -> int:
    """Return the number of the last change, 0 before the first."""
    return connection.execute(_CURRENT, {"name": name}).scalar() or 0


def news(store: Store, since: int) -> tuple[dict[str, int], frozenset[str]]:
    """Return the number of every counter's last change, and in which embedded calendars the bridge wrote.

    Those it wrote into after the number `since` of LOCAL. StoreUnavailable.
    """
    rows = store.ask(_NEWS, since)
    counted = {name: value for name, value in rows if value is not None}
    return counted, frozenset(name for name, value in rows if value is None)


# In one question, for callers wait for it: most changes are bookings, and the next call has to know whose.
_NEWS = (
    "SELECT name, value FROM revisions UNION ALL SELECT calendar, NULL FROM local_events WHERE changed > ?"
)
_CURRENT = select(revisions.c.value).where(revisions.c.name == bindparam("name"))
_GROW = Upsert(revisions, then=lambda _row: {"value": revisions.c.value + 1}, returns="value")
