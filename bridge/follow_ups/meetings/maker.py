"""The contract of whoever makes meetings apart from calendars. A maker is one module.

Every method may raise NotDelivered (not now) or Refused (not as things are); `make` Unclear too: it may
have made the meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from providers.base import Deadline, Interval


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking's meeting as it shall be, for the organiser of this address; people see it in `zone`."""

    booking_id: str
    organiser: str
    topic: str
    interval: Interval
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as its maker knows it; `link` is by which callers join it."""

    id: str
    link: str


class MeetingMaker(Protocol):
    """Makes meetings in the account of an organiser, who is known by an e-mail address."""

    def make(self, wanted: Wanted, deadline: Deadline) -> Meeting:
        """Make a meeting."""

    def change(self, meeting_id: str, wanted: Wanted, deadline: Deadline) -> Meeting | None:
        """Let a meeting be as wanted; None: it is gone."""

    def remove(self, meeting_id: str, deadline: Deadline) -> None:
        """Remove a meeting; one that is gone already is done."""

    def find(self, organiser: str, booking_id: str, deadline: Deadline) -> Sequence[Meeting]:
        """Return the organiser's meetings that were made for a booking."""

    def serves(self, organiser: str, deadline: Deadline) -> bool:
        """Tell whether an organiser's own account makes the meetings, not one that stands in for it."""
