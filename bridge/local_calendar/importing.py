"""Puts the entries of an iCalendar file into an embedded calendar.

Decides what an import changes: an entry that is there already is replaced if the file's differs, nothing is
ever removed. A file that is broken as a whole changes nothing; a single entry that cannot be read is left
out and named, since a calendar exported elsewhere often holds one and the others still make hosts busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bridge.local_calendar.groups import Group, group
from bridge.local_calendar.ics import ImportRefused, read_ics
from bridge.local_calendar.rules import Unusable
from bridge.local_calendar.vetting import vetted
from bridge.store.engine import ConstraintViolated, Store
from bridge.store.sql import local, local_series
from bridge.store.sql.local_series import Series

__all__ = ["ImportRefused", "ImportResult", "import_ics"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, in entries; a series is one. `skipped` are (UID, reason) pairs.

    What was skipped blocks nobody's time: whoever imports should see it.
    """

    added: int
    replaced: int
    unchanged: int
    skipped: tuple[tuple[str, str], ...]


def import_ics(store: Store, calendar: str, content: bytes) -> ImportResult:
    """Import a file into a calendar of the configuration; doing it twice changes nothing more.

    ImportRefused: the file is broken. StoreUnavailable: the database is. Either way nothing was imported.
    """
    groups, skipped = group(read_ics(content))
    usable: list[Series] = []
    for found in groups:
        if found.has_master:
            _vet_into(usable, skipped, found)
    exceptions = [found for found in groups if not found.has_master]
    try:
        return _put(store, calendar, usable, exceptions, skipped)
    except ConstraintViolated:  # PostgreSQL: another import added an entry of the same UID just now
        return _put(store, calendar, usable, exceptions, skipped)


def _vet_into(usable: list[Series], skipped: list[tuple[str, str]], found: Group) -> None:
    try:
        usable.append(vetted(found))
    except Unusable as error:
        skipped.append((found.uid, str(error)))


def _completed(connection: Connection, calendar: str, exceptions: Group) -> Group:
    """Return exceptions of a series together with the series they belong to, if that was imported."""
    stored = local_series.stored_ical(connection, calendar, [exceptions.uid]).get(exceptions.uid)
    if stored is None:
        return exceptions
    (found,), _ = group(read_ics(stored.encode()))
    return exceptions.onto(found)


def _put(
    store: Store,
    calendar: str,
    usable: Sequence[Series],
    exceptions: Sequence[Group],
    skipped: Sequence[tuple[str, str]],
) -> ImportResult:
    usable, skipped = list(usable), list(skipped)
    with store.write() as connection:
        for found in exceptions:
            _vet_into(usable, skipped, _completed(connection, calendar, found))
        return _put_vetted(connection, calendar, usable, skipped)


def _put_vetted(
    connection: Connection, calendar: str, usable: Sequence[Series], skipped: list[tuple[str, str]]
) -> ImportResult:
    found = {series.ical_uid: series for series in usable}
    for uid in sorted(local.own_uids(connection, calendar, list(found))):
        skipped.append((uid, "it is one of the bridge's own bookings"))
        del found[uid]
    stored = local_series.stored_ical(connection, calendar, list(found))
    added = [series for uid, series in found.items() if uid not in stored]
    replaced = [series for uid, series in found.items() if uid in stored and stored[uid] != series.ical]
    local_series.put(connection, calendar, added, replaced)
    unchanged = len(found) - len(added) - len(replaced)
    return ImportResult(len(added), len(replaced), unchanged, tuple(skipped))
