"""What goes wrong on demand.

A fault is laid in wait for the next requests of an operation ("events.insert", "freebusy.query", "token",
"revoke", ... or any), and strikes once or as often as said.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from tests.vendors.google.answers import Answer, Refused, insufficient_scope, page


class Fault(StrEnum):
    """How a request fails. `*_AFTER` and TRUNCATE strike after the write was done, all others before."""

    UNAUTHORIZED = "unauthorized"  # 401 authError
    RATE_429 = "rate_429"  # 429 rateLimitExceeded
    RATE_403_USER = "rate_403_user"  # 403 userRateLimitExceeded
    RATE_403_PROJECT = "rate_403_project"  # 403 rateLimitExceeded
    QUOTA = "quota"  # 403 quotaExceeded "Calendar usage limits exceeded."
    SCOPE = "scope"  # 403 insufficientPermissions
    FORBIDDEN = "forbidden"  # 403 forbidden
    BAD_REQUEST = "bad_request"  # 400 invalid
    CONFERENCE = "conference"  # 400 "Invalid conference type value."
    NOT_FOUND = "not_found"  # 404 notFound
    SERVER_ERROR = "server_error"  # 500 backendError
    SERVER_ERROR_AFTER = "server_error_after"
    UNAVAILABLE = "unavailable"  # 503 in HTML, as front ends send it
    HANG = "hang"  # nothing is done and nothing answered
    HANG_AFTER = "hang_after"
    DROP = "drop"  # the connection ends
    DROP_AFTER = "drop_after"
    CLOSE = "close"  # the write is done, the connection ends, and no other is taken from now on
    TRUNCATE = "truncate"  # half the body, then the connection ends
    GARBAGE = "garbage"  # 200 with a body that is no JSON; nothing is done
    TRICKLE = "trickle"  # the answer comes a byte at a time; see `seconds`
    REDIRECT = "redirect"  # 302 to a sign-in page, as a hotel's network does
    INVALID_GRANT = "invalid_grant"  # token endpoint: 400


@dataclass(slots=True)
class Planned:
    """A fault in wait; `times` is None for always.

    `seconds` is how long it hangs, or the pause between two bytes of a trickle.
    """

    fault: Fault
    operation: str | None
    times: int | None
    retry_after: str | None
    seconds: float


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

    def strike(self, operation: str) -> Planned | None:
        """Return the fault that this request shall meet."""
        with self._lock:
            for planned in self._planned:
                if planned.operation not in (None, operation):
                    continue
                if planned.times is not None:
                    planned.times -= 1
                    if planned.times == 0:
                        self._planned.remove(planned)
                return planned
        return None


AFTER = (
    Fault.SERVER_ERROR_AFTER,
    Fault.HANG_AFTER,
    Fault.DROP_AFTER,
    Fault.CLOSE,
    Fault.TRUNCATE,
    Fault.TRICKLE,
)

_REFUSALS: dict[Fault, tuple[int, str, str, str]] = {
    Fault.UNAUTHORIZED: (401, "global", "authError", "Invalid Credentials"),
    Fault.RATE_429: (429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    Fault.RATE_403_USER: (403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded"),
    Fault.RATE_403_PROJECT: (403, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    Fault.QUOTA: (403, "usageLimits", "quotaExceeded", "Calendar usage limits exceeded."),
    Fault.FORBIDDEN: (403, "global", "forbidden", "Forbidden"),
    Fault.BAD_REQUEST: (400, "global", "invalid", "Invalid value"),
    Fault.CONFERENCE: (400, "global", "invalid", "Invalid conference type value."),
    Fault.NOT_FOUND: (404, "global", "notFound", "Not Found"),
    Fault.SERVER_ERROR: (500, "global", "backendError", "Backend Error"),
    Fault.SERVER_ERROR_AFTER: (500, "global", "backendError", "Backend Error"),
}


def refused(planned: Planned, stopping: threading.Event) -> Answer | None:
    """Return the answer that stands in place of the right one; None ends the connection."""
    fault = planned.fault
    if fault in (Fault.HANG, Fault.HANG_AFTER):
        stopping.wait(planned.seconds)
        return None
    if fault in (Fault.DROP, Fault.DROP_AFTER, Fault.CLOSE):
        return None
    answer = _whole(fault)
    if planned.retry_after is not None:
        answer.headers["Retry-After"] = planned.retry_after
    return answer


def _whole(fault: Fault) -> Answer:
    if fault is Fault.GARBAGE:
        return Answer(200, content=b"<<< this is no JSON", headers={"Content-Type": "application/json"})
    if fault is Fault.UNAVAILABLE:
        return page("Error 503 (Service Unavailable)!!1", "<p>Try again in 30 seconds.</p>", 503)
    if fault is Fault.REDIRECT:
        return Answer(302, headers={"Location": "http://127.0.0.1:9/sign-in"}, content=b"")
    if fault is Fault.SCOPE:
        return insufficient_scope("calendar.v3").answer
    if fault is Fault.INVALID_GRANT:
        return Answer(
            400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        )
    status, domain, reason, message = _REFUSALS[fault]
    return Refused(status, reason, message, domain=domain).answer
