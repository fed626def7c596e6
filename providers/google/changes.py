"""Tell what changed in a calendar, and have Google call when something does.

Decides what a cursor is (Google's sync token) and when a listing starts over. A full listing goes back
`LOOK_BACK` and expands no series: bookings are single events, and a series has no end.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from providers.base import Changes, Channel, Deadline, Event
from providers.errors import CalendarNotFound, ProviderError, UnexpectedResponse
from providers.google.client import Api, Client, Json
from providers.google.listing import pages
from providers.google.refusals import Refusal
from providers.google.shapes import LIST_FIELDS, event_of, member, rfc3339, zone_of
from providers.http import Call

LOOK_BACK = timedelta(days=31)
CHANNEL_SECONDS = 604_800  # the default and, as far as is known, the most


class _CursorExpired(ProviderError):
    """The sync token is too old or of another listing."""


def changes(client: Client, calendar: str, cursor: str | None, deadline: Deadline) -> Changes:
    """Return what changed since the cursor; everything current when it is None or expired."""
    call = client.call("changes", deadline)
    if cursor is not None:
        try:
            return _listing(client, call, calendar, {"syncToken": cursor}, complete=False)
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
    if not isinstance(cursor, str):
        raise UnexpectedResponse(call.provider, call.operation, status=200, field="nextSyncToken")
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


def watch(client: Client, calendar: str, address: str, token: str, deadline: Deadline) -> Channel | None:
    """Open a push channel for a week; None for a calendar that has none (holidays, for instance)."""
    call = client.call("watch", deadline)
    wanted = {"type": "web_hook", "address": address, "token": token, "params": {"ttl": str(CHANNEL_SECONDS)}}

    def request(api: Api) -> Any:
        # An id is good once: when an answer got lost, the channel that nobody knows runs out by itself.
        body = {"id": uuid.uuid4().hex, **wanted}
        return api.events.watch(calendarId=calendar, body=body, fields="id,resourceId,expiration")

    try:
        return client.ask(
            call,
            request,
            lambda answer: _channel(call, answer),
            meaning=lambda refusal: _no_push(call, refusal),
        )
    except _NoPush:
        return None


class _NoPush(ProviderError):
    """Google pushes nothing for this calendar."""


def _no_push(call: Call, refusal: Refusal) -> ProviderError | None:
    if "pushNotSupportedForRequestedResource" in refusal.reasons:
        return _NoPush(call.provider, call.operation, str(refusal))
    return None


def _channel(call: Call, answer: Json) -> Channel:
    text = member(call, answer, "expiration", str)
    try:
        expires_at = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise UnexpectedResponse(call.provider, call.operation, status=200, field="expiration") from None
    return Channel(member(call, answer, "id", str), member(call, answer, "resourceId", str), expires_at)


def unwatch(client: Client, channel: Channel, deadline: Deadline) -> None:
    """Close a push channel; one that Google does not know is closed."""
    call = client.call("unwatch", deadline)
    body = {"id": channel.id, "resourceId": channel.resource}
    try:
        client.ask(call, lambda api: api.channels.stop(body=body), lambda _: None)
    except CalendarNotFound:
        return


@dataclass(frozen=True, slots=True)
class Notification:
    """A push message's headers. Its sender is Google only if channel and token are ones we made.

    `state` is sync (the channel is open), exists or not_exists; none of them says what changed.
    """

    channel: str
    resource: str
    token: str = field(repr=False)
    state: str
    number: int


def read_notification(headers: Mapping[str, str]) -> Notification | None:
    """Return the push message in a request's headers, None when they are not Google's.

    Source: developers.google.com/workspace/calendar/api/guides/push.
    """
    given = {name.casefold(): value for name, value in headers.items()}
    channel = given.get("x-goog-channel-id")
    state = given.get("x-goog-resource-state")
    number = given.get("x-goog-message-number", "")
    if not channel or not state or not (number.isascii() and number.isdigit()):
        return None
    return Notification(
        channel=channel,
        resource=given.get("x-goog-resource-id", ""),
        token=given.get("x-goog-channel-token", ""),
        state=state,
        number=int(number[:18]),
    )
