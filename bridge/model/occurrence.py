"""One time at which something in a calendar takes place, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from providers.base import Interval
from providers.times import instant


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A time of an entry, known by the entry's UID; `status` is one of Graph's words.

    The interval of a `floating` one is its wall-clock time, written as if it were UTC.
    """

    id: str
    ical_uid: str
    interval: Interval
    status: str
    all_day: bool = False
    floating: bool = False

    def within(self, zone: ZoneInfo) -> Interval:
        """Return when it takes place for somebody in this zone."""
        if not self.floating:
            return self.interval
        start, end = (moment.replace(tzinfo=None) for moment in self.interval)
        return Interval(instant(start, zone), instant(end, zone, is_end=end > start))
