"""The contract every calendar fulfils, and the values that cross it.

A provider object stands for one connected account. It is safe to call from several threads. It raises
only `ProviderError`s, answers in aware UTC, and never reads a missing or broken answer as "free".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from providers.busy_policy import DEFAULT_POLICY, BusyPolicy
from providers.errors import ProviderError


class Interval(NamedTuple):
    """A half-open stretch of time `[start, end)` in aware UTC."""

    start: datetime
    end: datetime

    def overlaps(self, window: Interval) -> bool:
        """Tell whether it shares time with the window; a moment lies in a window that begins with it."""
        if self.start == self.end:  # the rule below would miss one at the window's very start
            return window.start <= self.start < window.end
        return self.start < window.end and self.end > window.start

    def covers(self, other: Interval) -> bool:
        """Tell whether the whole of another lies in it."""
        return self.start <= other.start and other.end <= self.end


class Deadline:
    """Until when an answer is of use, by a clock that is handed in; a patient one lets callers go first."""

    def __init__(self, seconds: float, monotonic: Callable[[], float], *, is_patient: bool = False) -> None:
        self._monotonic = monotonic
        self._ends = monotonic() + seconds
        self.is_patient = is_patient

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._ends - self._monotonic())  # a lock raises below zero, and waits for ever at -1

    def less(self, seconds: float) -> Deadline:
        """Return a deadline that ends so many seconds earlier."""
        left = self._ends - self._monotonic() - seconds
        return Deadline(left, self._monotonic, is_patient=self.is_patient)


_KEY = re.compile(r"[0-9a-f]{32}")  # of an event: what Google, Graph and iCalendar all take


@dataclass(frozen=True, slots=True)
class BusyQuery:
    """One calendar to ask for busy time.

    `timezone` is the host's zone (IANA), for floating events. `without` is an event that shall not
    count (the bridge's own, while it is being moved): matched by id, by iCalendar UID where known, and where
    a calendar tells neither by its exact time, `without_at`.
    """

    calendar: str
    policy: BusyPolicy = DEFAULT_POLICY
    timezone: str = "UTC"
    without: EventRef | None = None
    without_at: Interval | None = None

    def leaves_out(self, event_id: str | None, ical_uid: str | None) -> bool:
        """Tell whether this is the event that shall not count; a colleague's copy has only its UID."""
        own = self.without
        is_copy = own is not None and ical_uid is not None and ical_uid == own.ical_uid
        return is_copy or (own is not None and event_id == own.event_id)


# Sorted, merged and clipped to the window asked for; or the reason why it is unknown.
BusyAnswer = tuple[Interval, ...] | ProviderError


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """A calendar of the account. `conferences` holds what it can make: google_meet, microsoft_teams."""

    id: str
    name: str
    timezone: str | None  # Graph tells none
    can_write: bool
    is_primary: bool = False
    conferences: frozenset[str] = frozenset()
    shows_events: bool = True  # False: shared for free/busy alone


@dataclass(frozen=True, slots=True)
class EventAttendee:
    """Someone invited to an event; or a room or device, which its vendor reserves by that."""

    email: str
    name: str = ""
    is_resource: bool = False


@dataclass(frozen=True, slots=True)
class EventDraft:
    """The wanted content of an event.

    `description` is plain text; the provider escapes it where the vendor shows HTML. `timezone` (IANA)
    is the zone people see it in. `conference` is None, google_meet or microsoft_teams. `private` are
    the event's private properties; they include booking_id and event_key.
    """

    title: str
    interval: Interval
    timezone: str
    description: str = ""
    location: str = ""
    attendees: tuple[EventAttendee, ...] = ()
    conference: str | None = None
    private: Mapping[str, str] = field(default_factory=dict)

    @property
    def booking_id(self) -> str:
        """Return the booking this event belongs to."""
        return self.private["booking_id"]


@dataclass(frozen=True, slots=True)
class EventRef:
    """Where an event lies: calendar id within the account, the vendor's event id, version, UID.

    `event_id` is the key the event was made under where no answer told the vendor's id.
    """

    calendar: str
    event_id: str
    etag: str | None = None  # for If-Match: a person's change in between is not overwritten
    ical_uid: str | None = None  # the same in every guest's copy, which the id is not

    @property
    def is_by_key(self) -> bool:
        """Tell whether the event is named by its key; where vendors take the key as the id, that is both."""
        return _KEY.fullmatch(self.event_id) is not None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the calendar holds it.

    `booking_id` and `event_key` are read from the private properties, None for a foreign event.
    `link` is the meeting link if there is one; `conference_pending` says it is still being made.
    `blocks` is False for what is free, cancelled or `declined` by its owner, by the default policy.
    `uninvited`: it was made without its guests, whom the calendar may not invite. `rooms` are the
    addresses of invited rooms and devices that have not declined, told where an event is read by itself.
    """

    ref: EventRef
    interval: Interval
    cancelled: bool = False
    blocks: bool = True
    booking_id: str | None = None
    event_key: str | None = None
    link: str | None = None
    conference_pending: bool = False  # Google makes Meet links after the insert has answered
    declined: bool = False
    all_day: bool = False
    uninvited: bool = False
    rooms: frozenset[str] = frozenset()  # in small letters


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in a calendar since a cursor.

    `events` are changed events, `deleted` ids of explicitly deleted ones (where not told as cancelled
    events). `cursor` is opaque, for the next call. `complete`: a full listing, for want of a good cursor.
    """

    events: tuple[Event, ...]
    deleted: tuple[str, ...]
    cursor: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """An open push channel of a calendar; `resource` is what the vendor needs to close it."""

    id: str
    resource: str
    expires_at: datetime


class CalendarProvider(Protocol):
    """One account's calendars. Calendar ids are the vendor's, without provider and account.

    A reference is by the vendor's event id, or by key alone after an answer was lost: reading, moving and
    removing take either. What a vendor cannot do has an answer of its own: no channel (None), no renewal
    (None), no link (ConferenceUnavailable), no invitations (not `can_invite`: attendees are kept with the
    event and nobody is told). What `counts_changes` lies where the bridge itself keeps it: it answers at
    once, and its busy time holds until it has counted a change.
    """

    name: str
    can_invite: bool
    counts_changes: bool

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every calendar the account can see."""

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return what the vendor knows the calendar by, the same through every name and account."""

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown.

        A failure of the whole request is an error per query; nothing is raised but programming errors.
        """

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event under a key the caller chose, once however often it is repeated.

        X a create whose event
            exists returns that event. EventExists: the key is used up by a cancelled or a foreign event.
            WriteUnknown: it may have happened. ConferenceUnavailable: nothing was written, ask again without.
            InvitationsRefused: nothing was written, ask again without attendees.
        """

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now; cancelled ones too where the vendor still shows them.

        EventNotFound when the calendar does not hold it.
        """

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Return the event made under this key, None when there is none or it is cancelled."""

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Return every live event of this booking in the calendar."""

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Return the single events (series expanded) that overlap the window, foreign ones too."""

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Change start and end, nothing else, if the event is still at `ref.etag` (any, when None).

        EventChanged: it is not. EventNotFound: it is gone. WriteUnknown: it may have happened.
        """

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Bring texts and guests from `was` to `now`; what people added stays, and so does the time.

        EventNotFound: it is gone. EventChanged, InvitationsRefused: nothing was written. WriteUnknown: it may
        have happened; a repeat does no harm.
        """

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Ask for a meeting link for an event that has none; it may still be being made then.

        `key` (32 hex digits) is another one for each try. ConferenceUnavailable: the calendar makes none.
        Otherwise as for moving.
        """

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event, telling its attendees if `notify`; one that is not there is done."""

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything current when it is None or expired."""

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Open a push channel to an https address; None where the vendor has none."""

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return the channel with a new term; None where the vendor renews none or has closed this one."""

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Close a push channel; one that is gone already is done."""
