"""Say what the refusals of Graph and of Entra mean, and in words what Entra's ask of people.

Decides the ProviderError for every status and code of Graph; the code decides before the status, because
404 is also what Graph says of a mailbox that is switched off. Of Entra the OAuth error decides; its
numbers, which may change, only explain whose matter it is: the owner's, an administrator's, or whoever's
set the bridge up. Keeps nothing of a text but the vendor's own code. Sources:
learn.microsoft.com/graph/errors, /graph/throttling-limits,
/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    ConsentDenied,
    ConsentMismatch,
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

# Some of these are 404: read as a missing event, a switched-off mailbox would look like deleted bookings.
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
# Told as 400, meant as 404: what cannot even be an id names nothing.
_NO_SUCH_ID = frozenset({"ErrorInvalidIdMalformed", "ErrorInvalidId", "ErrorInvalidIdEmpty"})
_ABOUT_EVENTS = frozenset({"read_event", "move_event", "amend_event", "add_conference", "cancel_event"})
# Whatever else stands in its place is text, and text may hold names.
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
    # 509 is about bandwidth (graph/errors).
    if status in (429, 509):
        return RateLimited(call.provider, call.operation, str(refusal), retry_after=refusal.retry_after)
    if code in _NO_MAILBOX:
        return AccessDenied(call.provider, call.operation, f"{refusal}: {_NO_MAILBOX[code]}")
    if code in _BUSY_MAILBOX or status >= 500 or status == 408:
        return call.fault(str(refusal), refusal.retry_after)
    if code in _NO_SUCH_ID or status in (404, 410):
        kind = EventNotFound if call.operation in _ABOUT_EVENTS else CalendarNotFound
        return kind(call.provider, call.operation, str(refusal))
    # The code is also told, by users' reports, where nobody changed anything.
    if call.operation in _ABOUT_EVENTS and (status == 412 or code == CONFLICT):
        return EventChanged(call.provider, call.operation, str(refusal))
    if status in (401, 403):
        return AccessDenied(call.provider, call.operation, str(refusal))
    # A conflict that names no cause, and what is no answer of Graph's at all: it may have happened.
    if status == 409 or status < 400:
        return call.fault(str(refusal))
    return ProviderError(call.provider, call.operation, str(refusal))


# The owner can mend these by signing in again; whatever else is refused is the application's fault.
_OWNERS_MATTER = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_PASSING = frozenset({"temporarily_unavailable", "server_error"})

Result = Mapping[str, Any]


def refused_consent(call: Call, result: Result) -> ProviderError:
    """Return the meaning of an error on the consent page or for its code."""
    error, text = result["error"], sentence(result)
    if error == "access_denied":
        return ConsentDenied(call.provider, call.operation, text)
    if error == "invalid_grant" and not _says_more(result):
        return ConsentMismatch(call.provider, call.operation, text)
    return refused_application(call, result)


def _says_more(result: Result) -> bool:
    """Tell whether invalid_grant is about the account and not about the code."""
    # These are of the code and its verifier: used before, too old, begun elsewhere.
    return not set(codes(result)) <= {54005, 501481, 70008, 70000, 9002313}


def refused_refresh(call: Call, result: Result) -> ProviderError:
    """Return the meaning of a refused refresh."""
    if result["error"] in _OWNERS_MATTER and not LATER & set(codes(result)):
        return ConnectionExpired(call.provider, call.operation, sentence(result))
    return refused_application(call, result)


def refused_application(call: Call, result: Result) -> ProviderError:
    """Return the meaning of what is no fault of the account's owner."""
    if result["error"] in _PASSING or LATER & set(codes(result)):
        return ProviderUnavailable(call.provider, call.operation, sentence(result))
    return AccessDenied(call.provider, call.operation, sentence(result))


_AADSTS = re.compile(r"AADSTS(\d{4,8})")

_ = str  # marks a text for the catalogues

_MORE_PROOF = _(
    "Microsoft wants a second proof of identity: please connect the account again and confirm it."
)
_POLICY = _(
    "The company's sign-in rules (conditional access) do not allow this: ask the administrator to allow"
    " the calendar bridge, then connect the account again."
)
_ADMIN = _(
    "An administrator of the company must approve the calendar bridge first, by the link that stands on"
    " the page of connections; then connect the account again."
)

# Numbers from reference-error-codes: without a sentence, owners would read no more than "invalid_grant".
SENTENCES: dict[int, str] = {
    50173: _("The password was changed or access was withdrawn. Please connect the account again."),
    700082: _("The account was not used for too long. Please connect the account again."),
    70008: _("The permission has expired. Please connect the account again."),
    70043: _("The company lets sign-ins last only for a while. Please connect the account again."),
    700084: _("The permission has expired. Please connect the account again."),
    70000: _("The permission is no longer valid. Please connect the account again."),
    50132: _("The password was changed or access was withdrawn. Please connect the account again."),
    50133: _("The password was changed. Please connect the account again."),
    54005: _("This sign-in was used already. Please start it again."),
    501481: _("This sign-in was begun in another place. Please start it again."),
    50076: _MORE_PROOF,
    50078: _MORE_PROOF,
    50079: _("The account must set up a second proof of identity first; then connect it again."),
    50074: _MORE_PROOF,
    53000: _POLICY,
    53001: _POLICY,
    53002: _POLICY,
    53003: _POLICY,
    53004: _("The account must set up a second proof of identity first; then connect it again."),
    65001: _("The bridge has no permission for this account. Please connect the account again."),
    65004: _("The permission was declined. Connect the account again and accept it."),
    65005: _("The registered application lacks the permission Calendars.ReadWrite: add it in Entra."),
    90094: _ADMIN,
    90095: _ADMIN,
    90093: _ADMIN,
    50020: _("This account is of another company or kind than the bridge is set up for (`tenant`)."),
    50034: _("There is no such account in this company."),
    50057: _("The account is disabled. Ask the company's administrator."),
    50053: _("The account is locked after too many attempts. Wait a while, then connect it again."),
    50055: _("The password has expired. Set a new one, then connect the account again."),
    50105: _(
        "The account is not assigned to the bridge: an administrator must add it under Enterprise "
        "applications."
    ),
    50011: _(
        "The redirect address is not registered: add the bridge's callback address to the application in "
        "Entra."
    ),
    50194: _('The application is for one tenant only: set `tenant` to its id instead of "common".'),
    90002: _("There is no such tenant: check `tenant` in the configuration."),
    900023: _("There is no such tenant: check `tenant` in the configuration."),
    700016: _("Entra does not know this application in this tenant: check `client_id` and `tenant`."),
    7000215: _(
        "The bridge's client secret is wrong (perhaps its id was used instead of its value): create a new "
        "one in Entra and put it into the configuration."
    ),
    7000222: _(
        "The bridge's client secret is expired: create a new one in Entra and put it into the configuration."
    ),
    7000218: _(
        "The bridge's client secret is missing: create a new one in Entra and put it into the configuration."
    ),
    7000112: _("The application is disabled in this tenant. Ask the company's administrator."),
    50196: _("Microsoft was asked too often. It is asked again later."),
    90033: _("Microsoft's sign-in is not available at the moment."),
}

# Entra saw a loop of requests from us: the consent is not at fault, so nobody need connect anew.
LOOP = 50196
LATER = frozenset({LOOP, 90033})


def codes(answer: Mapping[str, Any]) -> Iterator[int]:
    """Return the AADSTS numbers in an answer, the most telling first."""
    listed = answer.get("error_codes")
    for code in listed if isinstance(listed, list) else ():
        if isinstance(code, int):
            yield code
    # The consent page's answer has no error_codes: there the number stands in the text alone.
    for code in _AADSTS.findall(str(answer.get("error_description", ""))):
        yield int(code)


def sentence(answer: Mapping[str, Any]) -> str:
    """Return what somebody must do, and Entra's number for who wants to look it up."""
    found = list(dict.fromkeys(codes(answer)))
    for code in found:
        if code in SENTENCES:
            return f"{SENTENCES[code]} (AADSTS{code})"
    number = f" (AADSTS{found[0]})" if found else ""
    return f"Microsoft refused the sign-in: {_word(answer.get('error'))}{number}"


def _word(error: Any) -> str:
    """Return an OAuth error word, nothing else that might stand there."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,40}", error) else "unknown reason"
