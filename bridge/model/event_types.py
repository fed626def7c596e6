"""What can be booked, with whom, by which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain
from zoneinfo import ZoneInfo

from bridge.model.hosts import Host, Week
from bridge.model.places import NOWHERE, Places
from bridge.model.sms import SmsRules
from providers.base import Interval


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


@dataclass(frozen=True)
class Team:
    """Who attends: all `fixed` hosts, and one member of each group. Plain `hosts` are one group.

    One of each list of `resources` is taken too.
    """

    fixed: tuple[str, ...] = ()
    groups: tuple[tuple[Member, ...], ...] = ()
    assignment: Assignment = Assignment.LEAST_RECENTLY_BOOKED
    resources: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """Return every host's id, fixed ones first, in the order of the config."""
        return (*self.fixed, *(member.host for group in self.groups for member in group))

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Return whose time decides: every host's, then every resource's."""
        return (*self.hosts, *chain.from_iterable(self.resources))


class CountDays(StrEnum):
    """Which days the look-ahead counts."""

    BOOKABLE = "bookable"
    CALENDAR = "calendar"


class Suggest(StrEnum):
    """How offers are picked: from each day for itself, or one a day over more days (`varied`)."""

    EARLIEST = "earliest"
    SPREAD = "spread"
    VARIED = "varied"


@dataclass(frozen=True, slots=True)
class OfferRules:
    """How the bookable starts are thinned into an offer (the Cal.com action's preferences)."""

    days_to_look_ahead: int = 2
    slots_per_day: int = 3
    between: timedelta = timedelta(hours=3)
    count_days: CountDays = CountDays.BOOKABLE
    suggest: Suggest = Suggest.EARLIEST
    suggestions: int = 6

    @property
    def most(self) -> int:
        """Return how many slots an offer tells at most."""
        if self.suggest is Suggest.VARIED:
            return self.suggestions
        return self.days_to_look_ahead * self.slots_per_day

    @property
    def days(self) -> int:
        """Return over how many days an offer reaches at most."""
        return self.suggestions if self.suggest is Suggest.VARIED else self.days_to_look_ahead


class FieldSource(StrEnum):
    """Where a booking field's value comes from."""

    CONSTANT = "constant"
    CONTACT = "contact"
    SYSTEM = "system"
    LLM = "llm"


# What a field of the source `system` may name, beside "contact." and any member of the contact's record.
SYSTEM_PATHS = (
    "contact_id",
    "external_contact_id",
    "call.id",
    "event_type.id",
    "event_type.title",
    "event_type.duration_minutes",
    "timezone",
)
CONTACT_PATH = "contact."


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
    """Where the appointment takes place, unless a calendar's vendor makes the meeting."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    LINK = "link"
    ZOOM = "zoom"


MADE_BY_NO_VENDOR: frozenset[str] = frozenset(MeetingPlatform)


@dataclass(frozen=True, eq=False)
class EventType:
    """What can be booked. `id` is the name of its TOML table.

    `services` are appointments of other length, hosts or place under the same id, by the names of their
    tables; each is an event type of its own that differs only in them, and bears its name as `service`.

    Days are counted and starts laid by the clock of `timezone`. A start is `start_offset` past a time that
    the step allows, `start_increment` after the one before.
    `meeting_platform` is a MeetingPlatform, or a vendor\'s name for the meetings it makes. In person it takes
    place where its organiser is by then, else at `address`.
    """

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
    max_bookings_per_contact: int = 0
    max_no_shows: int = 0
    open_hours: Week | None = None
    is_default: bool = False
    offer: OfferRules = OfferRules()
    keep_host: bool = False
    keep_offer: timedelta = timedelta(0)
    replace_within: timedelta = timedelta(minutes=15)
    change_notice: timedelta = timedelta(0)
    meeting_platform: str = MeetingPlatform.PHONE
    address: str = ""
    places: Places = NOWHERE
    link: str = ""
    description: str = ""
    require_email: bool = False
    fallback_email: str | None = None
    notify: tuple[str, ...] = ()
    remind: tuple[timedelta, ...] = ()
    brevo_list_ids: tuple[int, ...] = ()
    sms: SmsRules = field(default_factory=SmsRules)
    invite: bool = True
    fields: tuple[BookingField, ...] = ()
    service: str = ""
    services: Mapping[str, EventType] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[EventType, ...]:
        """Return itself and its services."""
        return (self, *self.services.values())

    @property
    def conference(self) -> str | None:
        """Return which meeting the calendar has to make for each event, None when it makes none."""
        return None if self.meeting_platform in MADE_BY_NO_VENDOR else self.meeting_platform

    @property
    def meets_apart(self) -> bool:
        """Tell whether a meeting is made that no calendar makes."""
        return self.meeting_platform == MeetingPlatform.ZOOM

    def to_ring(self, hosts: Sequence[Host]) -> Mapping[str, str]:
        """Return the numbers under which a caller reaches the hosts of an appointment by phone, by name."""
        if self.meeting_platform != MeetingPlatform.PHONE:
            return {}
        return {host.name: host.phone for host in hosts if host.phone}

    @property
    def is_in_person(self) -> bool:
        """Tell whether its caller comes to where the hosts are."""
        return self.meeting_platform == MeetingPlatform.IN_PERSON

    def field_called(self, name: str) -> BookingField | None:
        """Return a field by its label or name, in any case."""
        wanted = name.strip().casefold()
        named = (each for each in self.fields if wanted in (each.label.casefold(), each.name.casefold()))
        return next(named, None)

    def padded(self, start: datetime) -> Interval:
        """Return the time a booking at `start` takes from a host, buffers included."""
        return Interval(start - self.buffer_before, start + self.duration + self.buffer_after)
