"""Tell what changed in a calendar.

Decides what a cursor is (Google's sync token) and when a listing starts over. A full listing goes back
`LOOK_BACK` and expands no series: bookings are single events, and a series has no end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from providers.answers import member
from providers.base import Changes, Deadline, Event
from providers.errors import ProviderError
from providers.google.client import Client, Json
from providers.google.errors import Refusal
from providers.google.json import LIST_FIELDS, event_of, rfc3339, zone_of
from providers.google.listing import pages
from providers.http import Call

LOOK_BACK = timedelta(days=31)


class _CursorExpired(ProviderError):
    """The sync token is too old or of another listing."""


def changes(client: Client, calendar: str, cursor: str | None, deadline: Deadline) -> Changes:
    """Return what changed since the cursor; everything current when it is None or expired."""
    call = client.call("changes", deadline)
    if cursor is not None:
        try:
            return _listing(client, call, calendar, {"syncToken": cursor}, complete=False)
        # Google forgets sync tokens as it likes: 410, begin again (guides/sync).
        except _CursorExpired:
            pass
    since = rfc3339(client.clocks.now() - LOOK_BACK)
    return _listing(client, call, calendar, {"timeMin": since}, complete=True)


def _listing(
    client: Client, call: Call, calendar: str, parameters: dict[str, Any], *, complete: bool
) -> Changes:
    events: list[Event] = []
    deleted: list[str] = []
    cursor: str | None = None
    # The same parameters with and without a token, or the answers are undefined (reference, events.list,
    # syncToken); only timeMin must not stand beside it.
    for page in pages(
        client,
        call,
        meaning=lambda refusal: _expired(call, refusal, is_first=complete),
        calendarId=calendar,
        maxAttendees=1,
        showDeleted=True,
        singleEvents=False,
        fields=LIST_FIELDS,
        **parameters,
    ):
        _sort_out(call, calendar, page, events, deleted)
        cursor = page.get("nextSyncToken")
    # Without one the next reading would begin nowhere, and what happens until then be missed.
    if not isinstance(cursor, str):
        raise call.unexpected("nextSyncToken")
    return Changes(tuple(events), tuple(deleted), cursor, complete)


def _expired(call: Call, refusal: Refusal, *, is_first: bool) -> ProviderError | None:
    """Return the meaning of 410, and of 400 for a token that is none."""
    if is_first or refusal.status not in (400, 410):
        return None
    return _CursorExpired(call.provider, call.operation, str(refusal))


def _sort_out(call: Call, calendar: str, page: Json, events: list[Event], deleted: list[str]) -> None:
    """Add a page's items: a removed event is promised no more than its id."""
    zone = zone_of(call, page)
    for item in page["items"]:
        if item.get("status") == "cancelled" and not ("start" in item and "end" in item):
            deleted.append(member(call, item, "id", str))
        else:
            events.append(event_of(call, calendar, item, zone))
