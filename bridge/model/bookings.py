"""What was booked, by whom, and what it takes of calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bridge.model.event_types import EventType, MeetingPlatform
from bridge.model.hosts import CalendarName, Host
from bridge.model.places import WayEnd
from providers.base import Interval


@dataclass(frozen=True, slots=True)
class Claim:
    """A host's time taken by a live booking, buffers included; `calendar` is where its event goes.

    `pending` claims belong to a move that is under way. `checked` is the identity of that calendar where
    the organiser checks it: then the calendar's time is taken too. `ways` is what it takes of the ways
    between the places where the host works.
    """

    booking_id: str
    host: str
    interval: Interval
    calendar: CalendarName
    pending: bool = False
    checked: str | None = None
    ways: tuple[WayEnd, ...] = ()


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
    """The caller as far as known. `phone` is E.164; `answers` are (label, text, public) of the fields.

    `phone_as_said` and `email_as_said` are what was given and could not be read for certain: for people
    only, nothing is sent there.
    """

    name: str = ""
    email: str | None = None
    phone: str | None = None
    answers: tuple[tuple[str, str, bool], ...] = ()
    phone_as_said: str = ""
    email_as_said: str = ""


def to_be_rung(event_type: EventType, attendee: Attendee, hosts: Sequence[Host]) -> str:
    """Return the caller whom the hosts ring, with the number; "" where they ring nobody."""
    number = attendee.phone or attendee.phone_as_said
    if event_type.meeting_platform != MeetingPlatform.PHONE or event_type.to_ring(hosts) or not number:
        return ""
    return ", ".join(filter(None, (attendee.name, number)))


class Proof(StrEnum):
    """What a caller known by number alone must say besides, to reach an appointment."""

    NAME = "name"
    EMAIL = "email"


class Source(StrEnum):
    """Where a booking, or a change of it, was asked for.

    By an agent in a call, by the caller through their own link, on the owner's pages or in a terminal, by
    another system of the office, in the calendar; or by nobody: the bridge did it by itself.
    """

    TELLI = "telli"
    LINK = "link"
    PAGE = "page"
    TERMINAL = "terminal"
    OFFICE = "office"
    CALENDAR = "calendar"
    BRIDGE = "bridge"

    @property
    def is_staff(self) -> bool:
        """Tell whether the business asked for it, and not its caller."""
        return self in (Source.PAGE, Source.TERMINAL)


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment for a contact; `attendee` is filled in once no earlier request has answered it.

    `host` is the host of the team whom the caller asked for: with nobody else shall it be. `fingerprint` is
    the same for the same request, "" where requests are not told apart.
    """

    event_type: EventType
    contact: Contact
    start: datetime
    attendee: Attendee = Attendee()
    source: Source = Source.TELLI
    host: str | None = None
    fingerprint: str = ""

    @property
    def interval(self) -> Interval:
        """Return the appointment's time, without buffers."""
        return Interval(self.start, self.start + self.event_type.duration)


@dataclass(frozen=True, slots=True)
class MoveWish:
    """What a booking shall become; whatever is None stays as it is.

    `host` is whom the caller asked for.
    """

    start: datetime
    service: str | None = None
    host: str | None = None
    attendee: Attendee | None = None
    source: Source = Source.TELLI

    def of(self, booking: Booking) -> Booking:
        """Return the booking with the service and the caller that are wished."""
        return replace(
            booking,
            service=booking.service if self.service is None else self.service,
            attendee=self.attendee or booking.attendee,
        )


class BookingState(StrEnum):
    """What a booking is."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    NO_SHOW = "no_show"

    @property
    def is_live(self) -> bool:
        """Tell whether such a booking takes time: of its hosts, and of its caller."""
        return self in (BookingState.HELD, BookingState.CONFIRMED)

    @property
    def is_ended(self) -> bool:
        """Tell whether such a booking shall have no event; a no-show took place, without its caller."""
        return self in (BookingState.CANCELLED, BookingState.FAILED)


@dataclass(frozen=True, slots=True)
class Booking:
    """A caller's appointment as the database holds it.

    `hosts` attend, the organiser first; the event lies in `calendar`. `version` grows with each change.
    `moved_from` and `moved_at` tell of the last move; `by_person` that a person changed it in the
    calendar, `staff_changed_at` when the business last moved or cancelled it, there or elsewhere. `link` is
    the meeting link, `location` where it takes place, `decision` the figures by which the hosts were chosen.
    `service` is which of the event type's was booked, "" itself; `resources` are taken beside the hosts.
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
    source: Source = Source.TELLI
    moved_from: datetime | None = None
    moved_at: datetime | None = None
    by_person: bool = False
    staff_changed_at: datetime | None = None
    link: str = ""
    location: str = ""
    decision: tuple[Mapping[str, object], ...] = ()
    service: str = ""
    resources: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """Return whose time it takes: its hosts', then its resources'."""
        return (*self.hosts, *self.resources)


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings are looked for; "" and None leave open.

    `over` are those that are over, or those that are not. `since` and `before` are of their starts.
    """

    over: bool | None = None
    host: str = ""
    event_type: str = ""
    state: BookingState | None = None
    since: datetime | None = None
    before: datetime | None = None


def booked(event_types: Mapping[str, EventType], booking: Booking) -> EventType | None:
    """Return what was booked, the service where it was one; None when it is not offered any more."""
    found = event_types.get(booking.event_type)
    return found.services.get(booking.service) if found and booking.service else found


class DeletionState(StrEnum):
    """How far a person's deletion of a booking's event has got.

    `reported` by its calendar, `resting` since it was found gone, `stopped` until somebody decides:
    `accepted` or `put_back`. One that has `cancelled` its booking is remembered, for the event may return.
    """

    REPORTED = "reported"
    RESTING = "resting"
    STOPPED = "stopped"
    ACCEPTED = "accepted"
    PUT_BACK = "put_back"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A person's deletion of a booking's event; `is_reported` that its calendar said so itself."""

    booking_id: str
    calendar: CalendarName
    state: DeletionState
    is_reported: bool
    seen_at: datetime


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
    interval the event shall have, `made_at` when its request was last begun. `resource` is whose entry it
    is, empty for the booking's own event.
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
    resource: str = ""
