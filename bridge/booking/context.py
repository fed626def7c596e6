"""What booking works with, handed in from outside: one part for the ledger, the rest for the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.booking.calendar import BookingCalendar
from bridge.calendars.accounts import Accounts
from bridge.calendars.availability import Availability
from bridge.calendars.call_pool import CallPool
from bridge.calendars.health import Health
from bridge.calendars.identities import Identities
from bridge.errors import BookingClosed
from bridge.model import Booking, CalendarName, EventType, Host, Resource, booked
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from bridge.store.notes import Notes
from bridge.store.patience import call_deadline, within
from bridge.vendors.contract import Vendor
from providers.base import Deadline

_LEASE_BEYOND_DEADLINE = timedelta(seconds=5)  # whoever is late still ends its own work, before others may


def _nothing_follows(_connection: Connection, _booking: Booking, _change: str) -> None:
    pass


def _no_checkpoint(_step: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class LedgerContext:
    """The database, its clock, and what is configured: all that a change of a booking's state needs.

    No calendar can be reached from here, so none is waited for while a transaction is open. `lease_now`
    reads the clock of leases from the database. `notes` outlive the process while the database is away.
    `checkpoint` is told the name of each step that is done; tests stop the process there. `own_link` is the
    address of a booking's page for its caller. `wake` tells the background loop that a job is due.
    """

    store: Store
    notes: Notes
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    resources: Mapping[str, Resource]
    vendors: Mapping[str, Vendor]
    locale: str
    book_seconds: float
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None]
    own_link: Callable[[str], str]
    follow_up: Callable[[Connection, Booking, str], None] = _nothing_follows
    lease_now: Callable[[Connection], datetime] = database_now
    checkpoint: Callable[[str], None] = _no_checkpoint

    @cached_property
    def attending(self) -> Mapping[str, Host]:
        """Return everybody's and everything's time that appointments take: hosts, then resources."""
        return {**self.hosts, **self.resources}

    @property
    def lease(self) -> timedelta:
        """Return how long a booking belongs to the process that works on it."""
        return timedelta(seconds=self.book_seconds) + _LEASE_BEYOND_DEADLINE

    def known_hosts(self, booking: Booking) -> list[str]:
        """Return a booking's hosts but those who were taken out of the configuration since."""
        return [host for host in booking.hosts if host in self.hosts]

    def known_resources(self, booking: Booking) -> list[Resource]:
        """Return a booking's resources but those that were taken out of the configuration since."""
        return [self.resources[each] for each in booking.resources if each in self.resources]

    def invited_resources(self, booking: Booking) -> list[Resource]:
        """Return those of a booking's resources that its event invites, as far as its calendar may invite."""
        return [each for each in self.known_resources(booking) if each.is_invited_from(booking.calendar)]

    def vendor(self, calendar: CalendarName) -> Vendor:
        """Return what is known of a calendar's vendor."""
        return self.vendors[calendar.provider]

    def find_event_type(self, booking: Booking) -> EventType | None:
        """Return what was booked, the service where it was one; None when it is not offered any more."""
        return booked(self.event_types, booking)

    def event_type_of(self, booking: Booking) -> EventType:
        """Return what was booked. BookingClosed: it is not offered any more."""
        found = self.find_event_type(booking)
        if found is None:
            raise BookingClosed("this kind of appointment is not offered any more")
        return found


@dataclass(frozen=True, kw_only=True)
class BookingContext(LedgerContext):
    """The same for the steps between two changes, which ask calendars and wait for them."""

    accounts: Accounts
    pool: CallPool
    identities: Identities
    availability: Availability
    alerts: Alerts
    health: Health
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]

    def deadline(self) -> Deadline:
        """Return until when a booking is to be answered."""
        return call_deadline(self.book_seconds, self.monotonic)

    @contextmanager
    def in_time(self) -> Iterator[Deadline]:
        """Yield until when a booking is to be answered; the database, too, is waited for no longer."""
        deadline = self.deadline()
        with within(deadline, self.sleep):
            yield deadline

    def calendar(self, name: CalendarName, deadline: Deadline) -> BookingCalendar:
        """Return a calendar that holds bookings' events, for requests within this deadline."""
        return BookingCalendar(self.accounts, self.pool, self.health, self.sleep, name, deadline)
