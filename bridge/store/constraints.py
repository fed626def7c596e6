"""What the database itself refuses beyond the tables' own keys, in the words of each database.

No two claims of one host and different bookings overlap, nor two of one calendar that its hosts check; no
host is at both ends of a way at once; a claim ends after it starts. One list says so for both; every
migration ends by making the database follow it, because Alembic's batch mode drops a table's triggers with
the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bridge.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule for one table's rows; `refuses` is SQLite's condition on NEW, `postgresql` the whole clause.

    `since` is the revision that made what it speaks of.
    """

    name: str
    table: str
    refuses: str
    postgresql: str
    since: str = "0001"


# SQLite has neither exclusion constraints nor ranges: there a trigger asks the same question of each row.
CONSTRAINTS = (
    Constraint(
        "claims_no_overlap",
        "claims",
        "EXISTS (SELECT 1 FROM claims WHERE host = NEW.host AND booking_id <> NEW.booking_id"
        " AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at)",
        "EXCLUDE USING gist (host WITH =, tstzrange(starts_at, ends_at) WITH &&, booking_id WITH <>)",
    ),
    Constraint(
        "claims_no_overlap_in_calendar",
        "claims",
        "EXISTS (SELECT 1 FROM claims WHERE checked_calendar = NEW.checked_calendar"
        " AND booking_id <> NEW.booking_id AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at)",
        "EXCLUDE USING gist"
        " (checked_calendar WITH =, tstzrange(starts_at, ends_at) WITH &&, booking_id WITH <>)"
        " WHERE (checked_calendar IS NOT NULL)",
        since="0006",
    ),
    Constraint(
        "ways_no_overlap",
        "ways",
        "EXISTS (SELECT 1 FROM ways WHERE host = NEW.host AND way = NEW.way AND place <> NEW.place"
        " AND booking_id <> NEW.booking_id AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at)",
        "EXCLUDE USING gist (host WITH =, way WITH =, place WITH <>,"
        " tstzrange(starts_at, ends_at) WITH &&, booking_id WITH <>)",
        since="0025",
    ),
    Constraint(
        "claims_end_after_start", "claims", "NEW.ends_at <= NEW.starts_at", "CHECK (ends_at > starts_at)"
    ),
)


_OVERLAPPING = text(
    "WITH taken (booking_id, what, place, starts_at, ends_at) AS ("
    "SELECT booking_id, 'host ' || host, '', starts_at, ends_at FROM claims"
    " UNION ALL SELECT booking_id, 'calendar ' || checked_calendar, '', starts_at, ends_at FROM claims"
    " UNION ALL SELECT booking_id, 'way ' || host || ' ' || way, place, starts_at, ends_at FROM ways)"
    " SELECT a.booking_id AS earlier, b.booking_id AS later"
    " FROM taken a JOIN bookings made_a ON made_a.id = a.booking_id, taken b JOIN bookings made_b"
    " ON made_b.id = b.booking_id WHERE a.booking_id <> b.booking_id"
    " AND a.what = b.what AND (a.place = '' OR a.place <> b.place)"
    " AND a.starts_at < b.ends_at AND a.ends_at > b.starts_at"
    " AND (made_a.made_at, made_a.id) < (made_b.made_at, made_b.id)"
    " ORDER BY made_b.made_at, made_b.id LIMIT 1"
)
# Ways by themselves too: while a database is migrated nothing cascades on SQLite.
_RELEASES = (
    text("DELETE FROM ways WHERE booking_id = :later"),
    text("DELETE FROM claims WHERE booking_id = :later"),
)


def _triggers(rule: Constraint) -> dict[str, str]:
    # AFTER: the row itself is then found by its own booking, also where an update changes that.
    return {
        f"{rule.name}_on_{verb.lower()}": (
            f"CREATE TRIGGER {rule.name}_on_{verb.lower()} AFTER {verb} ON {rule.table}"
            f" WHEN {rule.refuses} BEGIN SELECT RAISE(ABORT, '{rule.name}'); END"
        )
        for verb in ("INSERT", "UPDATE")
    }


TRIGGERS = {name: statement for rule in CONSTRAINTS for name, statement in _triggers(rule).items()}


def drop_triggers(connection: Connection) -> None:
    """Remove every trigger of the list: SQLite refuses to rename a table that a trigger speaks of."""
    if connection.dialect.name == "sqlite":
        for name in TRIGGERS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def enforce(connection: Connection, revision: str) -> None:
    """Make the database of a revision follow the list, inside the migration's transaction.

    StoreUnavailable: PostgreSQL lacks an extension that only its administrator can add.
    """
    rules = [rule for rule in CONSTRAINTS if rule.since <= revision]
    if connection.dialect.name == "sqlite":
        drop_triggers(connection)
        for rule in rules:
            for statement in _triggers(rule).values():
                connection.exec_driver_sql(statement)
        return
    # Without it an exclusion constraint knows ranges, but not the equal host and the other booking.
    _need_btree_gist(connection)
    # Only what is missing: to check a constraint anew reads the whole table.
    absent = missing(connection)
    for rule in rules:
        if rule.name in absent:
            connection.execute(text(f"ALTER TABLE {rule.table} ADD CONSTRAINT {rule.name} {rule.postgresql}"))


def missing(connection: Connection) -> frozenset[str]:
    """Return the names of the triggers or constraints that the database lacks."""
    if connection.dialect.name == "sqlite":
        present = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        return frozenset(TRIGGERS) - frozenset(present.scalars())
    present = connection.execute(text("SELECT conname FROM pg_constraint"))
    return frozenset(rule.name for rule in CONSTRAINTS) - frozenset(present.scalars())


def release_overlapping(connection: Connection) -> list[tuple[str, str]]:
    """Let the later made of two bookings claim nothing where both claim one time or way; return the pairs.

    Else the constraints could not be added; both bookings stay.
    """
    released = []
    while pair := connection.execute(_OVERLAPPING).first():
        released.append((pair.earlier, pair.later))
        for release in _RELEASES:
            connection.execute(release, {"later": pair.later})
    return released


def _need_btree_gist(connection: Connection) -> None:
    # Looked for first: whoever may not create an extension may well use one that is there.
    found = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'"))
    if found.first():
        return
    try:
        connection.execute(text("CREATE EXTENSION btree_gist"))
    except DBAPIError as error:
        raise StoreUnavailable(
            "PostgreSQL's extension btree_gist is missing, by which no host is booked twice; let the"
            " database's administrator install it (Debian: postgresql-contrib) and run"
            " CREATE EXTENSION btree_gist in this database"
        ) from error
