"""What goes wrong on demand.

A fault is laid in wait for the next requests of an operation ("calendarView", "events.create", "token", ...
or any, also inside a batch), and strikes once or as often as said.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from tests.vendors.microsoft.answers import Answer, Refused
from tests.vendors.microsoft.entra import refused


class Fault(StrEnum):
    """How a request fails. `*_AFTER` and TRUNCATE strike after the write was done, all others before."""

    UNAUTHORIZED = "unauthorized"  # 401 InvalidAuthenticationToken
    RATE_429 = "rate_429"  # 429 ApplicationThrottled
    ACCESS = "access"  # 403 ErrorAccessDenied
    BAD_REQUEST = "bad_request"  # 400 ErrorInvalidRequest
    NOT_FOUND = "not_found"  # 404 ErrorItemNotFound
    NO_MAILBOX = "no_mailbox"  # 404 MailboxNotEnabledForRESTAPI
    CONFLICT = "conflict"  # 412 ErrorIrresolvableConflict
    SYNC_STATE = "sync_state"  # 410 syncStateNotFound
    RESYNC = "resync"  # 410 resyncRequired
    SERVER_ERROR = "server_error"  # 500
    SERVER_ERROR_AFTER = "server_error_after"
    UNAVAILABLE = "unavailable"  # 503 in HTML, as front ends send it
    HANG = "hang"  # nothing is done and nothing answered
    HANG_AFTER = "hang_after"
    DROP = "drop"  # the connection ends
    DROP_AFTER = "drop_after"
    TRUNCATE = "truncate"  # half the body, then the connection ends
    GARBAGE = "garbage"  # 200 with a body that is no JSON; nothing is done
    EMPTY = "empty"  # 200 with {}; nothing is done
    TRICKLE = "trickle"  # the answer comes a byte at a time; see `seconds`
    REDIRECT = "redirect"  # 302 to a sign-in page, as a hotel's network does
    AADSTS = "aadsts"  # token endpoint: 400 with the AADSTS number in `code`


AFTER = frozenset(
    {Fault.SERVER_ERROR_AFTER, Fault.HANG_AFTER, Fault.DROP_AFTER, Fault.TRUNCATE, Fault.TRICKLE}
)
HANGS = frozenset({Fault.HANG, Fault.HANG_AFTER})
DROPS = frozenset({Fault.DROP, Fault.DROP_AFTER})

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


@dataclass(slots=True)
class Planned:
    """A fault in wait; `times` is None for always, `code` an AADSTS number or another code to answer with.

    `seconds` is how long it hangs, or waits between bytes. `mailbox` spares others, `after` the first ones.
    """

    fault: Fault
    operation: str | None = None
    times: int | None = 1
    retry_after: str | None = None
    seconds: float = 30.0
    code: int | str | None = None
    mailbox: str | None = None
    after: int = 0


def answer_of(planned: Planned) -> Answer:
    """Return the answer by which a fault shows, for those that have one."""
    if planned.fault is Fault.GARBAGE:
        return Answer(200, content=b"<html>not what you think", headers={"Content-Type": "application/json"})
    if planned.fault is Fault.EMPTY:
        return Answer(200, {})
    if planned.fault is Fault.AADSTS:
        return refused(int(planned.code or 50173))
    if planned.fault is Fault.REDIRECT:
        return Answer(302, headers={"Location": "https://hotel.example.com/login"}, content=b"")
    if planned.fault in _CODES:
        status, code = _CODES[planned.fault]
        return Refused(status, str(planned.code or code), retry_after=planned.retry_after).answer
    headers = {"Content-Type": "text/html"}
    if planned.retry_after is not None:
        headers["Retry-After"] = planned.retry_after
    return Answer(503, content=b"<h1>Service Unavailable</h1>", headers=headers)


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

    def strike(self, operation: str, mailbox: str | None = None) -> Planned | None:
        """Return the fault that this request shall meet."""
        with self._lock:
            for planned in self._planned:
                if planned.operation not in (None, operation) or planned.mailbox not in (None, mailbox):
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
