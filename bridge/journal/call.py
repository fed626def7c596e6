"""A call as it is remembered: what was asked, what came of it, and why. Never who called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.model import Slot


class Outcome(StrEnum):
    """What came of a call."""

    OFFERED = "offered"
    NOTHING = "nothing"  # free: an empty offer
    BOOKED = "booked"
    BOOKABLE = "bookable"  # a dry run that could have booked
    DONE = "done"  # whatever else was asked for
    FAILED = "failed"
    FAULT = "fault"
    REFUSED = "refused"  # not signed as it should be: nothing was looked at
    SHED = "shed"  # more calls than can be answered in time: not begun


class Signature(StrEnum):
    """Whether a request showed that it may ask."""

    VERIFIED = "verified"
    WRONG = "wrong"
    MISSING = "missing"


# Of which thousands tell no more than so many at once: a flood adds no more to log, disk and a call's cost.
ENOUGH = {Outcome.OFFERED: 25, Outcome.REFUSED: 25, Outcome.SHED: 1}

# What left a caller with nothing.
REFUSALS = (Outcome.NOTHING, Outcome.FAILED, Outcome.FAULT, Outcome.REFUSED, Outcome.SHED)


@dataclass(slots=True)
class Call:
    """One request, filled in while it is answered; `kind` is the kind of the sentence spoken.

    `began` is a moment of the monotonic clock. `start` is the time asked for, `told` are the slots told, as
    an offer or instead. `age_seconds` is how old the oldest busy time was that the answer relies on, None
    where nothing was kept. `explanation` says of a refusal for each host which rules fail and why.
    """

    request_id: str
    at: datetime
    began: float
    question: str
    event_type: str = ""
    outcome: Outcome = Outcome.DONE
    kind: str = ""
    signature: Signature = Signature.VERIFIED
    is_dry_run: bool = False
    start: datetime | None = None
    told: Sequence[Slot] = ()
    hosts: Sequence[str] = ()
    booking_id: str | None = None
    seconds: float = 0.0
    age_seconds: float | None = None
    is_kept: bool | None = None
    explanation: Sequence[Mapping[str, object]] = ()

    def row(self) -> dict[str, object]:
        """Return it as the database keeps it."""
        return {
            "request_id": self.request_id,
            "at": self.at,
            "question": self.question,
            "event_type": self.event_type,
            "outcome": str(self.outcome),
            "kind": self.kind,
            "signature": str(self.signature),
            "dry_run": self.is_dry_run,
            "starts_at": self.start,
            "told": [slot.start.isoformat() for slot in self.told],
            "hosts": list(self.hosts),
            "booking_id": self.booking_id,
            "seconds": self.seconds,
            "age_seconds": self.age_seconds,
            "explanation": list(self.explanation),
        }

    def facts(self) -> dict[str, Any]:
        """Return it as the log tells it, in the order of interest."""
        return {
            "event_type": self.event_type or None,
            "outcome": str(self.outcome),
            "reason": self.kind or None,
            "start": self.start.isoformat() if self.start else None,
            "host": ",".join(self.hosts) or None,
            "booking": self.booking_id,
            "dry_run": True if self.is_dry_run else None,
            "signature": None if self.signature is Signature.VERIFIED else str(self.signature),
            "ms": round(self.seconds * 1000, 1),
            "age_s": None if self.age_seconds is None else round(self.age_seconds, 1),
            "request": self.request_id,
        }
