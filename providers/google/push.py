"""Have Google call when a calendar changes, and read what it says then.

Decides how long a channel lasts. A message is Google's only if its channel and token are ones we made; that
is the reader's to compare. Source: developers.google.com/workspace/calendar/api/guides/push.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from providers.answers import member
from providers.base import Channel, Deadline
from providers.errors import CalendarNotFound, ProviderError
from providers.google.client import Api, Client, Json
from providers.google.errors import Refusal
from providers.http import Call

CHANNEL_SECONDS = 604_800  # the default and, as far as is known, the most


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
    # Milliseconds as text: so the discovery document writes 64-bit numbers, which JSON readers may round.
    text = member(call, answer, "expiration", str)
    try:
        expires_at = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise call.unexpected("expiration") from None
    return Channel(member(call, answer, "id", str), member(call, answer, "resourceId", str), expires_at)


def unwatch(client: Client, channel: Channel, deadline: Deadline) -> None:
    """Close a push channel; one that Google does not know is closed."""
    call = client.call("unwatch", deadline)
    body = {"id": channel.id, "resourceId": channel.resource}
    try:
        client.ask(call, lambda api: api.channels.stop(body=body), lambda _: None)
    # Channels end by themselves; one that ended is 404.
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
    # The body is empty: what there is to know stands in headers, and nowhere what changed.
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
