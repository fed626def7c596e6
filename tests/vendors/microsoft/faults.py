"""Microsoft's words for what goes wrong on demand, also inside a batch."""

from __future__ import annotations

from tests.vendors.common import Answer, Fault, Planned
from tests.vendors.common.faults import wire_answer
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.entra import refused

_CODES = {
    Fault.UNAUTHORIZED: (401, "InvalidAuthenticationToken"),
    Fault.RATE_429: (429, "ApplicationThrottled"),
    Fault.ACCESS: (403, "ErrorAccessDenied"),
    Fault.BAD_REQUEST: (400, "ErrorInvalidRequest"),
    Fault.NOT_FOUND: (404, "ErrorItemNotFound"),
    Fault.NO_MAILBOX: (404, "MailboxNotEnabledForRESTAPI"),
    Fault.CONFLICT: (412, "ErrorIrresolvableConflict"),
    Fault.SYNC_STATE: (410, "syncStateNotFound"),
    Fault.RESYNC: (410, "resyncRequired"),
    Fault.SERVER_ERROR: (500, "ErrorInternalServerError"),
    Fault.SERVER_ERROR_AFTER: (500, "ErrorInternalServerError"),
}


def refusal(planned: Planned) -> Answer:
    """Return the answer that stands in place of the right one."""
    if planned.fault is Fault.AADSTS:
        return refused(int(planned.code or 50173))
    if planned.fault in _CODES:
        status, code = _CODES[planned.fault]
        return Refused(status, str(planned.code or code), retry_after=planned.retry_after).answer
    answer = wire_answer(planned.fault)
    if planned.retry_after is not None:
        answer.headers["Retry-After"] = planned.retry_after
    return answer
