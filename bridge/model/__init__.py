"""The bridge's words as values: hosts, event types, bookings and what belongs to them. All frozen.

Schedules, hosts and event types come from the configuration and are compared by identity, so that what
is derived from them can be kept.

`*_at` is an aware UTC datetime, `*_on` a local date, durations are `timedelta`.
"""

from bridge.model.bookings import (
    Attendee,
    Booking,
    BookingFilter,
    BookingState,
    Claim,
    Contact,
    Deletion,
    DeletionState,
    MoveWish,
    Proof,
    Slot,
    Source,
    Wish,
    Write,
    WriteState,
    booked,
    to_be_rung,
)
from bridge.model.event_types import (
    Assignment,
    BookingField,
    CountDays,
    EventType,
    FieldSource,
    MeetingPlatform,
    Member,
    OfferRules,
    Suggest,
    Team,
)
from bridge.model.follow_ups import FollowUp, FollowUpState, QuietHours, WebhookEvent
from bridge.model.health import Ability, Condition
from bridge.model.hosts import (
    CalendarName,
    DateRange,
    Host,
    Resource,
    Schedule,
    WallRange,
    Week,
)
from bridge.model.places import Places, WayEnd

__all__ = [
    "Ability",
    "Assignment",
    "Attendee",
    "Booking",
    "BookingField",
    "BookingFilter",
    "BookingState",
    "CalendarName",
    "Claim",
    "Condition",
    "Contact",
    "CountDays",
    "DateRange",
    "Deletion",
    "DeletionState",
    "EventType",
    "FieldSource",
    "FollowUp",
    "FollowUpState",
    "Host",
    "MeetingPlatform",
    "Member",
    "MoveWish",
    "OfferRules",
    "Places",
    "Proof",
    "QuietHours",
    "Resource",
    "Schedule",
    "Slot",
    "Source",
    "Suggest",
    "Team",
    "WallRange",
    "WayEnd",
    "WebhookEvent",
    "Week",
    "Wish",
    "Write",
    "WriteState",
    "booked",
    "to_be_rung",
]
