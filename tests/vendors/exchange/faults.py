"""Exchange's words for what goes wrong on demand."""

from __future__ import annotations

from tests.vendors.common import Answer, Fault, Planned
from tests.vendors.common.faults import wire_answer
from tests.vendors.exchange.soap import Failed, failure, fault, m, wrapped

_MESSAGES = {
    Fault.ACCESS: "ErrorAccessDenied",
    Fault.CONFLICT: "ErrorIrresolvableConflict",
    Fault.NOT_FOUND: "ErrorItemNotFound",
    Fault.SYNC_STATE: "ErrorInvalidSyncStateData",
    Fault.NO_MAILBOX: "ErrorMailboxStoreUnavailable",
    Fault.QUOTA: "ErrorQuotaExceeded",
}
_FAULTS = {
    Fault.BAD_REQUEST: "ErrorSchemaValidation",
    Fault.SERVER_ERROR: "ErrorInternalServerError",
    Fault.SERVER_ERROR_AFTER: "ErrorInternalServerError",
}
_STATUSES = {Fault.RATE_429: 429, Fault.FORBIDDEN: 403}
_BACK_OFF = 2500  # milliseconds


def refusal(product: str, planned: Planned) -> Answer:
    """Return the answer that stands in place of the right one; `planned` names the operation it strikes."""
    if planned.fault in _MESSAGES:
        return wrapped(
            product, _failed(str(planned.operation), str(planned.code or _MESSAGES[planned.fault]))
        )
    if planned.fault in _FAULTS:
        return fault(str(planned.code or _FAULTS[planned.fault]))
    if planned.fault is Fault.BUSY:
        text = "The server cannot service this request right now. Try again later."
        return fault("ErrorServerBusy", text, back_off=int(planned.retry_after or _BACK_OFF))
    if planned.fault is Fault.EMPTY:
        return wrapped(product, m(f"{planned.operation}Response", m("ResponseMessages")))
    answer = _of_the_front_end(planned.fault)
    if planned.retry_after is not None:
        answer.headers["Retry-After"] = planned.retry_after
    return answer


def _of_the_front_end(struck: Fault) -> Answer:
    """Return an answer by what stands before Exchange, or by its web server."""
    if struck is Fault.GARBAGE:
        return Answer(200, headers={"Content-Type": "text/xml"}, content=b"<s:Envelope <<< this is no XML")
    if struck is Fault.UNAUTHORIZED:
        return Answer(401, headers={"WWW-Authenticate": 'NTLM, Basic realm="mail"'}, content=b"")
    if struck in _STATUSES:
        return Answer(_STATUSES[struck], content=b"")
    return wire_answer(struck)


def _failed(operation: str, code: str) -> object:
    """Return the answer in which every part has failed with a code."""
    failed = Failed(code)
    if operation == "GetUserAvailability":
        texts = (m("MessageText", failed.text), m("ResponseCode", code))
        told = m("FreeBusyResponse", m("ResponseMessage", *texts, ResponseClass="Error"))
        return m("GetUserAvailabilityResponse", m("FreeBusyResponseArray", told))
    return m(f"{operation}Response", m("ResponseMessages", failure(operation, failed)))
