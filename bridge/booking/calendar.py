"""The calendar that holds a booking's event, as the booking's steps use it.

Each request ends in one of three ways, and the caller branches on the kind:

done             the answer says what the calendar holds now
CalendarRefused  nothing was written; EventGone, EventChangedMeanwhile, LinkRefused, GuestsRefused say why
OutcomeUnknown   nobody knows; only looking tells
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from bridge.booking.until_clear import RefusedForNow, write_until_clear
from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool, StillRunning
from bridge.calendars.health import Health
from bridge.errors import (
    CalendarRefused,
    EventChangedMeanwhile,
    EventGone,
    GuestsRefused,
    LinkRefused,
    OutcomeUnknown,
)
from bridge.local_calendar.entry_names import NAME as LOCAL
from bridge.local_calendar.provider import LocalCalendars
from bridge.model import Ability, CalendarName, Write
from providers.base import (
    CalendarInfo,
    CalendarProvider,
    Changes,
    Channel,
    Deadline,
    Event,
    EventDraft,
    EventRef,
    Interval,
)
from providers.errors import (
    ConferenceUnavailable,
    EventChanged,
    EventNotFound,
    InvitationsRefused,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    UnexpectedResponse,
    WriteUnknown,
)
from providers.http import WRITE_NEEDS_SECONDS

T = TypeVar("T")

SECONDS_KEPT_FOR_A_WRITE = 1.5  # of a booking's deadline, when calendars are asked before it
_LEAST_SECONDS_FOR_A_LOOK = 0.2  # with less, the answer would come too late to be of use

# What the steps treat apart; of any other refusal it is enough that nothing was written.
_KINDS: dict[type[ProviderError], type[CalendarRefused]] = {
    EventNotFound: EventGone,
    EventChanged: EventChangedMeanwhile,
    ConferenceUnavailable: LinkRefused,
    InvitationsRefused: GuestsRefused,
    ProviderUnavailable: RefusedForNow,
}

# After these a write may have happened: its answer was lost, could not be read, or is still to come.
_UNCLEAR = (WriteUnknown, UnexpectedResponse, StillRunning)


@dataclass(frozen=True, slots=True)
class BookingCalendar:
    """One calendar within one deadline."""

    accounts: Accounts
    pool: CallPool
    health: Health
    sleep: Callable[[float], None]
    name: CalendarName
    deadline: Deadline

    def read(self, ref: EventRef) -> Event:
        """Return the event as it is now. EventGone: the calendar does not hold it."""
        return self._ask(lambda account: account.read_event(ref, deadline=self.deadline))

    def find(self, event_key: str) -> Event | None:
        """Return the event made under this key, None when the calendar holds none (now)."""
        return self._ask(
            lambda account: account.find_event(self.name.calendar, event_key, deadline=self.deadline)
        )

    def find_booking(self, booking_id: str) -> Sequence[Event]:
        """Return every live event of a booking, whoever put it here."""
        return self._ask(
            lambda account: account.find_booking(self.name.calendar, booking_id, deadline=self.deadline)
        )

    def in_commit(self, event_key: str, draft: EventDraft) -> Callable[[Connection], Event] | None:
        """Return how to create an event by its booking's own commit; None where that cannot be."""
        if self.name.provider != LOCAL or draft.conference or self.health.fails(self.name, Ability.WRITE):
            return None
        account = self.accounts.provider(self.name)
        if not isinstance(account, LocalCalendars):
            return None
        return partial(account.add_event, self.name.calendar, event_key, draft)

    def create(self, event_key: str, draft: EventDraft, *, waits: bool = False) -> Event:
        """Create an event, once however often it is asked for under the same key.

        It is made without its link or its guests where just these are refused: better than no appointment.
        A calendar that asks for patience is waited for if this `waits`, since no other can take it.
        """
        if not self.health.may_write(self.name):
            raise CalendarRefused("the calendar takes no appointments at present")
        return self.create_now(event_key, draft, waits=waits)

    def create_now(self, event_key: str, draft: EventDraft, *, waits: bool = False) -> Event:
        """Create an event even in a calendar that is known to take none."""
        try:
            return self._write_until_clear(
                partial(self._created, event_key, draft),
                seen=lambda: self.find(event_key),
                waits=waits,
            )
        except LinkRefused:
            # Then it was not the link, and the same draft would be refused without end.
            if draft.conference is None:
                raise
            return self.create_now(event_key, replace(draft, conference=None), waits=waits)
        except GuestsRefused:
            if not draft.attendees:
                raise
            made = self.create_now(event_key, replace(draft, attendees=()), waits=waits)
            return replace(made, uninvited=True)

    def _created(self, event_key: str, draft: EventDraft, account: CalendarProvider) -> Event:
        """Create an event, and take note of what this shows of the calendar."""
        start = draft.interval.start
        try:
            event = account.create_event(self.name.calendar, event_key, draft, deadline=self.deadline)
        except ConferenceUnavailable as error:
            self.health.failed(self.name, Ability.LINK, error, about=start)
            raise
        except InvitationsRefused as error:
            self.health.failed(self.name, Ability.INVITE, error, about=start)
            raise
        except ProviderError as error:
            self.health.write_refused(self.name, error, start)
            raise
        self.health.good(self.name, Ability.WRITE)
        if draft.attendees and not event.uninvited:
            self.health.good(self.name, Ability.INVITE)
        if draft.conference and event.link:
            self.health.good(self.name, Ability.LINK)
        return event

    def move(self, ref: EventRef, interval: Interval, *, timezone: str) -> Event:
        """Change an event's start and end. EventChangedMeanwhile: it is not as `ref.etag` says any more."""

        def seen() -> Event | None:
            event = self.read(ref)
            return event if holds(event, interval) else None

        return self._write_until_clear(
            lambda account: account.move_event(ref, interval, timezone=timezone, deadline=self.deadline),
            seen=seen,
            waits=not self.deadline.is_patient,  # somebody is on the phone
        )

    def amend(self, ref: EventRef, was: EventDraft, now: EventDraft) -> Event:
        """Bring an event's text and guests from `was` to `now`. GuestsRefused: nothing was changed."""

        def request(account: CalendarProvider) -> Event:
            try:
                return account.amend_event(ref, was, now, deadline=self.deadline)
            except InvitationsRefused as error:
                self.health.failed(self.name, Ability.INVITE, error, about=now.interval.start)
                raise

        # Only the repeated request tells: what people wrote around ours is not known here.
        return self._write_until_clear(request, seen=lambda: None)

    def add_conference(self, ref: EventRef, conference: str, key: str, interval: Interval) -> Event:
        """Ask for a meeting link for an event that has none. CalendarRefused: there is none (now)."""

        def ask(account: CalendarProvider) -> Event:
            try:
                return account.add_conference(ref, conference, key, deadline=self.deadline)
            except ConferenceUnavailable as error:
                self.health.failed(self.name, Ability.LINK, error, about=interval.start)
                raise

        event = self._write(ask)
        if event.link:
            self.health.good(self.name, Ability.LINK)
        return event

    def remove(self, ref: EventRef, *, notify: bool) -> None:
        """Remove an event, telling its guests if `notify`; one that is gone already is done."""
        self._write_until_clear(
            lambda account: account.cancel_event(ref, notify=notify, deadline=self.deadline),
            seen=lambda: None,  # the repeated request itself says whether it is gone
        )

    def of_account(self) -> Sequence[CalendarInfo]:
        """Return every calendar of the same account."""
        return self._ask(lambda account: account.list_calendars(deadline=self.deadline))

    def list(self, window: Interval) -> Sequence[Event]:
        """Return the events that overlap the window, foreign ones too."""
        return self._ask(
            lambda account: account.list_events(self.name.calendar, window, deadline=self.deadline)
        )

    def changes(self, cursor: str | None) -> Changes:
        """Return what changed since the cursor; everything when it is None or expired."""
        return self._ask(
            lambda account: account.changes(self.name.calendar, cursor, deadline=self.deadline),
            Ability.FOLLOW,
        )

    def watch(self, address: str, token: str) -> Channel | None:
        """Open a push channel to an https address; None where the vendor has none."""
        return self._ask(
            lambda account: account.watch(self.name.calendar, address, token, deadline=self.deadline),
            Ability.PUSH,
        )

    def renew(self, channel: Channel) -> Channel | None:
        """Return a push channel with a new term; None where another must be opened."""
        return self._ask(lambda account: account.renew(channel, deadline=self.deadline))

    def unwatch(self, channel: Channel) -> None:
        """Close a push channel; one that is gone already is done."""
        self._ask(lambda account: account.unwatch(channel, deadline=self.deadline))

    def _ask(self, question: Callable[[CalendarProvider], T], shows: Ability | None = None) -> T:
        """Put a question that changes no event: whatever fails may be asked again.

        `shows` is what the answer tells of the calendar's health.
        """
        if self.deadline.remaining() < _LEAST_SECONDS_FOR_A_LOOK:
            raise OutcomeUnknown("there was no time left to look")
        try:
            answer = self._run(question)
        except EventNotFound as error:
            raise EventGone("the calendar does not hold the event") from error
        except (ProviderError, StillRunning) as error:
            if shows and isinstance(error, ProviderError):
                self.health.failed(self.name, shows, error)
            # Also a refusal: that we may not look does not mean that nothing is there.
            raise OutcomeUnknown("the calendar did not answer") from error
        if shows:
            self.health.good(self.name, shows)
        return answer

    def _write_until_clear(
        self, request: Callable[[CalendarProvider], T], *, seen: Callable[[], T | None], waits: bool = False
    ) -> T:
        return write_until_clear(
            partial(self._write, request), seen=seen, deadline=self.deadline, sleep=self.sleep, waits=waits
        )

    def _write(self, request: Callable[[CalendarProvider], T]) -> T:
        # Not begun at all with less: a request that is cut off may land all the same, and be a ghost.
        if self.deadline.remaining() < WRITE_NEEDS_SECONDS:
            raise CalendarRefused("there was no time left to write")
        try:
            return self._run(request)
        except _UNCLEAR as error:
            raise OutcomeUnknown("the calendar did not say whether it took the appointment") from error
        except RateLimited as error:
            raise RefusedForNow("the calendar asks for patience", error.retry_after or 0.0) from error
        except ProviderError as error:
            # An outage too: where it may have been written all the same, the provider says WriteUnknown.
            kind = _KINDS.get(type(error), CalendarRefused)
            raise kind("the calendar did not take the appointment") from error

    def _run(self, request: Callable[[CalendarProvider], T]) -> T:
        # On the pool: libraries' time-outs count per read, so a trickling answer would outlast any deadline.
        account = self.accounts.provider(self.name)
        return self.pool.run(account.name, partial(request, account), self.deadline)


def reference(write: Write) -> EventRef:
    """Return where the write's event lies, as it was when we last saw it."""
    event_id = write.event_id or write.event_key
    return EventRef(write.calendar.calendar, event_id, write.etag, write.ical_uid)


def holds(event: Event | None, interval: Interval) -> bool:
    """Tell whether an event is there at this time."""
    return event is not None and not event.cancelled and event.interval == interval
