"""Ask when the account's calendars are busy.

Decides which calendars are read as events and which as schedules, and lets one round trip ask for all of
them. A refused part, a page that does not come or an item that cannot be read makes a calendar unknown,
never free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import ProviderError, UnexpectedResponse
from providers.http import Call
from providers.intervals import busy_answer
from providers.microsoft import schedules
from providers.microsoft.batch import Outcome, ask_all
from providers.microsoft.client import Client, Json, Question
from providers.microsoft.json import JUDGED_FIELDS, interval_of, status_of
from providers.microsoft.listing import following, view
from providers.microsoft.schedules import SCHEDULE
from providers.microsoft.zones import UTC_ZONE, zone_named
from providers.times import joined

Items = list[Json] | ProviderError


def free_busy(
    client: Client, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query: one batch for all of them."""
    call = client.call("free_busy", deadline)
    # getSchedule sees default calendars only and refuses personal accounts (api/calendar-getschedule):
    # one's own calendars are read as events.
    views = _views(client, [query for query in queries if not _is_schedule(query)], window)
    named = [query.calendar.removeprefix(SCHEDULE) for query in queries if _is_schedule(query)]
    chunks = list(schedules.chunks(client, list(dict.fromkeys(named)), window))
    questions = [question for _, question in views] + [chunk.question for chunk in chunks]
    # In one round trip: a caller is waiting, and a mailbox takes few questions at once (throttling-limits).
    outcomes = ask_all(client, call, questions)
    items: dict[str, Items] = {}
    for (calendar, _), outcome in zip(views, outcomes[: len(views)], strict=True):
        items[calendar] = joined(items.get(calendar, []), _items(client, call, outcome))
    taken: dict[str, schedules.Found] = {}
    for chunk, outcome in zip(chunks, outcomes[len(views) :], strict=True):
        for address, found in schedules.read(call, chunk, outcome).items():
            taken[address] = joined(taken.get(address, []), found)
    return {
        query: schedules.answer(query, taken[query.calendar.removeprefix(SCHEDULE)], window)
        if _is_schedule(query)
        else _answer(call, query, items[query.calendar], window)
        for query in queries
    }


def _is_schedule(query: BusyQuery) -> bool:
    return query.calendar.startswith(SCHEDULE)


def _views(client: Client, queries: Sequence[BusyQuery], window: Interval) -> list[tuple[str, Question]]:
    """Return the questions that read the calendars as events: each calendar once, whoever asks."""
    # A colleague's copy of an event has another id, but the same UID.
    by_uid = any(query.without is not None and query.without.ical_uid for query in queries)
    fields = f"{JUDGED_FIELDS},iCalUId" if by_uid else JUDGED_FIELDS
    return [
        (name, question)
        for name in dict.fromkeys(query.calendar for query in queries)
        for question in view(client, name, window, select=fields)
    ]


def _items(client: Client, call: Call, outcome: Outcome) -> Items:
    """Return a calendar's events, further pages included, or the first error."""
    if isinstance(outcome, ProviderError):
        return outcome
    try:
        return [item for page in following(client, call, outcome) for item in page]
    except ProviderError as error:
        return error


def _answer(call: Call, query: BusyQuery, items: Items, window: Interval) -> BusyAnswer:
    if isinstance(items, ProviderError):
        return items
    try:
        return busy_answer(_blocking(call, query, items), window)
    except UnexpectedResponse as error:
        return error


def _blocking(call: Call, query: BusyQuery, items: Sequence[Any]) -> Iterator[Interval]:
    # Graph tells all-day events without a zone that means anything; then the host's days are meant.
    zone = zone_named(query.timezone) or UTC_ZONE
    for item in items:
        if not isinstance(item, Mapping):
            raise call.unexpected("value")
        if query.without is not None and query.leaves_out(item.get("id"), item.get("iCalUId")):
            continue
        if query.policy.blocks(status_of(item), is_all_day=item.get("isAllDay") is True):
            yield interval_of(call, item, zone)
