"""Have Graph call when a calendar changes, and read what it says then.

Decides how long a subscription lasts and what a message means. A message is Graph's only if its subscription
and its `clientState` are ones we made; that is the reader's to compare. Sources: learn.microsoft.com/graph
/change-notifications-delivery-webhooks and /change-notifications-lifecycle-events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

from providers.answers import member
from providers.base import Channel, Deadline
from providers.errors import AccessDenied, CalendarNotFound, ProviderError
from providers.http import Call
from providers.microsoft.client import Client, Question
from providers.microsoft.errors import Refusal
from providers.microsoft.json import utc_text
from providers.microsoft.listing import DEFAULT, SHARED, events_path

LIFETIME = timedelta(minutes=10_000)  # 10,080 is the most
_LONGEST_TOKEN = 2048  # of what a stranger may have us send back
CHANGED = "changed"
# After the last two, messages are lost: only the calendar itself tells what happened.
_LIFECYCLE = frozenset({"reauthorizationRequired", "subscriptionRemoved", "missed"})


def watch(client: Client, calendar: str, address: str, token: str, deadline: Deadline) -> Channel | None:
    """Subscribe to a calendar's events; None where Graph takes no subscription for it.

    Graph calls `address` before it answers, and wants its validation token back.
    """
    if calendar.startswith(SHARED):
        # Only the signed-in user's own mailbox can be subscribed to (api/subscription-post-subscriptions).
        return None
    call = client.call("watch", deadline)
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": address,
        "lifecycleNotificationUrl": address,  # cannot be added later
        "resource": f"{events_path(client, calendar)}/events",
        "expirationDateTime": utc_text(client.clocks.now() + LIFETIME),
        "clientState": token,  # at most 128 characters
    }
    try:
        return client.ask(
            call,
            Question("POST", "/subscriptions", body=body),
            lambda answer: _channel(call, answer.body),
            meaning=lambda refusal: _no_push(call, refusal, calendar),
        )
    except _NoPush:
        return None


class _NoPush(ProviderError):
    """Graph pushes nothing for this calendar."""


def _no_push(call: Call, refusal: Refusal, calendar: str) -> ProviderError | None:
    """Return the meaning of 400 for any calendar but the default one: its resource is not documented."""
    if calendar != DEFAULT and refusal.status == 400 and refusal.code != "ValidationError":
        return _NoPush(call.provider, call.operation, str(refusal))
    return None


def renew(client: Client, channel: Channel, deadline: Deadline) -> Channel | None:
    """Return the channel with a new term, None when Graph has removed it."""
    call = client.call("renew", deadline)
    body = {"expirationDateTime": utc_text(client.clocks.now() + LIFETIME)}
    question = Question("PATCH", _path(channel), body=body)
    try:
        return client.ask(call, question, lambda answer: _channel(call, answer.body))
    except (CalendarNotFound, AccessDenied):  # if access is really gone, opening another says so
        return None


def unwatch(client: Client, channel: Channel, deadline: Deadline) -> None:
    """End a subscription; one that Graph does not know has ended."""
    call = client.call("unwatch", deadline)
    try:
        client.ask(call, Question("DELETE", _path(channel)), lambda _: None)
    except (CalendarNotFound, AccessDenied):
        return


def _path(channel: Channel) -> str:
    return f"/subscriptions/{quote(channel.id, safe='')}"


def _channel(call: Call, body: Any) -> Channel:
    text = member(call, body, "expirationDateTime", str)
    try:
        expires_at = datetime.fromisoformat(text)
    except ValueError:
        raise call.unexpected("expirationDateTime") from None
    if expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    return Channel(member(call, body, "id", str), str(body.get("resource", "")), expires_at.astimezone(UTC))


def validation_answer(query: Mapping[str, str]) -> str | None:
    """Return what to answer a new subscription's first call with (200, text/plain), None when it is none."""
    token = query.get("validationToken")
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    # Microsoft asks for it: the token could hold a script, and browsers can be sent here too.
    return escape(token, quote=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """A message: `kind` is changed, reauthorizationRequired (renew), subscriptionRemoved or missed.

    `client_state` is the token the channel was opened with.
    """

    channel: str
    client_state: str = field(repr=False)
    kind: str = CHANGED


def read_notifications(body: Any) -> tuple[Notification, ...]:
    """Return the messages in a request's JSON; what is none of Graph's is left out."""
    listed = body.get("value") if isinstance(body, Mapping) else None
    return tuple(
        _notification(each)
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping) and isinstance(each.get("subscriptionId"), str)
    )


def _notification(entry: Mapping[str, Any]) -> Notification:
    kind = entry.get("lifecycleEvent")
    state = entry.get("clientState")
    return Notification(
        channel=entry["subscriptionId"],
        client_state=state if isinstance(state, str) else "",
        kind=kind if isinstance(kind, str) and kind in _LIFECYCLE else CHANGED,
    )
