"""What the outbox and its delivery go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bridge.model import EventType, QuietHours


@dataclass(frozen=True)
class Rules:
    """What may be booked, when callers are left alone, and how many seconds one delivery has.

    `timezone` is by whose clock, where no event type's is meant.
    """

    event_types: Mapping[str, EventType]
    quiet: QuietHours | None
    timezone: ZoneInfo
    seconds: float = 45.0
