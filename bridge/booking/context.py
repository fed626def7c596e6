"""What every step of the booking protocol works with, handed in from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.alerts import Alerts
from bridge.calendars.accounts import Accounts
from bridge.calendars.availability import Availability
from bridge.calendars.call_pool import CallPool
from bridge.model import CalendarName, EventType, Host
from bridge.store.engine import Store, database_now
from bridge.vendors.contract import Vendor
from providers.base import Deadline

_LEASE_BEYOND_DEADLINE = timedelta(seconds=5)


def _no_checkpoint(_step: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class BookingContext:
    """The surroundings of a booking.

    `lease_now` reads the clock of leases from the database. `checkpoint` is told the name of each step
    that is done; tests stop the process there. `wake` tells the background loop that a job is due.
    """

    store: Store
    accounts: Accounts
    pool: CallPool
    availability: Availability
    alerts: Alerts
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    vendors: Mapping[str, Vendor]
    locale: str
    book_seconds: float
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    new_id: Callable[[], str]
    wake: Callable[[], None]
    lease_now: Callable[[Connection], datetime] = database_now
    checkpoint: Callable[[str], None] = _no_checkpoint

    def deadline(self) -> Deadline:
        """Start the clock of one booking."""
        return Deadline(self.book_seconds, self.monotonic)

    def vendor(self, calendar: CalendarName) -> Vendor:
        """Return what is known of a calendar's vendor."""
        return self.vendors[calendar.provider]

    @property
    def lease(self) -> timedelta:
        """Return how long a hold belongs to the process that made it."""
        return timedelta(seconds=self.book_seconds) + _LEASE_BEYOND_DEADLINE
