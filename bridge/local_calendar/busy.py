"""Says when an embedded calendar is busy: by what the bridge wrote, and by what was kept of its imports.

Works nothing out: where nothing is kept for a stretch, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.local_calendar.entry_names import NAME
from bridge.store.sql import busy_times
from bridge.store.sql.busy_times import KeptRow, run_together
from bridge.store.sql.local_events import Busy
from bridge.store.sql.local_series import busy_name
from providers.base import BusyQuery, Interval
from providers.errors import ProviderError, ProviderUnavailable
from providers.intervals import busy_answer

_ZONES_REACH = timedelta(days=1)  # floating times are kept as if in UTC; no zone is further away


def busy_time(
    query: BusyQuery, own: Sequence[Busy], imported: Iterable[KeptRow], window: Interval
) -> tuple[Interval, ...]:
    """Return the busy time within the window, by the query's policy, zone and exception."""
    without = query.without
    written = own if "busy" in query.policy.statuses else ()
    busy = [
        event.interval for event in written if not (without and _is_left_out(query, event.id, event.ical_uid))
    ]
    return busy_answer([*busy, *_blocking(query, imported)], window)


def _blocking(query: BusyQuery, imported: Iterable[KeptRow]) -> Iterator[Interval]:
    """Yield what blocks time of what was imported, run together where it overlaps."""
    # Thousands of rows in a call: they stay whole numbers until they are merged, which is five times as fast.
    zone, without = ZoneInfo(query.timezone), query.without
    blocks = cache(query.policy.blocks)
    solid: list[tuple[int, int]] = []
    for row in imported:
        start, end, event_id, uid, status, all_day, floating = row
        if not blocks(status, is_all_day=all_day) or (without and _is_left_out(query, event_id, uid)):
            continue
        if floating:
            yield row.occurrence.within(zone)
        else:
            solid.append((start, end))
    for start, end in _merged(solid):
        yield Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


def _merged(solid: list[tuple[int, int]]) -> list[tuple[int, int]]:
    solid.sort()
    merged: list[tuple[int, int]] = []
    for start, end in solid:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_left_out(query: BusyQuery, event_id: str, ical_uid: str) -> bool:
    # Here an id is one calendar's own, while Google's copies of an event in other calendars share it.
    is_elsewhere = query.without is not None and query.without.calendar != query.calendar
    return query.leaves_out(None if is_elsewhere else event_id, ical_uid)


def kept_near(
    connection: Connection,
    zones: Mapping[str, ZoneInfo],
    window: Interval,
    operation: str,
    *,
    by_event: bool,
) -> Mapping[str, Sequence[KeptRow] | ProviderError]:
    """Return what was imported into each calendar and may overlap the window, or why nobody knows.

    `zones` are the calendars' own, by which their days were read. Unless it is wanted `by_event`, what meets
    is run together: of 20,000 entries a call then reads one row.
    """
    spans = busy_times.spans(connection, [busy_name(calendar) for calendar in zones])
    if not spans:
        return dict.fromkeys(zones, ())
    wanted = Interval(window.start - _ZONES_REACH, window.end + _ZONES_REACH)
    one_by_one = [name for name, span in spans.items() if by_event or span.runs is None]
    kept = busy_times.within(connection, one_by_one, wanted) if one_by_one else {}
    found: dict[str, Sequence[KeptRow] | ProviderError] = {}
    for calendar, zone in zones.items():
        span = spans.get(busy_name(calendar))
        if span is None:
            found[calendar] = ()
        elif span.problem:
            found[calendar] = ProviderUnavailable(NAME, operation, span.problem)
        elif span.zone != zone.key or not span.reach.covers(window):
            text = "what was imported is not worked out for this time yet"
            found[calendar] = ProviderUnavailable(NAME, operation, text)
        else:
            is_apart = span.calendar in kept
            found[calendar] = kept[span.calendar] if is_apart else run_together(span.runs or (), wanted)
    return found
