"""What of a calendar counts as busy, as each host wants it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AllDay(StrEnum):
    """What all-day events do to a host's time."""

    BLOCK = "block"
    IGNORE = "ignore"
    OUT_OF_OFFICE_ONLY = "out_of_office_only"


DEFAULT_BUSY_STATUSES = frozenset({"busy", "tentative", "oof", "unknown"})  # Graph's showAs


@dataclass(frozen=True, slots=True)
class BusyPolicy:
    """What counts as busy for one host: the statuses that block (Graph's words), and all-day events."""

    statuses: frozenset[str] = DEFAULT_BUSY_STATUSES
    all_day_events: AllDay = AllDay.BLOCK

    @property
    def is_default(self) -> bool:
        """Tell whether a plain free/busy answer already follows this policy."""
        return self.statuses == DEFAULT_BUSY_STATUSES and self.all_day_events is AllDay.BLOCK

    def blocks(self, status: str, *, is_all_day: bool = False) -> bool:
        """Tell whether an event of this status takes its host's time."""
        if is_all_day and self.all_day_events is AllDay.IGNORE:
            return False
        if is_all_day and self.all_day_events is AllDay.OUT_OF_OFFICE_ONLY and status != "oof":
            return False
        return status in self.statuses


DEFAULT_POLICY = BusyPolicy()
