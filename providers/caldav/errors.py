"""What a CalDAV server's refusals mean.

Decides by status and, where several things have one status, by the precondition that the body names. Keeps
nothing of a body but such a name. Sources: RFC 4918 section 11, RFC 4791 section 5.3.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from providers.caldav.xml import CALDAV, DAV
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EventChanged,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from providers.http import Call, retry_after
from providers.markup import tree

NO_UID_CONFLICT = "no-uid-conflict"
TOO_MANY = "number-of-matches-within-limits"
_KNOWN = frozenset({NO_UID_CONFLICT, TOO_MANY, "valid-sync-token", "valid-calendar-data", "need-privileges"})
# Nothing is written while somebody else holds it, or where there is no room.
_LOCKED, _NO_ROOM = 423, 507


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no 2xx; `names` are the preconditions it speaks of that are known here."""

    status: int
    names: frozenset[str]
    retry_after: float | None

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], content: bytes, now: datetime) -> Refusal:
        """Return the refusal in an answer, whatever its body is; header names are in small letters."""
        root = tree(content) if content else None
        tags = (each.tag for each in root.iter()) if root is not None else ()
        found = {tag.removeprefix(DAV).removeprefix(CALDAV) for tag in tags}
        return cls(status, _KNOWN & found, retry_after(headers.get("retry-after"), now))

    def __str__(self) -> str:
        """Return status and preconditions, fit for logs."""
        return " ".join([f"HTTP {self.status}", *sorted(self.names)])


def general_error(call: Call, refusal: Refusal, *, is_event: bool) -> ProviderError:
    """Return what a refusal means wherever the operation has no meaning of its own for it."""
    status, said = refusal.status, str(refusal)
    if status == 429 or (status == 503 and refusal.retry_after is not None and not call.writes):
        return RateLimited(call.provider, call.operation, said, retry_after=refusal.retry_after)
    if status == _LOCKED:
        return ProviderUnavailable(call.provider, call.operation, said)
    if status == _NO_ROOM:
        return ProviderError(call.provider, call.operation, said)
    if status >= 500 or status == 408:
        return call.fault(said, refusal.retry_after)
    if status in (404, 410):
        return (EventNotFound if is_event else CalendarNotFound)(call.provider, call.operation, said)
    if status == 412:
        return EventChanged(call.provider, call.operation, said)
    if status in (401, 403):
        return AccessDenied(call.provider, call.operation, said)
    # What is no answer of the server's at all, a hotel's sign-in page say: it may have happened.
    return call.fault(said) if status < 400 else ProviderError(call.provider, call.operation, said)
