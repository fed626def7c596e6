"""A firm with teams of every kind on embedded calendars, and words to say what happens in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bridge.attendee import CallerRequest
from bridge.calendars.accounts import Accounts
from bridge.config import Config
from bridge.model import Attendee, Booking, BookingState, CalendarName, Claim, Contact, EventType
from bridge.service.outcome import BookOutcome
from bridge.store.sql import bookings, claims, writes
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, EventDraft, Interval
from tests.booking.salon import MONDAY
from tests.booking.unruly_salon import UnrulyAccounts, UnrulySalon
from tests.builders import API_KEY, SECRET, WEEK
from tests.configs import parse_config
from tests.vendors.unruly import Plan, UnrulyCalendars

TEN = MONDAY.replace(hour=10)
HALF_AN_HOUR = timedelta(minutes=30)
HALF_PAST = TEN + HALF_AN_HOUR
EVERY_START = "hours_between_suggestions = 0\nslots_per_day = 48\ndays_to_look_ahead = 1"


@dataclass(frozen=True)
class Staff:
    """A host: open these hours every day, its keys in TOML, its booking calendar its own."""

    name: str
    hours: str = "08:00-20:00"
    lines: str = ""
    calendar: str = ""

    def toml(self) -> str:
        week = "\n".join(f'{day} = ["{self.hours}"]' for day in WEEK)
        return (
            f'[hosts.{self.name}]\nname = "{self.name.title()} Example"\nemail = "{self.name}@example.com"\n'
            f'booking_calendar = "{self.calendar or f"local:{self.name}"}"\n{self.lines}\n'
            f"[hosts.{self.name}.open_hours]\n{week}\n"
        )


ANNA, BEN, CARL, DORA = (Staff(name) for name in ("anna", "ben", "carl", "dora"))


# Never connected: hosts whose calendar is there are unknown.
UNCONNECTED = '[google]\nclient_id = "fake"\nclient_secret = "fake"\n'


def firm_toml(url: str, *staff: Staff, bridge: str = "", rest: str = UNCONNECTED, **event_types: str) -> str:
    """Return a config of these hosts and event types; each event type is 30 minutes without notice."""
    parts = [
        f'[bridge]\npublic_url = "http://127.0.0.1:8000"\nsecret_key = "{SECRET}"\ntimezone = "UTC"',
        f'database_url = "{url}"\n{bridge}\n[telli]\napi_keys = ["{API_KEY}"]\n{rest}',
    ]
    parts += [each.toml() for each in staff]
    parts += [
        f'[event_types.{name}]\ntitle = "{name.title()}"\nminimum_notice_minutes = 0\n{lines}\n'
        for name, lines in event_types.items()
    ]
    return "\n".join(parts)


def firm_config(url: str, *staff: Staff, **event_types: str) -> Config:
    """Return the firm's configuration, read as from a file."""
    return parse_config(firm_toml(url, *staff, **event_types), environ={}, base=Path())


@dataclass
class RacedAccounts(UnrulyAccounts):
    """Unruly accounts after whose next answer something happens, once."""

    rival: Callable[[], object] | None = None

    def provider(self, calendar: CalendarName) -> CalendarProvider:
        real = self.inner.provider(calendar)
        return self.opened.setdefault(id(real), RacedCalendars(real, self.plan, self))

    def happen(self) -> None:
        rival, self.rival = self.rival, None
        if rival:
            rival()


class RacedCalendars(UnrulyCalendars):
    """A provider that lets a rival in between its answer and what is made of it."""

    def __init__(self, inner: CalendarProvider, plan: Plan, accounts: RacedAccounts) -> None:
        super().__init__(inner, plan)
        self._accounts = accounts

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        answers = super().free_busy(queries, window, deadline=deadline)
        self._accounts.happen()
        return answers


@dataclass
class Firm(UnrulySalon):
    """The bridge of a firm, with the questions tests ask; its steps can be watched."""

    watch: Callable[[str], None] = field(default=lambda _step: None)

    def _wrap(self, accounts: Accounts) -> Accounts:
        self.unruly = self.raced = RacedAccounts(accounts, self.plan)
        return self.raced

    def race(self, rival: Callable[[], object]) -> None:
        """Let this happen right after the calendars' next answer."""
        self.raced.rival = rival

    def _reached(self, step: str) -> None:
        super()._reached(step)
        self.watch(step)

    def event_type(self, name: str) -> EventType:
        return self.reception.event_type(name)

    def ask(self, event_type: str, who: str, start: datetime, **details: object) -> BookOutcome:
        """Let a caller book."""
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
