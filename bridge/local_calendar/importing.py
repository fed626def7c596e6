"""Puts the entries of an iCalendar file into an embedded calendar.

Decides what an import changes: an entry that is there already is replaced if the file's differs, nothing is
ever removed. A file that is broken as a whole changes nothing; a single entry that cannot be read is left
out and named, since a calendar exported elsewhere often holds one and the others still make hosts busy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.local_calendar.groups import Group, group
from bridge.local_calendar.ics import ImportRefused, read_ics
from bridge.local_calendar.rules import Unusable
from bridge.local_calendar.vetting import vetted
from bridge.store.engine import Store
from bridge.store.sql import local_events, local_series
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
    with store.read() as connection:
        seen = local_series.stored_ical(connection, calendar, [found.uid for found in groups])
    wanted = [_completed(found, seen) for found in groups]
    changed = [found for found in wanted if found.written() != seen.get(found.uid)]
    usable: dict[str, Series] = {}
    for found in changed:
        try:
            usable[found.uid] = vetted(found)
        except Unusable as error:
            skipped.append((found.uid, str(error)))
    return _put(store, calendar, usable, skipped, unchanged=len(wanted) - len(changed))


def _completed(found: Group, seen: Mapping[str, str]) -> Group:
    """Return exceptions of a series together with the series they belong to, if that was imported."""
    if found.has_master or found.uid not in seen:
        return found
    (stored,), _ = group(read_ics(seen[found.uid].encode()))
    return found.onto(stored)


def _put(
    store: Store,
    calendar: str,
    usable: dict[str, Series],
    skipped: list[tuple[str, str]],
    *,
    unchanged: int,
) -> ImportResult:
    # Alone: another import at the same time would add the same entries.
    with store.write_alone() as connection:
        for uid in sorted(local_events.own_uids(connection, calendar, list(usable))):
            skipped.append((uid, "it is one of the bridge's own bookings"))
            del usable[uid]
        there = local_series.stored_ical(connection, calendar, list(usable))
        added = [series for uid, series in usable.items() if uid not in there]
        replaced = [series for uid, series in usable.items() if uid in there]
        local_series.put(connection, calendar, added, replaced)
    return ImportResult(len(added), len(replaced), unchanged, tuple(skipped))
