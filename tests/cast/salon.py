"""The salon: a whole bridge on a real database, whose clock the test turns, and the words to ask it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from bridge.attendee import CallerRequest
from bridge.booking.jobs import plan_standing
from bridge.calendars.accounts import Accounts
from bridge.config import Config
from bridge.model import Attendee, Booking, BookingState, CalendarName, Claim, Contact, EventType
from bridge.parts import Bridge
from bridge.service.outcome import BookOutcome
from bridge.store.sql import bookings, claims, revisions, writes
from bridge.store.tables import IS_LIVE, booking_hosts, local_events
from bridge.store.tables import bookings as bookings_table
from bridge.surroundings import Surroundings
from providers.base import CalendarProvider, Deadline, Event, EventDraft, Interval
from tests.cast.clock import HALF_AN_HOUR, TurnableClock
from tests.cast.names import nobody_to_ask


@dataclass
class Salon:
    """The bridge of a small salon, with the questions tests ask."""

    config: Config
    clock: TurnableClock = field(default_factory=TurnableClock)
    wrap: Callable[[Accounts], Accounts] = lambda accounts: accounts
    checkpoint: Callable[[str], None] = lambda _step: None
    around: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clock = self.clock
        self.bridge = Bridge(
            self.config,
            Surroundings(
                now=clock.now,
                monotonic=clock.monotonic,
                sleep=clock.sleep,
                lease_now=clock.now,
                checkpoint=self._reached,
                wrap_accounts=self.wrap,
                **{"make_resolver": nobody_to_ask, **self.around},
            ),
        )
        self.reception = self.bridge.reception

    def _reached(self, step: str) -> None:
        self.checkpoint(step)

    def book(self, who: str, start: datetime, **details: object) -> BookOutcome:
        """Let a caller book the default event type."""
        return self.ask(None, who, start, **details)

    def bookings(self, *states: BookingState) -> list[Booking]:
        return self.reception.bookings(states=[str(state) for state in states])

    def confirmed(self) -> list[Booking]:
        return self.bookings(BookingState.CONFIRMED)

    def events(self, calendar: str | None = None) -> list[Event]:
        """Return every live event of the salon's calendars (or of one of them)."""
        names = [CalendarName("local", "", calendar)] if calendar else self.calendars()
        return [event for name in names for event in self._events(name)]

    @property
    def ever(self) -> Interval:
        """Return all the time that matters to a test."""
        now = self.clock.now()
        return Interval(now - timedelta(days=3), now + timedelta(days=30))

    def calendars(self) -> list[CalendarName]:
        return sorted({host.booking_calendar for host in self.config.hosts.values()})

    def provider(self, name: CalendarName) -> CalendarProvider:
        """Return what people reach a calendar by, however the bridge fares with it."""
        return self.bridge.opened.provider(name)

    def _events(self, name: CalendarName) -> list[Event]:
        found = self.provider(name).list_events(name.calendar, self.ever, deadline=self.patience())
        return [event for event in found if not event.cancelled]

    def patience(self) -> Deadline:
        return self.clock.deadline(60)

    def settle(self) -> None:
        """Let time pass until nothing late can come any more, doing all background work on the way."""
        self.plan_standing()
        for minutes in (0, 1, 1, 5, 15, 20):
            self.clock.turn(minutes=minutes, seconds=1)
            self.bridge.background.run_due()

    def plan_standing(self) -> None:
        """Make due what is always due again, as at a start, but only what concerns bookings."""
        plan_standing(self.bridge.context, self.bridge.background, ())

    def claims_of(self, booking: Booking) -> list[Interval]:
        return [claim.interval for claim in self.claims(booking)]

    def write_states(self, booking: Booking) -> list[str]:
        with self.bridge.store.read() as connection:
            return [str(write.state) for write in writes.of_booking(connection, booking.id)]

    def is_consistent(self) -> None:
        """Assert that events, claims and bookings agree."""
        confirmed = {booking.id: booking for booking in self.confirmed()}
        events = [event for event in self.events() if event.booking_id]
        assert sorted(event.booking_id or "" for event in events) == sorted(confirmed)
        for event in events:
            assert event.interval == confirmed[event.booking_id or ""].interval
        assert not self.bookings(BookingState.HELD)
        with self.bridge.store.read() as connection:
            assert not bookings.abandoned(connection, self.clock.now(), self.bridge.context.lease)
            held = claims.overlapping(
                connection, hosts=list(self.config.hosts), calendars=[], window=self.ever
            )
        assert {claim.booking_id for claim in held} <= set(confirmed)
        assert not any(claim.pending for claim in held)
        self.attendances_agree()
        for booking in confirmed.values():
            if not booking.by_person:
                assert self.claims_of(booking) == [booking.interval] * len(booking.taken)

    def attendances_agree(self) -> None:
        """Assert that what each attendance says of its booking is what the booking says."""
        says, holds = booking_hosts.c, bookings_table.c
        differs = or_(
            says.event_type != holds.event_type, says.made_at != holds.made_at, says.is_live != IS_LIVE
        )
        wrong = select(holds.id, holds.state).join(booking_hosts).where(differs)
        with self.bridge.store.read() as connection:
            assert not connection.execute(wrong).all()

    def event_type(self, name: str | None) -> EventType:
        return self.reception.event_type(name)

    def ask(self, event_type: str | None, who: str, start: datetime, **details: object) -> BookOutcome:
        """Let a caller book an event type."""
        request = CallerRequest(contact=Contact(contact_id=who), contact_details={"name": who, **details})
        return self.reception.book(self.event_type(event_type), request, start)

    def booked(self, event_type: str, who: str, start: datetime, **details: object) -> Booking:
        """Let a caller book, which must succeed."""
        outcome = self.ask(event_type, who, start, **details)
        assert outcome.booking is not None, outcome.reason
        return outcome.booking

    def moved(self, booking: Booking, start: datetime) -> Booking:
        """Move a booking, which must succeed; then do what is due."""
        outcome = self.reception.move(booking, start)
        assert outcome.booking is not None, outcome.reason
        self.bridge.background.run_due()
        return outcome.booking

    def offered(self, event_type: str) -> list[str]:
        """Return the starts on offer, as the event type's clock shows them."""
        wanted = self.event_type(event_type)
        return [
            f"{slot.start.astimezone(wanted.timezone):%H:%M}" for slot in self.reception.offer(wanted).slots
        ]

    def busy(self, host: str, start: datetime, minutes: int = 30) -> None:
        """Put something of the host's own into its calendar."""
        calendar = self.config.hosts[host].booking_calendar
        interval = Interval(start, start + timedelta(minutes=minutes))
        key = self.bridge.context.new_id()
        draft = EventDraft("Dentist", interval, "UTC", private={})
        provider = self.bridge.opened.provider(calendar)
        provider.create_event(calendar.calendar, key, draft, deadline=self.patience())

    def booking(self, booking: Booking) -> Booking:
        """Return the booking as it is now."""
        return self.reception.booking(booking.id)

    def claims(self, booking: Booking) -> list[Claim]:
        with self.bridge.store.read() as connection:
            return claims.of_booking(connection, booking.id)

    def claimed(self, booking: Booking) -> list[str]:
        """Return whose time the booking takes."""
        return [claim.host for claim in self.claims(booking)]

    def restore(self, calendar: str, event_id: str) -> None:
        """Let a person take a deleted event out of an embedded calendar's bin."""
        with self.bridge.store.write() as connection:
            connection.execute(
                update(local_events)
                .where(local_events.c.calendar == calendar, local_events.c.id == event_id)
                .values(cancelled=False, changed=revisions.bump(connection, revisions.LOCAL))
            )

    def guests(self, booking: Booking) -> list[str]:
        """Return who is invited to the booking's event."""
        with self.bridge.store.read() as connection:
            last = writes.of_booking(connection, booking.id)[-1]
            return [guest.email for guest in writes.draft_of(connection, last).attendees]

    def calendars_of(self, booking: Booking) -> list[str]:
        """Return the calendars that hold an event of the booking."""
        return [
            name.calendar
            for name in self.calendars()
            for event in self._events(name)
            if event.booking_id == booking.id
        ]

    def given(
        self, host: str, made_at: datetime, state: BookingState = BookingState.CONFIRMED, *, of: str = "visit"
    ) -> None:
        """Let a booking have been made with the host then, for some time long past."""
        key = self.bridge.context.new_id()
        begin = made_at - timedelta(days=60)
        booking = Booking(
            id=key,
            event_type=of,
            state=state,
            interval=Interval(begin, begin + HALF_AN_HOUR),
            hosts=(host,),
            calendar=CalendarName("local", "", host),
            contact=Contact(key),
            attendee=Attendee(),
            version=1,
            made_at=made_at,
        )
        with self.bridge.store.write() as connection:
            bookings.insert_held(connection, booking, owner="", lease_until=made_at)
            freed = {"owner": None, "lease_until": None}
            bookings.change(connection, key, states=(state,), values=freed)
