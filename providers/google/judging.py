"""Judge from an event's own members whether it takes its host's time.

Decides what counts as busy where Google's free/busy answer is not enough (behaviour.md 3). What it does
not know blocks. Reads no title. Source: schema Event of the discovery document, guides/calendar-status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.base import AllDay, BusyPolicy, EventRef

JUDGED_FIELDS = (
    "id,iCalUID,status,transparency,eventType,workingLocationProperties/type,start,end,"
    "attendees(self,responseStatus)"
)
_DEFAULT_POLICY = BusyPolicy()
_BUSY_TYPES = frozenset({"default", "focusTime", "fromGmail", "birthday"})


def status_of(item: Mapping[str, Any]) -> str:
    """Return the event's status in Graph's words; `free` is also what was cancelled or declined."""
    answer = _own_answer(item)
    kind = item.get("eventType", "default")
    if item.get("status") == "cancelled" or answer == "declined":
        return "free"
    if kind == "workingLocation":  # always transparent; being at the office is no news
        return "free" if _is_office(item) else "workingElsewhere"
    if item.get("transparency") == "transparent":
        return "free"
    if kind == "outOfOffice":
        return "oof"
    # An invitation not answered yet is tentative, as Outlook shows it.
    if item.get("status") == "tentative" or answer in ("tentative", "needsAction"):
        return "tentative"
    return "busy" if kind in _BUSY_TYPES else "unknown"


def _own_answer(item: Mapping[str, Any]) -> Any:
    attendees = item.get("attendees")
    for attendee in attendees if isinstance(attendees, list) else ():
        if isinstance(attendee, Mapping) and attendee.get("self") is True:
            return attendee.get("responseStatus")
    return None


def _is_office(item: Mapping[str, Any]) -> bool:
    properties = item.get("workingLocationProperties")
    return isinstance(properties, Mapping) and properties.get("type") == "officeLocation"


def blocks(item: Mapping[str, Any], policy: BusyPolicy, *, is_all_day: bool) -> bool:
    """Tell whether the event blocks its time under a host's policy."""
    status = status_of(item)
    if is_all_day and policy.all_day_events is AllDay.IGNORE:
        return False
    if is_all_day and policy.all_day_events is AllDay.OUT_OF_OFFICE_ONLY and status != "oof":
        return False
    return status in policy.statuses


def blocks_by_default(item: Mapping[str, Any]) -> bool:
    """Tell whether the event blocks its time for a host who set nothing."""
    return blocks(item, _DEFAULT_POLICY, is_all_day=False)


def is_same_event(item: Mapping[str, Any], ref: EventRef | None) -> bool:
    """Tell whether the item is the event meant, by id, or by UID (a colleague's copy has its own id)."""
    if ref is None:
        return False
    return item.get("id") == ref.event_id or (
        ref.ical_uid is not None and item.get("iCalUID") == ref.ical_uid
    )
