"""Judge from an event's own members whether it takes its host's time.

Decides what counts as busy (behaviour.md 3). What it does not know blocks. Reads no title. Source:
learn.microsoft.com, resource type event: showAs, isCancelled, responseStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.base import AllDay, BusyPolicy, EventRef

_DEFAULT_POLICY = BusyPolicy()
# Samples of getSchedule write "Busy" where its reference writes "busy".
_STATUSES = {
    each.casefold(): each for each in ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
}


def named_status(shown: Any) -> str:
    """Return a status as the policy spells it; what is none of the documented words is `unknown`."""
    return _STATUSES.get(shown.casefold(), "unknown") if isinstance(shown, str) else "unknown"


def status_of(item: Mapping[str, Any]) -> str:
    """Return the event's status; `free` is also what was cancelled or declined."""
    answer = item.get("responseStatus")
    declined = isinstance(answer, Mapping) and answer.get("response") == "declined"
    if declined or item.get("isCancelled") is True:
        return "free"
    return named_status(item.get("showAs"))


def blocks(item: Mapping[str, Any], policy: BusyPolicy) -> bool:
    """Tell whether the event blocks its time under a host's policy."""
    status = status_of(item)
    if item.get("isAllDay") is True:
        if policy.all_day_events is AllDay.IGNORE:
            return False
        if policy.all_day_events is AllDay.OUT_OF_OFFICE_ONLY and status != "oof":
            return False
    return status in policy.statuses


def blocks_by_default(item: Mapping[str, Any]) -> bool:
    """Tell whether the event blocks its time for a host who set nothing."""
    return blocks(item, _DEFAULT_POLICY)


def is_same_event(item: Mapping[str, Any], ref: EventRef | None) -> bool:
    """Tell whether the item is the event meant, by id, or by UID (a colleague's copy has its own id)."""
    if ref is None:
        return False
    return item.get("id") == ref.event_id or (
        ref.ical_uid is not None and item.get("iCalUId") == ref.ical_uid
    )
