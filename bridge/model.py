"""The bridge's words as values: hosts, event types, bookings and what belongs to them. All frozen.

Schedules, hosts and event types come from the configuration and are compared by identity, so that what
is derived from them can be kept.

`*_at` is an aware UTC datetime, `*_on` a local date, durations are `timedelta`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from providers.base import BusyPolicy, Interval


@dataclass(frozen=True, slots=True, order=True)
class CalendarName:
    """A calendar as the configuration names it: `provider:account/calendar`, or `local:calendar`.

    `account` is empty for the embedded calendar. `schedule_of` is set for `.../schedule:<address>`.
    """

    provider: str
    account: str
    calendar: str

    def __str__(self) -> str:
        if self.provider == "local":
            return f"local:{self.calendar}"
        return f"{self.provider}:{self.account}/{self.calendar}"

    @property
    def schedule_of(self) -> str | None:
        """Return the address of a colleague or room that is only seen through this account."""
        prefix, _, address = self.calendar.partition(":")
        return address if prefix == "schedule" and address else None

    @classmethod
    def parse(cls, text: str) -> CalendarName:
        """Read a calendar name. ValueError says what is wrong with it."""
        provider, colon, rest = text.partition(":")
        if not colon or not rest:
            raise ValueError('a calendar is named "<provider>:<account>/<calendar>" or "local:<name>"')
        if provider == "local":
            if "/" in rest:
                raise ValueError('an embedded calendar is named "local:<name>", without a slash')
            return cls("local", "", rest)
        account, slash, calendar = rest.partition("/")
        if not slash or not account or not calendar:
            raise ValueError(f'a calendar of {provider} is named "{provider}:<account>/<calendar>"')
        return cls(provider, account.lower(), calendar)


@dataclass(frozen=True, slots=True, order=True)
class WallRange:
    """A stretch of one day by the wall clock, in minutes from midnight; `end` may be 1440."""

    start: int
    end: int


# Monday is 0. Ranges of a day are sorted and do not overlap.
Week = Mapping[int, tuple[WallRange, ...]]


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """A range of days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, eq=False)
class Schedule:
    """When a host is open, by the wall clock of `timezone`.

    `time_off` wins over everything, then `overrides` replace a day, then `closed_on` (public holidays,
    as a region like "DE-BE") closes days, then the week holds.
    """

    timezone: ZoneInfo
    week: Week
    overrides: Mapping[date, tuple[WallRange, ...]] = field(default_factory=dict)
    public_holidays: str | None = None
    time_off: tuple[DateRange, ...] = ()


@dataclass(frozen=True, eq=False)
class Host:
    """Somebody whose time is offered. `id` is the name of its TOML table, `name` what people read."""

    id: str
    name: str
    email: str
    schedule: Schedule
    busy_calendars: tuple[CalendarName, ...]
    booking_calendar: CalendarName
    phone: str | None = None
    busy_policy: BusyPolicy = BusyPolicy()
    weight: int = 100
    priority: int = 2

    @property
    def timezone(self) -> ZoneInfo:
        """Return the zone of the host's open hours and floating events."""
        return self.schedule.timezone

    @property
    def calendars(self) -> tuple[CalendarName, ...]:
        """Return every calendar that must be known: checked ones, then the destination, once each."""
        return tuple(dict.fromkeys((*self.busy_calendars, self.booking_calendar)))


class Assignment(StrEnum):
    """How one host of a group is chosen."""

    LEAST_RECENTLY_BOOKED = "least_recently_booked"
    PRIORITY = "priority"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Member:
    """A host's place in a group, with the weight and priority that hold for this event type."""

    host: str
    weight: int = 100
    priority: int = 2


@dataclass(frozen=True, slots=True)
class Team:
    """Who attends: all `fixed` hosts, and one member of each group. Plain `hosts` are one group."""

    fixed: tuple[str, ...] = ()
    groups: tuple[tuple[Member, ...], ...] = ()
    assignment: Assignment = Assignment.LEAST_RECENTLY_BOOKED

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return every host's id, fixed ones first, in the order of the config."""
        return (*self.fixed, *(member.host for group in self.groups for member in group))


class CountDays(StrEnum):
    """Which days the look-ahead counts."""

    BOOKABLE = "bookable"
    CALENDAR = "calendar"


class Suggest(StrEnum):
    """How a day's offers are picked."""

    EARLIEST = "earliest"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class OfferRules:
    """How the bookable starts are thinned into an offer (the Cal.com action's preferences)."""

    days_to_look_ahead: int = 2
    slots_per_day: int = 3
    between: timedelta = timedelta(hours=3)
    count_days: CountDays = CountDays.BOOKABLE
    suggest: Suggest = Suggest.EARLIEST


class FieldSource(StrEnum):
    """Where a booking field's value comes from."""

    CONSTANT = "constant"
    CONTACT = "contact"
    SYSTEM = "system"
    LLM = "llm"


@dataclass(frozen=True, slots=True)
class BookingField:
    """A question of the event type; `name` is a key, a property or a system path, by `source`."""

    label: str
    source: FieldSource
    name: str = ""
    value: str = ""
    required: bool = False
    public: bool = False


class MeetingPlatform(StrEnum):
    """Where the appointment takes place."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    LINK = "link"
    GOOGLE_MEET = "google_meet"
    MICROSOFT_TEAMS = "microsoft_teams"
    ZOOM = "zoom"


@dataclass(frozen=True, eq=False)
class EventType:
    """What can be booked. `id` is the name of its TOML table; `step` and grids lie in `timezone`."""

    id: str
    title: str
    timezone: ZoneInfo
    team: Team
    duration: timedelta = timedelta(minutes=30)
    start_increment: timedelta = timedelta(minutes=30)
    start_offset: timedelta = timedelta(0)
    minimum_notice: timedelta = timedelta(minutes=120)
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    horizon_days: int = 14
    start_on: date | None = None
    max_bookings_per_day: int = 0
    max_bookings_per_week: int = 0
    open_hours: Week | None = None
    is_default: bool = False
    offer: OfferRules = OfferRules()
    replace_within: timedelta = timedelta(minutes=15)
    meeting_platform: MeetingPlatform = MeetingPlatform.PHONE
    address: str = ""
    link: str = ""
    description: str = ""
    require_email: bool = False
    fallback_email: str | None = None
    invite: bool = True
    fields: tuple[BookingField, ...] = ()

    def padded(self, start: datetime) -> Interval:
        """Return the time a booking at `start` takes from a host, buffers included."""
        return Interval(start - self.buffer_before, start + self.duration + self.buffer_after)


@dataclass(frozen=True, slots=True)
class Claim:
    """A host's time taken by a live booking, buffers included; `calendar` is where its event goes.

    `pending` claims belong to a move that is under way.
    """

    booking_id: str
    host: str
    interval: Interval
    calendar: CalendarName
    pending: bool = False


class Slot(NamedTuple):
    """An interval that may be booked now."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Who telli says is calling; both ids may be empty."""

    contact_id: str = ""
    external_contact_id: str = ""

    @property
    def key(self) -> str | None:
        """Return what makes two requests the same caller's; None is nobody."""
        if self.contact_id:
            return f"contact:{self.contact_id}"
        if self.external_contact_id:
            return f"external:{self.external_contact_id}"
        return None


@dataclass(frozen=True, slots=True)
class Attendee:
    """The caller as far as known. `phone` is E.164; `answers` are (label, text, public) of the fields."""

    name: str = ""
    email: str | None = None
    phone: str | None = None
    answers: tuple[tuple[str, str, bool], ...] = ()


class BookingState(StrEnum):
    """What a booking is; held and confirmed ones are live."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class Booking:
    """A caller's appointment as the database holds it.

    `hosts` attend, the organiser first; the event lies in `calendar`. `version` grows with each change.
    `moved_from` and `moved_at` tell of the last move; `by_person` that a person changed it in the
    calendar. `link` is the meeting link, `location` where it takes place, `decision` the figures by
    which the hosts were chosen.
    """

    id: str
    event_type: str
    state: BookingState
    interval: Interval
    hosts: tuple[str, ...]
    calendar: CalendarName
    contact: Contact
    attendee: Attendee
    version: int
    made_at: datetime
    source: str = "telli"
    moved_from: datetime | None = None
    moved_at: datetime | None = None
    by_person: bool = False
    link: str = ""
    location: str = ""
    decision: tuple[Mapping[str, object], ...] = ()


class WriteState(StrEnum):
    """What the bridge knows of an event it made or may have made."""

    OPEN = "open"
    DONE = "done"
    UNWANTED = "unwanted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Write:
    """An event the bridge makes, changes, or may have.

    `number` counts the writes of a booking. A move within a calendar is a write of its own that bears
    the `event_key` of the event it changes. `event_id` is the vendor's id once known. `wanted` is the
    interval the event shall have, `made_at` when its request was last begun.
    """

    booking_id: str
    number: int
    calendar: CalendarName
    event_key: str
    wanted: Interval
    state: WriteState
    made_at: datetime
    event_id: str | None = None
    etag: str | None = None
    ical_uid: str | None = None
    invited: bool = False
    is_move: bool = False
