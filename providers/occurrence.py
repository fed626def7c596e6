"""One time at which an entry of a calendar takes place, and what reads such times out of iCalendar texts.

Decides what a floating time means to somebody. Reads nothing itself: who knows how is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
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


# Of one text: when its entries take place, or why nobody can tell.
Told = tuple[Occurrence, ...] | str


class EntryReader(Protocol):
    """Reads iCalendar texts of strangers, in bounded time. Safe to call from several threads."""

    def __call__(self, texts: Sequence[str], reach: Interval, zone: str) -> Sequence[Told]:
        """Return of each text, a VCALENDAR, when its live entries take place within the reach and around it.

        An occurrence's id is what its series calls it, empty where there is no series. Days without a time
        lie in `zone` (IANA).
        """
