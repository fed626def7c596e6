"""Statements on calendar identities: which calendar a name means.

A calendar of nobody's account has one name, which is its identity: no row is kept or looked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from bridge.model import CalendarName
from bridge.store.dialects import upsert
from bridge.store.tables import calendar_identities as table


def of_names(connection: Connection, names: Iterable[CalendarName]) -> dict[CalendarName, tuple[str, bool]]:
    """Return identities, and whether they are certain; of names that nothing is known of, none."""
    known = {name: (str(name), True) for name in names if not name.account}
    wanted = [str(name) for name in names if name.account]
    if not wanted:
        return known
    rows = connection.execute(select(table).where(table.c.name.in_(wanted)))
    return {**known, **{CalendarName.parse(row.name): (row.identity, row.is_certain) for row in rows}}


def alike(connection: Connection, names: Iterable[CalendarName]) -> dict[CalendarName, str]:
    """Return the identities of these names, and of every other name that means one of these calendars.

    A name that nothing is known of goes by itself.
    """
    found = {name: str(name) for name in names}
    wanted = [str(name) for name in names if name.account]
    if not wanted:
        return found
    meant = select(table.c.identity).where(table.c.name.in_(wanted))
    rows = connection.execute(select(table.c.name, table.c.identity).where(table.c.identity.in_(meant)))
    return {**found, **{CalendarName.parse(row.name): row.identity for row in rows}}


def put(connection: Connection, name: CalendarName, identity: str) -> None:
    """Keep what a name means, as its vendor told it."""
    told = {"identity": identity, "is_certain": True}
    upsert(connection, table, {"name": str(name), **told}, then=told)
