"""Say what Graph's refusals mean.

Decides the ProviderError for every status and code; the code decides before the status, because 404 is
also what Graph says of a mailbox that is switched off. Keeps nothing of the text but Graph's own code.
Sources: learn.microsoft.com/graph/errors and /graph/throttling-limits; facts/calendars.md 2.6 and 2.9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

DUPLICATE_TRANSACTION = "ErrorDuplicateTransactionId"
CANNOT_DELETE = "ErrorCannotDeleteObject"
CONFLICT = "ErrorIrresolvableConflict"

_NO_MAILBOX = {
    "MailboxNotEnabledForRESTAPI": "the mailbox is inactive, soft-deleted or on the company's own server",
    "MailboxNotSupportedForRESTAPI": "the mailbox is on the company's own server",
    "ErrorInvalidUser": "there is no mailbox of this name",
    "ErrorNonExistentMailbox": "there is no mailbox of this name",
    "Request_ResourceNotFound": "there is no user of this name",
    "ResourceNotFound": "there is no user of this name",
}
_BUSY_MAILBOX = frozenset(
    {"ErrorMailboxMoveInProgress", "ErrorMailboxStoreUnavailable", "ErrorTimeoutExpired", "ErrorServerBusy"}
)
_NO_SUCH_ID = frozenset({"ErrorInvalidIdMalformed", "ErrorInvalidId", "ErrorInvalidIdEmpty"})
_ABOUT_EVENTS = frozenset({"read_event", "move_event", "cancel_event"})
_WORD = re.compile(r"[A-Za-z_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A non-2xx answer: Graph's code and the id of an event that stands in the way, if it names one."""

    status: int
    code: str
    retry_after: float | None
    existing_id: str | None

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], body: Any, now: datetime) -> Refusal:
        """Return the refusal in an answer, or in a part of a batch, whatever its body is."""
        fault = body.get("error") if isinstance(body, Mapping) else None
        fault = fault if isinstance(fault, Mapping) else {}
        code, existing = fault.get("code"), fault.get("@event.existingEventId")
        return cls(
            status=status,
            code=code if isinstance(code, str) and _WORD.fullmatch(code) else "",
            retry_after=retry_after(headers.get("retry-after"), now),
            existing_id=existing if isinstance(existing, str) and existing else None,
        )

    def __str__(self) -> str:
        """Return status and code, fit for logs."""
        return f"HTTP {self.status} {self.code}".rstrip()


def general_error(call: Call, refusal: Refusal) -> ProviderError:
    """Return what a refusal means wherever the operation has no meaning of its own for it."""
    status, code = refusal.status, refusal.code
    if status in (429, 509):
        return RateLimited(call.provider, call.operation, str(refusal), retry_after=refusal.retry_after)
    if code in _NO_MAILBOX:
        return AccessDenied(call.provider, call.operation, f"{refusal}: {_NO_MAILBOX[code]}")
    if code in _BUSY_MAILBOX or status >= 500 or status == 408:
        return _fault_at_graph(call, refusal)
    if code in _NO_SUCH_ID or status in (404, 410):
        kind = EventNotFound if call.operation in _ABOUT_EVENTS else CalendarNotFound
        return kind(call.provider, call.operation, str(refusal))
    if call.operation in _ABOUT_EVENTS and (status == 412 or code == CONFLICT):
        return EventChanged(call.provider, call.operation, str(refusal))
    if status in (401, 403):
        return AccessDenied(call.provider, call.operation, str(refusal))
    if status == 409 or status < 400:
        return call.broken(sent=True, detail=str(refusal))
    return ProviderError(call.provider, call.operation, str(refusal))


def _fault_at_graph(call: Call, refusal: Refusal) -> ProviderError:
    """Return the meaning of 5xx: a write may have happened."""
    error = call.broken(sent=True, detail=str(refusal))
    if isinstance(error, ProviderUnavailable) and refusal.retry_after is not None:
        return RateLimited(call.provider, call.operation, str(refusal), retry_after=refusal.retry_after)
    return error
