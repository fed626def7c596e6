"""Ask when calendars are busy: a mailbox's own entry by entry, others' as Exchange sums them up.

Decides which is asked in which way. All calendars of the mailbox are one question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import CalendarNotFound, ProviderError
from providers.exchange import schedules
from providers.exchange.client import Client
from providers.exchange.folders import Folders, Place
from providers.exchange.items import Item
from providers.exchange.listing import Found, in_window
from providers.exchange.schedules import SCHEDULE
from providers.http import Call
from providers.intervals import busy_answer


def free_busy(
    client: Client, folders: Folders, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query."""
    call = client.call("free_busy", deadline)
    names = dict.fromkeys(query.calendar for query in queries)
    own = _own(client, call, folders, [each for each in names if not each.startswith(SCHEDULE)], window)
    others = [each.removeprefix(SCHEDULE) for each in names if each.startswith(SCHEDULE)]
    seen = schedules.seen(client, call, others, window) if others else {}
    return {
        query: schedules.answer(query, seen[query.calendar.removeprefix(SCHEDULE)], window)
        if query.calendar.startswith(SCHEDULE)
        else _answer(query, own[query.calendar], window)
        for query in queries
    }


def _own(
    client: Client, call: Call, folders: Folders, names: Sequence[str], window: Interval
) -> Mapping[str, Found]:
    found: dict[str, Found] = {}
    places: list[Place] = []
    for name in names:
        try:
            places.append(folders.place(call, name))
        except ProviderError as error:
            found[name] = error
    if places:
        found |= in_window(client, call, places, window)
    if any(isinstance(each, CalendarNotFound) for each in found.values()):
        folders.forget()
    return found


def _answer(query: BusyQuery, found: Found, window: Interval) -> BusyAnswer:
    if isinstance(found, ProviderError):
        return found
    return busy_answer(_blocking(query, found), window)


def _blocking(query: BusyQuery, found: Sequence[Item]) -> Iterator[Interval]:
    for item in found:
        event = item.event
        is_meant = query.policy.blocks(item.status, is_all_day=event.all_day)
        if is_meant and not query.leaves_out(event.ref.event_id, event.ref.ical_uid):
            yield event.interval
