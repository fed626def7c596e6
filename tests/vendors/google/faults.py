"""Google's words for what goes wrong on demand."""

from __future__ import annotations

from tests.vendors.common import Answer, Fault, Planned
from tests.vendors.common.faults import wire_answer
from tests.vendors.google.answers import Refused, insufficient_scope

_REFUSALS: dict[Fault, tuple[int, str, str, str]] = {
    Fault.UNAUTHORIZED: (401, "global", "authError", "Invalid Credentials"),
    Fault.RATE_429: (429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    Fault.RATE_403_USER: (403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded"),
    Fault.RATE_403_PROJECT: (403, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    Fault.QUOTA: (403, "usageLimits", "quotaExceeded", "Calendar usage limits exceeded."),
    Fault.API_OFF: (403, "usageLimits", "accessNotConfigured", "Access Not Configured."),
    Fault.FORBIDDEN: (403, "global", "forbidden", "Forbidden"),
    Fault.BAD_REQUEST: (400, "global", "invalid", "Invalid value"),
    Fault.CONFERENCE: (400, "global", "invalid", "Invalid conference type value."),
    Fault.NOT_FOUND: (404, "global", "notFound", "Not Found"),
    Fault.SERVER_ERROR: (500, "global", "backendError", "Backend Error"),
    Fault.SERVER_ERROR_AFTER: (500, "global", "backendError", "Backend Error"),
}


def refusal(planned: Planned) -> Answer:
    """Return the answer that stands in place of the right one."""
    answer = _worded(planned.fault)
    if planned.retry_after is not None:
        answer.headers["Retry-After"] = planned.retry_after
    return answer


def _worded(fault: Fault) -> Answer:
    if fault is Fault.SCOPE:
        return insufficient_scope("calendar.v3").answer
    if fault is Fault.INVALID_GRANT:
        return Answer(
            400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        )
    if fault not in _REFUSALS:
        return wire_answer(fault)
    status, domain, reason, message = _REFUSALS[fault]
    return Refused(status, reason, message, domain=domain).answer
