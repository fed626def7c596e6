"""What came of a request to book, in the form every endpoint can answer from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.model import Booking, Slot


@dataclass(frozen=True, slots=True)
class BookOutcome:
    """Whether the caller now has the appointment; `reason` is speakable and says why not.

    `booking` is what the caller has; None after a failure and in a dry run. Of a failure `kind` is the
    reason's kind, `told` the times it names, `explanation` what of each host stood in the way.
    """

    success: bool
    reason: str = ""
    booking: Booking | None = None
    kind: str = ""
    told: Sequence[Slot] = ()
    explanation: Sequence[Mapping[str, object]] = ()
