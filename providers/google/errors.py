"""Say what the refusals of Google's calendar and of its token endpoint mean.

Decides the ProviderError for every status, reason and OAuth error. Keeps nothing of the answer's text but
Google's own word. Sources: developers.google.com/workspace/calendar/api/guides/errors, RFC 6749 section
5.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    EventChanged,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from providers.google.settings import CALENDAR_LIST, EVENTS, FREE_BUSY
from providers.google.transport import Refused
from providers.http import Call, retry_after

# Google sends these as 403 or 429, as it likes (guides/quota).
_RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded"})
QUOTA_SECONDS = 300.0  # such a limit lifts after minutes or hours: never within a call
# As a rule a box left unticked (protocols/oauth2/resources/granular-permissions): no waiting mends that.
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"})
_ABOUT_EVENTS = frozenset(
    {"read_event", "find_event", "move_event", "amend_event", "add_conference", "cancel_event"}
)
_NEEDED = {"free_busy": FREE_BUSY, "list_calendars": CALENDAR_LIST}
_WORD = re.compile(r"[A-Za-z_]{1,60}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A non-2xx answer: `reasons` are Google's words, `message` its sentence (never shown or logged)."""

    status: int
    reasons: frozenset[str]
    message: str
    retry_after: float | None

    @classmethod
    def read(cls, refused: Refused, now: datetime) -> Refusal:
        """Return what an answer says, whatever its body is."""
        body = _fault(refused.content)
        message = body.get("message")
        return cls(
            status=refused.status,
            reasons=frozenset(_reasons(body)),
            message=message if isinstance(message, str) else "",
            retry_after=retry_after(refused.headers.get("retry-after"), now),
        )

    def __str__(self) -> str:
        """Return status and reasons, fit for logs."""
        return " ".join((f"HTTP {self.status}", *sorted(self.reasons)))


def _fault(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):  # proxies and overloaded front ends answer in HTML
        return {}
    fault = body.get("error") if isinstance(body, dict) else None
    return fault if isinstance(fault, dict) else {}


def _reasons(fault: dict[str, Any]) -> Iterator[str]:
    for member in ("errors", "details"):
        entries = fault.get(member)
        for entry in entries if isinstance(entries, list) else ():
            reason = entry.get("reason") if isinstance(entry, dict) else None
            if isinstance(reason, str) and _WORD.fullmatch(reason):
                yield reason


def general_error(call: Call, refusal: Refusal) -> ProviderError:
    """Return what a refusal means wherever the operation has no meaning of its own for it."""
    status = refusal.status
    if status in (403, 429):
        return _forbidden(call, refusal)
    # Google says 404 of what it does not show, too; the event's callers look at the calendar to tell.
    if status in (404, 410):
        kind = EventNotFound if call.operation in _ABOUT_EVENTS else CalendarNotFound
        return kind(call.provider, call.operation, str(refusal))
    # "conditionNotMet": the etag of If-Match is not the event's any more.
    if status == 412:
        return EventChanged(call.provider, call.operation, str(refusal))
    if 400 <= status < 500 and status not in (408, 409):
        return ProviderError(call.provider, call.operation, str(refusal))
    return call.fault(str(refusal), refusal.retry_after)  # nor is a redirect or 409 any clear refusal


def _forbidden(call: Call, refusal: Refusal) -> ProviderError:
    if refusal.reasons & QUOTA:
        seconds = refusal.retry_after or QUOTA_SECONDS
        return RateLimited(call.provider, call.operation, str(refusal), retry_after=seconds)
    if refusal.status == 429 or refusal.reasons & _RATE:
        return RateLimited(call.provider, call.operation, str(refusal), retry_after=refusal.retry_after)
    if refusal.reasons & _SCOPE:
        scope = _NEEDED.get(call.operation, EVENTS)
        return AccessDenied(call.provider, call.operation, f"scope missing: {scope}")
    return AccessDenied(call.provider, call.operation, str(refusal))


_CODES = frozenset(
    {
        "access_denied",
        "admin_policy_enforced",
        "deleted_client",
        "disabled_client",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "org_internal",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


def error_code(answer: requests.Response) -> str | None:
    """Return the `error` member of a refusal."""
    try:
        body = answer.json()
    except ValueError:
        return None
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) else None


def refusal_of(call: Call, code: str | None) -> ProviderError:
    """Return what a refusal by the token endpoint means (RFC 6749 section 5.2 and Google's own codes).

    invalid_grant: revoked, unused for six months, older than seven days while the consent screen is in
    testing, or ended by the administrator.
    """
    if code == "invalid_grant":
        return ConnectionExpired(call.provider, call.operation, "invalid_grant")
    if code in _CODES:
        return AccessDenied(call.provider, call.operation, code)
    return ProviderUnavailable(call.provider, call.operation, "the token endpoint refused")
