"""What somebody shall be told of a booking, and how far that has got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NO_PART_ANY_MORE = "no_part_any_more"  # the change of a booking for whoever it concerned until then


class FollowUpState(StrEnum):
    """`void` is what a later change made needless, `dropped` what a person gave up."""

    WAITING = "waiting"
    SENT = "sent"
    VOID = "void"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One message about a change of a booking to one recipient, as `version` of the booking had it.

    `recipient` says who it is by their part in the booking ("caller", "host:anna"), not by an address, unless
    the configuration names that. `why` is what the receiver said when it last did not take it.
    """

    id: str
    booking_id: str
    version: int
    change: str
    receiver: str
    recipient: str
    state: FollowUpState
    planned_at: datetime
    why: str = ""
    done_at: datetime | None = None
