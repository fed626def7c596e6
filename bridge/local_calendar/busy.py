"""Says when an embedded calendar is busy: by what the bridge wrote, and by what was kept of its imports.

Works nothing out: where nothing is kept for a stretch, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.local_calendar.entry_names import NAME
from bridge.store.sql import busy_times
from bridge.store.sql.busy_times import BusySpan, KeptRow, run_together
from bridge.store.sql.local_events import Busy
from bridge.store.sql.local_series import busy_name
from providers.base import BusyQuery, Interval
from providers.errors import ProviderError, ProviderUnavailable
from providers.intervals import busy_answer, merge, near

_Import = tuple[BusySpan | None, Sequence[KeptRow]]

_ZONES_REACH = timedelta(days=1)  # floating times are kept as if in UTC; no zone is further away


def busy_time(
    query: BusyQuery, own: Sequence[Busy], imported: Sequence[Interval], window: Interval
) -> tuple[Interval, ...]:
    """Return the busy time within the window, by the query's policy, zone and exception.

    `imported` is merged, and may reach further.
    """
    without = query.without
    written = own if "busy" in query.policy.statuses else ()
    busy = [
        event.interval for event in written if not (without and _is_left_out(query, event.id, event.ical_uid))
    ]
    return busy_answer([*busy, *near(imported, window)], window)


def blocking(query: BusyQuery, imported: Iterable[KeptRow]) -> tuple[Interval, ...]:
    """Return when what was imported blocks time, by the query's policy, zone and exception, merged."""
    return merge(_blocking(query, imported))


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
) -> Mapping[str, Sequence[KeptRow] | ProviderError]:
    """Return what was imported into each calendar and may overlap the window, or why nobody knows.

    `zones` are the calendars' own, by which their days were read.
    """
    spans = busy_times.spans(connection, [busy_name(calendar) for calendar in zones])
    if not spans:
        return dict.fromkeys(zones, ())
    wanted = Interval(window.start - _ZONES_REACH, window.end + _ZONES_REACH)
    kept = busy_times.within(connection, list(spans), wanted)
    found: dict[str, Sequence[KeptRow] | ProviderError] = {}
    for calendar, zone in zones.items():
        name = busy_name(calendar)
        unknown = _unknown(spans.get(name), zone, window, operation)
        found[calendar] = unknown or kept.get(name, [])
    return found


def _unknown(
    span: BusySpan | None, zone: ZoneInfo, window: Interval, operation: str
) -> ProviderUnavailable | None:
    """Return why nobody knows what was imported, None if that is known."""
    if span is None:
        return None
    if span.problem:
        return ProviderUnavailable(NAME, operation, span.problem)
    if span.zone != zone.key or not span.reach.covers(window):
        return ProviderUnavailable(NAME, operation, "what was imported is not worked out for this time yet")
    return None


class Imports:
    """What imports block of calendars' time, read again only when one is counted. Safe between threads.

    Of one with 20,000 entries that is a tenth of a second; run together (`runs`) it is one row.
    """

    def __init__(self, zones: Mapping[str, ZoneInfo]) -> None:
        self._zones = zones
        self._kept = _Kept(-1)

    def blocking(
        self, connection: Connection, counted: int, queries: Iterable[BusyQuery], window: Interval
    ) -> Mapping[BusyQuery, Sequence[Interval] | ProviderError]:
        """Return for each query, whatever its exception, what blocks time; or why nobody knows.

        So many imports were `counted` before: what is imported in between is read once more.
        """
        kept, wanted = self._kept, list(queries)
        if kept.counted != counted:  # at this moment another thread may put there what it counted before
            kept = self._kept = _Kept(counted)
        if new := {query.calendar for query in wanted} - kept.spans.keys():
            kept.spans.update(_read(connection, new))
        found: dict[BusyQuery, Sequence[Interval] | ProviderError] = {}
        for query in wanted:
            span, rows = kept.spans[query.calendar]
            unknown = _unknown(span, self._zones[query.calendar], window, "free_busy")
            if unknown is None and query not in kept.merged:
                kept.merged[query] = blocking(query, rows)
            found[query] = unknown or kept.merged[query]
        return found


def _read(connection: Connection, calendars: Iterable[str]) -> Mapping[str, _Import]:
    """Return all that was imported into calendars, run together, and for which stretch that is known."""
    spans = busy_times.spans(connection, [busy_name(calendar) for calendar in calendars])
    found: dict[str, _Import] = {}
    for calendar in calendars:
        span = spans.get(busy_name(calendar))
        if span is None:
            found[calendar] = None, ()
            continue
        reach = Interval(span.reach.start - _ZONES_REACH, span.reach.end + _ZONES_REACH)
        if span.runs is None:  # as an earlier version kept it
            found[calendar] = span, busy_times.within(connection, [span.calendar], reach)[span.calendar]
        else:
            found[calendar] = span, run_together(span.runs, reach)
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read since an import was counted, by calendar, and what of it blocks time, by question."""

    counted: int
    spans: dict[str, _Import] = field(default_factory=dict)
    merged: dict[BusyQuery, tuple[Interval, ...]] = field(default_factory=dict)
