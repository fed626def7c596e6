"""Ask when colleagues and rooms are busy, seen through another account.

Decides how getSchedule is cut to its limits. It tells no all-day flag and no ids: whole days block under
every policy, and an event is left out by its time. An error for one address, a missing one, or items that
contradict the view beside them make it unknown. Source: learn.microsoft.com/graph/api/calendar-getschedule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from providers.answers import member
from providers.base import BusyAnswer, BusyQuery, Interval
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.http import Call
from providers.intervals import busy_answer
from providers.microsoft.client import Answer, Client, Question
from providers.microsoft.json import interval_of, named_status, utc_moment
from providers.microsoft.zones import UTC_ZONE
from providers.times import pieces

SCHEDULE = "schedule:"
ADDRESSES_A_QUESTION = 20
DAYS_A_QUESTION = 60  # 62 are refused
_VIEW_MINUTES = 30  # of the view beside the items; a window must not be shorter

_UNKNOWN_ADDRESS = frozenset({"ErrorMailRecipientNotFound", "ErrorInvalidSmtpAddress"})
_NO_ACCESS = frozenset({"ErrorNoFreeBusyAccess", "ErrorAccessDenied"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of somebody's time with the status it is shown as."""

    status: str
    interval: Interval


Found = list[Taken] | ProviderError


@dataclass(frozen=True, slots=True)
class Chunk:
    """The addresses that one question is about."""

    addresses: tuple[str, ...]
    question: Question


def chunks(client: Client, addresses: Sequence[str], window: Interval) -> Iterator[Chunk]:
    """Return the questions that cover all addresses and the whole window."""
    for first in range(0, len(addresses), ADDRESSES_A_QUESTION):
        some = tuple(addresses[first : first + ADDRESSES_A_QUESTION])
        for piece in pieces(window, DAYS_A_QUESTION):
            # A window shorter than the interval is refused, by users' reports.
            end = max(piece.end, piece.start + timedelta(minutes=_VIEW_MINUTES))
            body = {
                "schedules": list(some),
                "startTime": utc_moment(piece.start),
                "endTime": utc_moment(end),
                "availabilityViewInterval": _VIEW_MINUTES,
            }
            yield Chunk(some, Question("POST", f"{client.base}/calendar/getSchedule", body=body))


def read(call: Call, chunk: Chunk, outcome: Answer | ProviderError) -> Mapping[str, Found]:
    """Return what is known of each address."""
    if isinstance(outcome, ProviderError):
        return dict.fromkeys(chunk.addresses, outcome)
    try:
        listed = member(call, outcome.body, "value", list)
    except UnexpectedResponse as error:
        return dict.fromkeys(chunk.addresses, error)
    # Addresses come back in the spelling Exchange keeps.
    given = {str(each.get("scheduleId")).casefold(): each for each in listed if isinstance(each, Mapping)}
    return {address: _schedule(call, given.get(address.casefold())) for address in chunk.addresses}


def _schedule(call: Call, given: Any) -> Found:
    # The 200 is of the question; each address fails by itself inside it.
    if isinstance(given, Mapping) and given.get("error") is not None:
        return _schedule_error(call, given["error"])
    try:
        items = member(call, given, "scheduleItems", list)
        if not items and str(given.get("availabilityView") or "").strip("0"):
            raise call.unexpected("scheduleItems")
        return [_taken(call, item) for item in items]
    except UnexpectedResponse as error:
        return error


def _taken(call: Call, item: Any) -> Taken:
    interval = interval_of(call, item, UTC_ZONE) if isinstance(item, Mapping) else None
    if interval is None:
        raise call.unexpected("scheduleItems")
    return Taken(named_status(item.get("status")), interval)


def _schedule_error(call: Call, error: Any) -> ProviderError:
    code = error.get("responseCode") if isinstance(error, Mapping) else None
    if code in _UNKNOWN_ADDRESS:
        return CalendarNotFound(call.provider, call.operation, str(code))
    if code in _NO_ACCESS:
        return AccessDenied(call.provider, call.operation, str(code))
    return ProviderUnavailable(call.provider, call.operation, "error for this schedule")


def answer(query: BusyQuery, found: Found, window: Interval) -> BusyAnswer:
    """Return the time that counts as busy under the query's policy."""
    if isinstance(found, ProviderError):
        return found
    busy = [each.interval for each in found if each.status in query.policy.statuses]
    # Items have no ids: of several at the very time one is the event left out, the others still count.
    if query.without_at in busy:
        busy.remove(query.without_at)
    return busy_answer(busy, window)
