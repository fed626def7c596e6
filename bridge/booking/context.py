"""What booking works with, handed in from outside: one part for the ledger, the rest for the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.booking.calendar import BookingCalendar
from bridge.calendars.accounts import Accounts
from bridge.calendars.availability import Availability
from bridge.calendars.call_pool import CallPool
from bridge.calendars.health import Health
from bridge.calendars.identities import Identities
from bridge.model import CalendarName, EventType, Host
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from bridge.vendors.contract import Vendor
from providers.base import Deadline

_LEASE_BEYOND_DEADLINE = timedelta(seconds=5)  # whoever is late still ends its own work, before others may


def _no_checkpoint(_step: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class LedgerContext:
    """The database, its clock, and what is configured: all that a change of a booking's state needs.

    No calendar can be reached from here, so none is waited for while a transaction is open. `lease_now`
    reads the clock of leases from the database. `checkpoint` is told the name of each step that is done;
    tests stop the process there. `wake` tells the background loop that a job is due.
    """

    store: Store
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    locale: str
    book_seconds: float
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None]
    lease_now: Callable[[Connection], datetime] = database_now
    checkpoint: Callable[[str], None] = _no_checkpoint

    @property
    def lease(self) -> timedelta:
        """Return how long a booking belongs to the process that works on it."""
        return timedelta(seconds=self.book_seconds) + _LEASE_BEYOND_DEADLINE


@dataclass(frozen=True, kw_only=True)
class BookingContext(LedgerContext):
    """The same for the steps between two changes, which ask calendars and wait for them."""

    accounts: Accounts
    pool: CallPool
    identities: Identities
    availability: Availability
    alerts: Alerts
    health: Health
    vendors: Mapping[str, Vendor]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]

    def deadline(self) -> Deadline:
        """Start the clock of one booking."""
        return Deadline(self.book_seconds, self.monotonic)

    def calendar(self, name: CalendarName, deadline: Deadline) -> BookingCalendar:
        """Return a calendar that holds bookings' events, for requests within this deadline."""
        return BookingCalendar(self.accounts, self.pool, self.health, self.sleep, name, deadline)

    def vendor(self, calendar: CalendarName) -> Vendor:
        """Return what is known of a calendar's vendor."""
        return self.vendors[calendar.provider]
