"""Says why a day has no bookable start: one reason, the one that says most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

from bridge.model import EventType
from bridge.scheduling.days import date_of, local_days, shift
from bridge.scheduling.offers import offer
from bridge.scheduling.slots import HostTime, common_window
from bridge.scheduling.team import bookable_days


class NoTimes(StrEnum):
    """Why there is nothing on a day."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    FULL = "full"


def why_none(event_type: EventType, times: Mapping[str, HostTime], day: date, now: datetime) -> NoTimes:
    """Return why a day without a bookable start has none."""
    zone = event_type.timezone
    whole, allowed = local_days(zone, day, day), common_window(event_type, now)
    if whole.end <= allowed.start:
        return NoTimes.TOO_SOON
    if whole.start >= allowed.end:
        return NoTimes.TOO_FAR
    # As if that day were about to begin.
    before = shift(whole.start, -event_type.minimum_notice)
    opened = next(bookable_days(event_type, _idle(times), before, before=whole.end), [])
    starts = [start for start in opened if date_of(zone, start) == day]
    if not starts:
        return NoTimes.CLOSED
    if starts[-1] < allowed.start:
        return NoTimes.TOO_SOON
    unknown = [time for time in times.values() if time.busy is None]
    if unknown:
        return NoTimes.REFUSED if all(time.takes_none for time in unknown) else NoTimes.UNKNOWN
    return NoTimes.FULL


def in_the_way(event_type: EventType, times: Mapping[str, HostTime], now: datetime) -> list[datetime]:
    """Return starts by which an empty offer is explained: what would be told if calendars were empty."""
    told = [slot.start for slot in offer(event_type, _idle(times), now)]
    return told or [common_window(event_type, now).start]


def _idle(times: Mapping[str, HostTime]) -> dict[str, HostTime]:
    """Return the hosts' time as if nothing stood in any calendar."""
    return {host: replace(time, busy=(), claims=(), booked=(), ways=()) for host, time in times.items()}
