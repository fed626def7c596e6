"""What somebody shall be told of a booking, and how far that has got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NO_PART_ANY_MORE = "no_part_any_more"  # the change of a booking for whoever it concerned until then
CALL = "call"  # no change of a booking: its caller asked to be called
REMINDER = "reminder"  # no change, but the appointment coming near
AGAIN = "again"  # no change either: a person had what stands said once more
LINKED = "linked"  # no new version: the link that was not there yet
MEETINGS = "meetings"  # the receiver that makes it


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When callers are left alone, in minutes of the local day; an end before the start is the next day's."""

    start: int
    end: int


class WebhookEvent(StrEnum):
    """What the address of a webhook may be told of, by Calendly's names."""

    CREATED = "invitee.created"
    CANCELED = "invitee.canceled"
    NO_SHOW = "invitee_no_show.created"
    NO_SHOW_DELETED = "invitee_no_show.deleted"


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

    Of a caller who asked for a call there is no booking, but the alert that says so, `alert_key`.
    `recipient` says who it is by their part in the booking ("caller:kim@example.org", "host:anna").
    `planned_at` is when it was first to be told, `due_at` when it is tried next. `begun_at` is when a try was
    begun whose outcome is not known. `why` is what the receiver said when it last did not take it,
    `reference` its own name of what it took, `note` what else people want to know of it.
    """

    id: str
    booking_id: str | None
    version: int
    change: str
    receiver: str
    recipient: str
    state: FollowUpState
    planned_at: datetime
    due_at: datetime
    begun_at: datetime | None = None
    why: str = ""
    reference: str = ""
    note: str = ""
    done_at: datetime | None = None
    alert_key: str | None = None
