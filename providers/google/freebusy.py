"""Ask when the account's calendars are busy.

Decides how a question is cut to Google's limits, and which calendars must be listed because Google's
free/busy answer carries neither status nor all-day flag. An error inside a 200, a missing calendar or a
failed part makes a calendar unknown, never free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from providers.answers import member
from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.google.client import Client, Json
from providers.google.json import JUDGED_FIELDS, interval_of, is_all_day, rfc3339, stamp, status_of, zone_of
from providers.google.listing import pages
from providers.http import Call
from providers.times import busy_answer, joined, pieces

CALENDARS_A_QUERY = 50  # calendarExpansionMax of the reference
DAYS_A_QUERY = 60  # the reference names no limit; more than about 90 days is timeRangeTooLong

Found = list[Interval] | ProviderError


def free_busy(
    client: Client, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query: one request for all that follow the default policy."""
    listed = {
        query: _listed(client, query, window, deadline)
        for query in queries
        if query.without is not None or not query.policy.is_default
    }
    plain = [query for query in queries if query not in listed or _is_plain_after_all(query, listed[query])]
    call = client.call("free_busy", deadline)
    asked = _asked(client, call, dict.fromkeys(query.calendar for query in plain), window)
    found = listed | {query: asked[query.calendar] for query in plain}
    return {query: _answer(found[query], window) for query in queries}


def _is_plain_after_all(query: BusyQuery, listed: Found) -> bool:
    """Tell whether free/busy must do, where only a listing could leave an event out.

    A colleague's calendar may be shared for free/busy alone: should a copy of the event be in it, it
    blocks, which is the safe side.
    """
    return query.policy.is_default and isinstance(listed, (AccessDenied, CalendarNotFound))


def _answer(found: Found, window: Interval) -> BusyAnswer:
    return found if isinstance(found, ProviderError) else busy_answer(found, window)


def _asked(client: Client, call: Call, calendars: Iterable[str], window: Interval) -> dict[str, Found]:
    found: dict[str, Found] = {calendar: [] for calendar in calendars}
    for chunk in _chunks(list(found)):
        for piece in pieces(window, DAYS_A_QUERY):
            for calendar, more in _query(client, call, chunk, piece).items():
                found[calendar] = joined(found[calendar], more)
    return found


def _chunks(calendars: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(calendars), CALENDARS_A_QUERY):
        yield calendars[first : first + CALENDARS_A_QUERY]


def _query(client: Client, call: Call, calendars: list[str], window: Interval) -> Mapping[str, Found]:
    body = {
        "timeMin": rfc3339(window.start),
        "timeMax": rfc3339(window.end),
        "timeZone": "UTC",
        "calendarExpansionMax": CALENDARS_A_QUERY,
        "items": [{"id": calendar} for calendar in calendars],
    }

    def read(answer: Json) -> Mapping[str, Found]:
        given = _by_id(client.account, member(call, answer, "calendars", dict))
        return {calendar: _calendar(call, given.get(calendar.casefold())) for calendar in calendars}

    try:
        return client.ask(call, lambda api: api.freebusy.query(body=body, fields="calendars"), read)
    except ProviderError as error:
        return dict.fromkeys(calendars, error)


def _by_id(account: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers by lower-case id, "primary" also under the account's address and the reverse.

    Ids are e-mail addresses, as people type them; whether "primary" is echoed is not documented.
    """
    found = {calendar.casefold(): answer for calendar, answer in given.items()}
    own = account.casefold()
    for name, other in (("primary", own), (own, "primary")):
        if name not in found and other in found:
            found[name] = found[other]
    return found


def _calendar(call: Call, given: Any) -> Found:
    """Return one calendar's busy time, or the error that stands in its place."""
    if not isinstance(given, Mapping):
        return call.unexpected("calendars")
    if given.get("errors"):
        return _calendar_error(call, given["errors"])
    try:
        return [_busy(call, entry) for entry in member(call, given, "busy", list)]
    except UnexpectedResponse as error:
        return error


def _busy(call: Call, entry: Json) -> Interval:
    found = Interval(stamp(call, entry, "start"), stamp(call, entry, "end"))
    if found.end < found.start:
        raise call.unexpected("end")
    return found


def _calendar_error(call: Call, errors: Any) -> ProviderError:
    first = errors[0] if isinstance(errors, list) else None
    reason = first.get("reason") if isinstance(first, Mapping) else None
    if reason == "notFound":  # also: no longer shared with this account
        return CalendarNotFound(call.provider, call.operation, "notFound")
    return ProviderUnavailable(call.provider, call.operation, "error for this calendar")


def _listed(client: Client, query: BusyQuery, window: Interval, deadline: Deadline) -> Found:
    call = client.call("list_events", deadline)
    found: list[Interval] = []
    try:
        for page in pages(
            client,
            call,
            calendarId=query.calendar,
            singleEvents=True,
            timeMin=rfc3339(window.start),
            timeMax=rfc3339(window.end),
            maxAttendees=1,  # more are answered with the calendar's own only
            fields=f"items({JUDGED_FIELDS}),nextPageToken,timeZone,accessRole",
        ):
            found.extend(_blocking(call, query, page))
    except ProviderError as error:
        return error
    return found


def _blocking(call: Call, query: BusyQuery, page: Json) -> Iterator[Interval]:
    if page.get("accessRole") in ("none", "freeBusyReader"):
        raise AccessDenied(call.provider, call.operation, "this calendar shows only when it is busy, not why")
    zone = zone_of(call, page)
    for item in member(call, page, "items", list):
        all_day = is_all_day(item)
        if not query.leaves_out(item.get("id"), item.get("iCalUID")) and query.policy.blocks(
            status_of(item), is_all_day=all_day
        ):
            yield interval_of(call, item, zone, ZoneInfo(query.timezone))
