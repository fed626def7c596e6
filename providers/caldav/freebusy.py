"""Ask when the account's calendars are busy.

Decides that entries are read and judged here: a server's own free/busy answer (RFC 4791, 7.10) is refused by
iCloud, and elsewhere counts what its owner declined. An entry that cannot be read makes a calendar unknown,
never free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from zoneinfo import ZoneInfo

from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.caldav.client import Client
from providers.caldav.discovery import Place, Places
from providers.caldav.listing import Entry, entries
from providers.caldav.reading import times_of, told_times
from providers.errors import ProviderError
from providers.http import Call
from providers.intervals import busy_answer
from providers.occurrence import Told

_AT_ONCE = 4

Found = tuple[Place, list[Entry]] | ProviderError


def free_busy(
    client: Client, places: Places, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query: one request for each calendar."""
    call = client.call("free_busy", deadline)
    ask = partial(_entries, client, call, places, window)
    names = list(dict.fromkeys(query.calendar for query in queries))
    if len(names) > 1:
        with ThreadPoolExecutor(_AT_ONCE, "caldav") as threads:
            found = dict(zip(names, threads.map(ask, names), strict=True))
    else:
        found = {name: ask(name) for name in names}
    return {query: _answer(client, call, query, found[query.calendar], window) for query in queries}


def _entries(client: Client, call: Call, places: Places, window: Interval, name: str) -> Found:
    try:
        return places.at(call, name, lambda place: (place, entries(client, call, place, window)))
    except ProviderError as error:
        return error


def _answer(client: Client, call: Call, query: BusyQuery, found: Found, window: Interval) -> BusyAnswer:
    if isinstance(found, ProviderError):
        return found
    place, there = found
    told = told_times(client, place, there, window, query.timezone)
    try:
        return busy_answer(_blocking(call, query, there, told), window)
    except ProviderError as error:
        return error


def _blocking(
    call: Call, query: BusyQuery, there: Sequence[Entry], told: Sequence[Told]
) -> Iterator[Interval]:
    zone = ZoneInfo(query.timezone)
    for entry, times in zip(there, told, strict=True):
        for one in times_of(call, times):
            is_meant = query.policy.blocks(one.status, is_all_day=one.all_day)
            if is_meant and not query.leaves_out(entry.event_id, one.ical_uid):
                yield one.within(zone)
