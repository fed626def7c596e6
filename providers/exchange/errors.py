"""What Exchange's refusals mean.

Decides by the code that Exchange names; where there is none, by the HTTP status. Source: the
ResponseCode pages of the EWS reference.
"""

from __future__ import annotations

from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    EventChanged,
    EventNotFound,
    InvitationsRefused,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from providers.exchange.xml import Refusal
from providers.http import Call

CURSOR_EXPIRED = "ErrorInvalidSyncStateData"
TOO_MANY = frozenset({"ErrorExceededFindCountLimit", "ErrorResultSetTooBig"})

# Said before anything is done: neither is a write.
_BUSY = frozenset(
    {
        "ErrorServerBusy",
        "ErrorExceededConnectionCount",
        "ErrorTooManyObjectsOpened",
        "ErrorInsufficientResources",
    }
)
_AWAY = frozenset({"ErrorMailboxMoveInProgress", "ErrorMailboxStoreUnavailable", "ErrorMailboxFailover"})
_NO_SUCH_ITEM = frozenset(
    {
        "ErrorItemNotFound",
        "ErrorInvalidIdMalformed",
        "ErrorInvalidId",
        "ErrorInvalidIdEmpty",
        "ErrorInvalidIdStoreObjectIdTooLong",
        "ErrorInvalidIdMonikerTooLong",
        "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
        "ErrorCannotUseFolderIdForItemId",
    }
)
_NO_SUCH_CALENDAR = frozenset(
    {
        "ErrorFolderNotFound",
        "ErrorToFolderNotFound",
        "ErrorParentFolderNotFound",
        "ErrorSavedItemFolderNotFound",
        "ErrorSyncFolderNotFound",
        "ErrorInvalidFolderId",
        "ErrorNonExistentMailbox",
        "ErrorMailRecipientNotFound",
        "ErrorInvalidSmtpAddress",
        "ErrorNonPrimarySmtpAddress",
        "ErrorNoCalendar",
        "ErrorCannotCreateCalendarItemInNonCalendarFolder",
        "ErrorCalendarFolderIsInvalidForCalendarView",
    }
)
_NO_RIGHT = frozenset(
    {
        "ErrorAccessDenied",
        "ErrorCreateItemAccessDenied",
        "ErrorImpersonateUserDenied",
        "ErrorImpersonationDenied",
        "ErrorImpersonationFailed",
        "ErrorInvalidExchangeImpersonationHeaderData",
        "ErrorNoFreeBusyAccess",
        "ErrorAccountDisabled",
        "ErrorCannotDeleteObject",
        "ErrorCallerIsInvalidADAccount",
    }
)
_NO_SIGN_IN = frozenset({"ErrorPasswordExpired", "ErrorPasswordChangeRequired"})
_CHANGED = frozenset(
    {
        "ErrorIrresolvableConflict",
        "ErrorStaleObject",
        "ErrorInvalidChangeKey",
        "ErrorChangeKeyRequired",
        "ErrorChangeKeyRequiredForWriteOperations",
    }
)
_NO_INVITATION = frozenset({"ErrorInvalidRecipients", "ErrorSendAsDenied", "ErrorSubmissionQuotaExceeded"})
# Troubles of the server's own, in the midst of whatever it was doing.
_TROUBLE = frozenset(
    {
        "",
        "ErrorInternalServerError",
        "ErrorInternalServerTransientError",
        "ErrorTimeoutExpired",
        "ErrorConnectionFailed",
        "ErrorADUnavailable",
        "ErrorADOperation",
        "ErrorBatchProcessingStopped",
        "ErrorClientDisconnected",
        "ErrorFreeBusyGenerationFailed",
        "ErrorMailboxLogonFailed",
        "ErrorNoRespondingCASInDestinationSite",
        "ErrorNotEnoughMemory",
        "ErrorProxyRequestProcessingFailed",
        "ErrorRequestAborted",
        "Server",
    }
)

_KINDS: tuple[tuple[frozenset[str], type[ProviderError]], ...] = (
    (_AWAY, ProviderUnavailable),
    (_NO_SUCH_CALENDAR, CalendarNotFound),
    (_NO_RIGHT, AccessDenied),
    (_CHANGED, EventChanged),
    (_NO_INVITATION, InvitationsRefused),
)


def general_error(call: Call, refusal: Refusal, *, is_event: bool) -> ProviderError:
    """Return what a code means wherever the operation has no meaning of its own for it."""
    code, said = refusal.code, str(refusal)
    if code in _BUSY:
        return RateLimited(call.provider, call.operation, said, retry_after=refusal.retry_after)
    if code in _NO_SUCH_ITEM:
        return (EventNotFound if is_event else CalendarNotFound)(call.provider, call.operation, said)
    if code in _NO_SIGN_IN:
        return ConnectionExpired(call.provider, call.operation, "the password was refused")
    if code in _TROUBLE:
        return call.fault(said, refusal.retry_after)
    kind = next((kind for codes, kind in _KINDS if code in codes), ProviderError)
    return kind(call.provider, call.operation, said)


def status_error(call: Call, status: int, retry_after: float | None) -> ProviderError:
    """Return what an HTTP status without Exchange's own words means."""
    said = f"HTTP {status}"
    if status == 429 or (status == 503 and retry_after is not None and not call.writes):
        return RateLimited(call.provider, call.operation, said, retry_after=retry_after)
    if status >= 500 or status in (408, 440):  # 440: a front end that shows its own page for signing in
        return call.fault(said, retry_after)
    if status in (401, 403):
        return AccessDenied(call.provider, call.operation, said)
    # What is no answer of Exchange's at all, a hotel's sign-in page say: it may have happened.
    return call.fault(said) if status < 400 else ProviderError(call.provider, call.operation, said)
