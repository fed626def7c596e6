"""What came of a request to book, in the form every endpoint can answer from."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.model import Booking


@dataclass(frozen=True, slots=True)
class BookOutcome:
    """Whether the caller now has the appointment; `reason` is speakable and says why not.

    `booking` is what the caller has; None after a failure and in a dry run.
    """

    success: bool
    reason: str = ""
    booking: Booking | None = None
