"""Ask when the account's calendars are busy.

Decides how a question is cut to Google's limits, and which calendars must be listed because Google's
free/busy answer carries neither status nor all-day flag. An error inside a 200, a missing calendar or a
failed part makes a calendar unknown, never free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from providers.intervals import busy_answer
from providers.times import joined, pieces

CALENDARS_A_QUERY = 50  # calendarExpansionMax of the reference
DAYS_A_QUERY = 60  # the reference names no limit; more than about 90 days is timeRangeTooLong

Found = list[Interval] | ProviderError


def free_busy(
    client: Client, queries: Sequence[BusyQuery], window: Interval, deadline: Deadline
) -> Mapping[BusyQuery, BusyAnswer]:
    """Return an answer for each query: one request for all that follow the default policy."""
    found = {
        query: _listed(client, query, window, deadline)
        for query in queries
        if query.without is not None or not query.policy.is_default
    }
    # A colleague's calendar may be shared for free/busy alone, where only a listing could leave an event
    # out: should a copy of it be in there, it blocks, which is the safe side.
    plain = [
        query
        for query in queries
        if query not in found
        or (query.policy.is_default and isinstance(found[query], (AccessDenied, CalendarNotFound)))
    ]
    asked = _asked(client, client.call("free_busy", deadline), [query.calendar for query in plain], window)
    found |= {query: asked[query.calendar] for query in plain}
    return {
        query: answer if isinstance(answer := found[query], ProviderError) else busy_answer(answer, window)
        for query in queries
    }


def _asked(client: Client, call: Call, calendars: Sequence[str], window: Interval) -> dict[str, Found]:
    found: dict[str, Found] = {calendar: [] for calendar in calendars}
    once = list(found)
    for first in range(0, len(once), CALENDARS_A_QUERY):
        for piece in pieces(window, DAYS_A_QUERY):
            some = _query(client, call, once[first : first + CALENDARS_A_QUERY], piece)
            found |= {calendar: joined(found[calendar], more) for calendar, more in some.items()}
    return found


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
    """Return one calendar's busy time, or the error that stands in its place inside the 200."""
    if not isinstance(given, Mapping):
        return call.unexpected("calendars")
    # The 200 is of the question; each calendar fails by itself inside it.
    if errors := given.get("errors"):
        first = errors[0] if isinstance(errors, list) else None
        reason = first.get("reason") if isinstance(first, Mapping) else None
        if reason == "notFound":  # also: no longer shared with this account
            return CalendarNotFound(call.provider, call.operation, "notFound")
        return ProviderUnavailable(call.provider, call.operation, "error for this calendar")
    try:
        return [_busy(call, entry) for entry in member(call, given, "busy", list)]
    except UnexpectedResponse as error:
        return error


def _busy(call: Call, entry: Json) -> Interval:
    found = Interval(stamp(call, entry, "start"), stamp(call, entry, "end"))
    if found.end < found.start:
        raise call.unexpected("end")
    return found


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
    # So shared, a calendar answers with a list that has no events: that would read as free.
    if page.get("accessRole") in ("none", "freeBusyReader"):
        raise AccessDenied(call.provider, call.operation, "this calendar shows only when it is busy, not why")
    zone = zone_of(call, page)
    for item in member(call, page, "items", list):
        all_day = is_all_day(item)
        if not query.leaves_out(item.get("id"), item.get("iCalUID")) and query.policy.blocks(
            status_of(item), is_all_day=all_day
        ):
            yield interval_of(call, item, zone, ZoneInfo(query.timezone))
