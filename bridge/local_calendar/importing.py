"""Puts the entries of an iCalendar file into an embedded calendar.

Decides what an import changes: an entry that is there already is replaced if the file's differs, nothing is
ever removed. A file that is broken as a whole changes nothing; a single entry that cannot be read is left
out and named, since a calendar exported elsewhere often holds one and the others still make hosts busy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.local_calendar.apart import Limits, TooSlow, read_all
from bridge.local_calendar.files import take_apart
from bridge.local_calendar.groups import Group, LeftOut
from bridge.local_calendar.keeping import ImportedTime
from bridge.local_calendar.reading import Order, Read
from bridge.local_calendar.unusable import ImportRefused, Unusable
from bridge.store.engine import Store
from bridge.store.sql import busy_times, local_events, local_series
from bridge.store.sql.busy_times import BusySpan
from bridge.store.sql.local_series import Series, busy_name

__all__ = ["ImportRefused", "ImportResult", "import_ics"]


_Usable = tuple[Order, Read]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, in entries; a series is one.

    What was left out blocks nobody's time: whoever imports should see it.
    """

    added: int
    replaced: int
    unchanged: int
    left_out: tuple[LeftOut, ...]

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """Return (UID, reason) of what was left out, in English."""
        return tuple((uid, str(why)) for uid, why in self.left_out)


def import_ics(imported: ImportedTime, calendar: str, content: bytes, now: datetime) -> ImportResult:
    """Import a file into a calendar of the configuration; doing it twice changes nothing more.

    ImportRefused: the file is broken, or takes too long to read. StoreUnavailable: the database is gone.
    Either way nothing was imported.
    """
    store = imported.store
    ((groups, left_out),) = take_apart([content])
    with store.read() as connection:
        seen = local_series.stored_ical(connection, calendar, [found.uid for found in groups])
        span = busy_times.spans(connection, [busy_name(calendar)]).get(busy_name(calendar))
    wanted = list(_completed(groups, seen))
    changed = [found for found in wanted if found.written() != seen.get(found.uid)]
    reach = imported.reach(calendar, span, now)
    usable = _read(changed, reach, imported.limits, left_out)
    done = _put(store, calendar, usable, left_out, span=span, reach=reach)
    imported.keep(calendar, now, anew=bool(span and span.problem))
    return ImportResult(*done, len(wanted) - len(changed), tuple(left_out))


def _read(
    changed: Sequence[Group], reach: BusySpan, limits: Limits, left_out: list[LeftOut]
) -> dict[str, _Usable]:
    """Return what can be kept, and note of the others why not. ImportRefused: it takes too long."""
    orders = [Order(found.uid, found.written(), len(found.entries)) for found in changed]
    try:
        told = read_all(orders, reach.reach, reach.zone, limits)
    except TooSlow as error:
        raise ImportRefused(
            "The file takes too long to read, for instance its entries {entries}.", entries=str(error)
        ) from None
    usable: dict[str, _Usable] = {}
    for order, read in zip(orders, told, strict=True):
        if isinstance(read, Unusable):
            left_out.append((order.uid, read))
        else:
            usable[order.uid] = (order, read)
    return usable


def _completed(groups: Sequence[Group], seen: Mapping[str, str]) -> Iterable[Group]:
    """Yield exceptions of a series together with the series they belong to, if that was imported."""
    lone = [found.uid for found in groups if not found.has_master and found.uid in seen]
    stored = {found.uid: found for (found,), _ in take_apart([seen[uid].encode() for uid in lone])}
    for found in groups:
        yield found.onto(stored[found.uid]) if found.uid in stored else found


def _put(
    store: Store,
    calendar: str,
    usable: dict[str, _Usable],
    left_out: list[LeftOut],
    *,
    span: BusySpan | None,
    reach: BusySpan,
) -> tuple[int, int]:
    """Store what was read together with when it takes place; return how many were added and replaced."""
    name = busy_name(calendar)
    # Alone: another import at the same time would add the same entries.
    with store.write_alone() as connection:
        for uid in sorted(local_events.own_uids(connection, calendar, list(usable))):
            left_out.append((uid, Unusable("it is one of the bridge's own bookings")))
            del usable[uid]
        there = local_series.stored_ical(connection, calendar, list(usable))
        series = [
            Series(uid, order.ical, read.starts_at, read.ends_at) for uid, (order, read) in usable.items()
        ]
        added = [one for one in series if one.ical_uid not in there]
        replaced = [one for one in series if one.ical_uid in there]
        # Read again: what was kept meanwhile for another stretch would not fit to this.
        is_as_read = busy_times.spans(connection, [name]).get(name) == span
        is_whole = span is None or (span.reach, span.zone) == (reach.reach, reach.zone)
        local_series.put(connection, calendar, added, replaced)
        if is_as_read and is_whole and usable:
            found = [one for _, read in usable.values() for one in read.found]
            busy_times.replace_of(connection, name, list(usable), found)
            busy_times.keep_span(connection, reach)
    return len(added), len(replaced)
