"""What the outbox and its delivery go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.model import EventType, QuietHours


@dataclass(frozen=True)
class Rules:
    """What may be booked, when callers are left alone, and how many seconds one delivery has."""

    event_types: Mapping[str, EventType]
    quiet: QuietHours | None
    seconds: float = 45.0
