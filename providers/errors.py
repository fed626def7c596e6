"""What can go wrong between the bridge and a calendar.

ProviderError            provider, operation; itself: a refusal that is none of these (400, say)
+- ProviderUnavailable   time-out, DNS, 5xx, a body that is no JSON, a full call pool
|  +- RateLimited        429, Google's 403 usageLimits; retry_after in seconds or None
|  +- NoTimeLeft         nobody was asked: the deadline was over
+- EndlessAnswer         one question had so many answers, or so large, that no end was in sight
+- WriteUnknown          a write timed out or its answer was lost
+- ConnectionExpired     refresh refused or consent revoked: the owner must reconnect
+- AccessDenied          403 that is not quota: missing scope, calendar no longer shared
+- CalendarNotFound      404, or a per-calendar error inside a 200
+- EventNotFound         404/410 on an event: on cancel, done
+- EventExists           409 / duplicate transaction: carries the event found
+- EventChanged          412: somebody changed the event since it was read
+- ConferenceUnavailable this calendar cannot make the meeting link asked for
+- InvitationsRefused    the vendor lets this account invite nobody (now): ask again without attendees
+- ConsentDenied         the account's owner said no on the vendor's page
+- ConsentMismatch       the vendor's answer does not belong to this sign-in, came too late or twice
+- UnexpectedResponse    a 2xx whose JSON is not the documented shape; keeps status and field, never the body

Callers branch on the kind. WriteUnknown alone leaves open whether a write happened, and the same request may
be made again under its key; after all others it did not. What is unavailable may answer later; after the
rest something must change first: the request, the calendar, a person's mind.

A message names the provider and the operation, never a token, a title, a name or a vendor's body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.base import Event


class ProviderError(Exception):
    """Base of everything a provider raises on purpose."""

    def __init__(self, provider: str, operation: str, detail: str = "") -> None:
        self.provider = provider
        self.operation = operation
        self.detail = detail
        super().__init__(f"{provider}: {operation}: {detail or type(self).__name__}")


class ProviderUnavailable(ProviderError):
    """The calendar did not answer usefully in time; asking again later may help."""


class RateLimited(ProviderUnavailable):
    """The vendor asked for patience; `retry_after` is in seconds, None when it did not say."""

    def __init__(
        self, provider: str, operation: str, detail: str = "", *, retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(provider, operation, detail)


class NoTimeLeft(ProviderUnavailable):
    """Nobody was asked, since no time was left; it says nothing of the vendor."""

    def __init__(self, provider: str, operation: str) -> None:
        super().__init__(provider, operation, "no time left")


# Not asked again: Graph's delta has paged on for ever by report (msgraph-sdk-dotnet #3070, #3082).
class EndlessAnswer(ProviderError):
    """One question has taken more answers, or more bytes, than any calendar holds."""


# Google's event id and Graph's transactionId make a repeat find the first write, not add another.
class WriteUnknown(ProviderError):
    """A write may or may not have reached the calendar; only reading tells."""


class ConnectionExpired(ProviderError):
    """The account's consent is gone; its owner must connect it again."""


class AccessDenied(ProviderError):
    """The account may not do this: a scope is missing or the calendar is no longer shared."""


class CalendarNotFound(ProviderError):
    """The account has no such calendar, or cannot see it."""


class EventNotFound(ProviderError):
    """The calendar holds no such event (any more)."""


class EventExists(ProviderError):
    """The event id or key is taken; `event` is what holds it, None when it could not be read."""

    def __init__(
        self, provider: str, operation: str, detail: str = "", *, event: Event | None = None
    ) -> None:
        self.event = event
        super().__init__(provider, operation, detail)


class EventChanged(ProviderError):
    """The event is not as it was when its etag was read."""


# Apart from other refusals, as the next one is: a booking without its link is better than no booking.
class ConferenceUnavailable(ProviderError):
    """This calendar cannot make the meeting link; the event was not created."""


class InvitationsRefused(ProviderError):
    """The vendor lets this account invite nobody (now); the event was not created."""


class ConsentDenied(ProviderError):
    """The account's owner said no on the vendor's page."""


class ConsentMismatch(ProviderError):
    """The vendor's answer does not belong to the sign-in that was begun, came too late or twice."""


class UnexpectedResponse(ProviderError):
    """A 2xx answer without the documented shape; `status` and `field` say where, the body is not kept."""

    def __init__(self, provider: str, operation: str, *, status: int, field: str) -> None:
        # The body stays out: it may hold titles and guests, and errors end in logs.
        self.status = status
        self.field = field
        super().__init__(provider, operation, f"HTTP {status} without a usable {field}")
