"""A salon whose clock the test turns, on a real database, with calendars that can be made unruly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.app import Bridge
from bridge.attendee import CallerRequest
from bridge.calendars.accounts import Accounts
from bridge.config import Config
from bridge.model import Booking, BookingState, CalendarName, Contact
from bridge.service.outcome import BookOutcome
from bridge.store.sql import bookings, claims, writes
from bridge.surroundings import Surroundings
from providers.base import Deadline, Event, Interval

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@dataclass
class TurnableClock:
    """One clock for everything; sleeping turns it."""

    moment: datetime = MONDAY

    def now(self, _connection: object = None) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - MONDAY).total_seconds() + 1000.0

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)

    def sleep(self, seconds: float) -> None:
        self.turn(seconds=seconds)


@dataclass
class RealClock(TurnableClock):
    """The real time, which tests may put forward: vendors' fakes live in it too."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    ahead: timedelta = timedelta(0)

    def now(self, _connection: object = None) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()

    def turn(self, **by: float) -> None:
        self.ahead += timedelta(**by)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Salon:
    """The bridge of a small salon, with the questions tests ask."""

    config: Config
    clock: TurnableClock = field(default_factory=TurnableClock)
    wrap: Callable[[Accounts], Accounts] = lambda accounts: accounts
    checkpoint: Callable[[str], None] = lambda _step: None
    ca_bundle: str | None = None
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
                ca_bundle=self.ca_bundle,
                **self.around,
            ),
        )
        self.reception = self.bridge.reception

    def _reached(self, step: str) -> None:
        self.checkpoint(step)

    def book(self, who: str, start: datetime, **details: object) -> BookOutcome:
        request = CallerRequest(contact=Contact(contact_id=who), contact_details={"name": who, **details})
        return self.reception.book(self.reception.event_type(None), request, start)

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

    def _events(self, name: CalendarName) -> list[Event]:
        found = self.bridge.opened.provider(name).list_events(
            name.calendar, self.ever, deadline=self.patience()
        )
        return [event for event in found if not event.cancelled]

    def patience(self) -> Deadline:
        return Deadline(60, self.clock.monotonic)

    def settle(self) -> None:
        """Let time pass until nothing late can come any more, doing all background work on the way."""
        for minutes in (0, 1, 1, 5, 15, 20):
            self.clock.turn(minutes=minutes, seconds=1)
            self.bridge.plan_standing()
            self.bridge.background.run_due()

    def claims_of(self, booking: Booking) -> list[Interval]:
        with self.bridge.store.read() as connection:
            return [claim.interval for claim in claims.of_booking(connection, booking.id)]

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
            assert not bookings.abandoned(connection, self.clock.now())
            held = claims.overlapping(
                connection, hosts=list(self.config.hosts), calendars=[], window=self.ever
            )
        assert {claim.booking_id for claim in held} <= set(confirmed)
        assert not any(claim.pending for claim in held)
        for booking in confirmed.values():
            if not booking.by_person:
                assert self.claims_of(booking) == [booking.interval] * len(booking.hosts)
