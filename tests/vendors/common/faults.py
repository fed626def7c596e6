"""What goes wrong on demand.

A fault is laid in wait for the next requests of an operation (as the fake names them, or any), and strikes
once or as often as said.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tests.vendors.common.answers import Answer, page


class Fault(StrEnum):
    """How a request fails. `*_AFTER`, TRUNCATE and TRICKLE strike after it was done, all others before.

    The wire's own every fake knows; the refusals only those whose `refusal` words them.
    """

    HANG = "hang"  # nothing is done and nothing answered
    HANG_AFTER = "hang_after"
    DROP = "drop"  # the connection ends
    DROP_AFTER = "drop_after"
    RESET = "reset"  # the connection is reset (RST)
    CLOSE = "close"  # it is done, the connection ends, and no other is taken from now on
    TRUNCATE = "truncate"  # half the body, then the connection ends
    TRICKLE = "trickle"  # the answer comes a byte at a time; see `seconds`
    GARBAGE = "garbage"  # 200 with a body that is no JSON; nothing is done
    EMPTY = "empty"  # 200 with {}; nothing is done
    REDIRECT = "redirect"  # 302 to a sign-in page, as a hotel's network does
    UNAVAILABLE = "unavailable"  # 503 in HTML, as front ends send it

    UNAUTHORIZED = "unauthorized"  # 401
    RATE_429 = "rate_429"  # 429, with `retry_after`
    FORBIDDEN = "forbidden"  # 403: this account may not
    BAD_REQUEST = "bad_request"  # 400
    NOT_FOUND = "not_found"  # 404
    SERVER_ERROR = "server_error"  # 500
    SERVER_ERROR_AFTER = "server_error_after"

    RATE_403_USER = "rate_403_user"  # Google: 403 userRateLimitExceeded
    RATE_403_PROJECT = "rate_403_project"  # Google: 403 rateLimitExceeded
    QUOTA = "quota"  # Google: 403 quotaExceeded "Calendar usage limits exceeded."
    API_OFF = "api_off"  # Google: 403 accessNotConfigured
    SCOPE = "scope"  # Google: 403 insufficientPermissions
    CONFERENCE = "conference"  # Google: 400 "Invalid conference type value."
    INVALID_GRANT = "invalid_grant"  # Google's token endpoint: 400
    ACCESS = "access"  # Microsoft: 403 ErrorAccessDenied
    NO_MAILBOX = "no_mailbox"  # Microsoft: 404 MailboxNotEnabledForRESTAPI
    CONFLICT = "conflict"  # Microsoft: 412 ErrorIrresolvableConflict
    SYNC_STATE = "sync_state"  # Microsoft: 410 syncStateNotFound
    RESYNC = "resync"  # Microsoft: 410 resyncRequired
    BUSY = "busy"  # Exchange: 500 ErrorServerBusy, with `retry_after` in milliseconds
    AADSTS = "aadsts"  # Microsoft's token endpoint: 400 with the AADSTS number in `code`


HANGS = frozenset({Fault.HANG, Fault.HANG_AFTER})
ENDS = frozenset({Fault.DROP, Fault.DROP_AFTER, Fault.RESET, Fault.CLOSE})
GARBLES = frozenset({Fault.TRUNCATE, Fault.TRICKLE})
AFTER = GARBLES | {Fault.SERVER_ERROR_AFTER, Fault.HANG_AFTER, Fault.DROP_AFTER, Fault.CLOSE}


@dataclass(slots=True)
class Planned:
    """A fault in wait; `times` is None for always, `code` another code to answer with.

    `operation` is one, several, or None for any; once it strikes, the one it struck.
    `seconds` is how long it hangs, or waits between bytes. `account` spares others, `after` the first ones.
    """

    fault: Fault
    operation: str | Collection[str] | None = None
    times: int | None = 1
    retry_after: str | None = None
    seconds: float = 30.0
    code: int | str | None = None
    account: str | None = None
    after: int = 0

    def is_meant(self, operation: str, account: str | None) -> bool:
        """Tell whether it waits for such a request."""
        wanted = self.operation
        if wanted is not None and not isinstance(wanted, str):
            return operation in wanted and self.account in (None, account)
        return wanted in (None, operation) and self.account in (None, account)


class Faults:
    """The faults in wait, first come first struck."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._lock = threading.Lock()

    def plan(self, planned: Planned) -> None:
        """Lay a fault in wait."""
        with self._lock:
            self._planned.append(planned)

    def clear(self) -> None:
        """Call all off."""
        with self._lock:
            self._planned.clear()

    def strike(self, operation: str, account: str | None = None) -> Planned | None:
        """Return the fault that this request shall meet."""
        with self._lock:
            for planned in self._planned:
                if not planned.is_meant(operation, account):
                    continue
                if planned.after > 0:
                    planned.after -= 1
                    continue
                if planned.times is not None:
                    planned.times -= 1
                    if planned.times == 0:
                        self._planned.remove(planned)
                return planned
        return None


def wire_answer(fault: Fault) -> Answer:
    """Return the answer of what stands between a client and any vendor. ValueError: the vendor words it."""
    if fault is Fault.GARBAGE:
        return Answer(200, content=b"<<< this is no JSON", headers={"Content-Type": "application/json"})
    if fault is Fault.EMPTY:
        return Answer(200, {})
    if fault is Fault.REDIRECT:
        return Answer(302, headers={"Location": "http://127.0.0.1:9/sign-in"}, content=b"")
    if fault is Fault.UNAVAILABLE:
        return page("503 Service Unavailable", "<p>Try again in 30 seconds.</p>", 503)
    raise ValueError(f"this fake has no words for {fault}")
