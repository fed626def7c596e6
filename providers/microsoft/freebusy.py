"""Ask when the account's calendars are busy.

Decides which calendars are read as events and which as schedules, and lets one round trip ask for all of
them. A refused part, a page that does not come or an item that cannot be read makes a calendar unknown,
never free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import ProviderError, UnexpectedResponse
from providers.http import Call
from providers.microsoft import schedules
from providers.microsoft.batch import Outcome, ask_all
from providers.microsoft.client import Client, Json, Question
from providers.microsoft.json import JUDGED_FIELDS, interval_of, status_of
from providers.microsoft.listing import following, view
from providers.microsoft.schedules import SCHEDULE
from providers.microsoft.zones import UTC_ZONE, zone_named
from providers.times import busy_answer, joined

T = TypeVar("T")
Items = list[Json] | ProviderError


def free_busy(
    client: Client, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query."""
    call = client.call("free_busy", deadline)
    views = _view_questions(client, queries, window)
    named = [query.calendar.removeprefix(SCHEDULE) for query in queries if _is_schedule(query)]
    chunks = list(schedules.chunks(client, list(dict.fromkeys(named)), window))
    questions = [question for _, question in views] + [chunk.question for chunk in chunks]
    outcomes = ask_all(client, call, questions) if questions else []
    items = _items(client, call, [name for name, _ in views], outcomes[: len(views)])
    taken: dict[str, schedules.Found] = {}
    for chunk, outcome in zip(chunks, outcomes[len(views) :], strict=True):
        for address, found in schedules.read(call, chunk, outcome).items():
            taken[address] = joined(taken.get(address, []), found)
    return {query: _answer(call, query, window, items, taken) for query in queries}


def _is_schedule(query: BusyQuery) -> bool:
    return query.calendar.startswith(SCHEDULE)


def _view_questions(
    client: Client, queries: Sequence[BusyQuery], window: Interval
) -> list[tuple[str, Question]]:
    """Return the questions that read the calendars as events: each calendar once, whoever asks."""
    calendars = dict.fromkeys(query.calendar for query in queries if not _is_schedule(query))
    by_uid = any(query.without is not None and query.without.ical_uid for query in queries)
    fields = f"{JUDGED_FIELDS},iCalUId" if by_uid else JUDGED_FIELDS
    return [(name, question) for name in calendars for question in view(client, name, window, select=fields)]


def _items(client: Client, call: Call, names: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, Items]:
    """Return each calendar's events, further pages included."""
    items: dict[str, Items] = {}
    for name, outcome in zip(names, outcomes, strict=True):
        items[name] = joined(items.get(name, []), _read_on(client, call, outcome))
    return items


def _read_on(client: Client, call: Call, outcome: Outcome) -> Items:
    if isinstance(outcome, ProviderError):
        return outcome
    try:
        return [item for page in following(client, call, outcome) for item in page]
    except ProviderError as error:
        return error


def _answer(
    call: Call,
    query: BusyQuery,
    window: Interval,
    items: Mapping[str, Items],
    taken: Mapping[str, schedules.Found],
) -> BusyAnswer:
    if _is_schedule(query):
        found = taken[query.calendar.removeprefix(SCHEDULE)]
        if isinstance(found, ProviderError):
            return found
        return busy_answer(schedules.blocking(found, query.policy), window)
    listed = items[query.calendar]
    if isinstance(listed, ProviderError):
        return listed
    try:
        return busy_answer(_blocking(call, query, listed), window)
    except UnexpectedResponse as error:
        return error


def _blocking(call: Call, query: BusyQuery, items: Sequence[Any]) -> list[Interval]:
    zone = zone_named(query.timezone) or UTC_ZONE
    return [interval_of(call, item, zone) for item in items if not _is_nothing(call, query, item)]


def _is_nothing(call: Call, query: BusyQuery, item: Any) -> bool:
    if not isinstance(item, Mapping):
        raise call.unexpected("value")
    if query.leaves_out(item.get("id"), item.get("iCalUId")):
        return True
    return not query.policy.blocks(status_of(item), is_all_day=item.get("isAllDay") is True)
