"""What the provider contract needs from each implementation: an account as seen from outside."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarProvider,
    Deadline,
    Event,
    EventAttendee,
    EventDraft,
    EventRef,
    Interval,
)
from providers.busy_policy import BusyPolicy
from providers.errors import ProviderError

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Interval(datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC))
KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
BOOKING = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"


@dataclass(frozen=True, slots=True)
class Repeat:
    """An entry that comes back every so many days at the same wall-clock time of the calendar's zone.

    Occurrences are numbered from 0; `skipped` ones do not take place, `moved` ones elsewhere.
    """

    every_days: int
    count: int
    skipped: frozenset[int] = frozenset()
    moved: Mapping[int, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """An entry made by a person: timed (`interval`) or all day (`days`: first day, day after the last).

    `status` is one of Graph's words: busy, tentative, oof, free, workingElsewhere.
    """

    interval: Interval | None = None
    days: tuple[date, date] | None = None
    status: str = "busy"
    title: str = "A person's own"
    cancelled: bool = False
    declined: bool = False
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What the calendar really holds, texts as a person reads them (no HTML, no escapes).

    `attendees` are lower-case addresses.
    """

    title: str
    description: str
    location: str
    interval: Interval
    attendees: frozenset[str]
    private: Mapping[str, str]


class AccountUnderTest(ABC):
    """One account with two empty calendars, and what people and faults do to it.

    The contract speaks to the calendars only through `make_provider()`, and does everything else through
    these hooks. An implementation reaches behind its provider: into the vendor fake's state, or into the
    database. It never goes through the provider's own writing calls, except where a hook says so.

    Attributes to set:
    calendar, other_calendar   ids of two calendars in zone Europe/Berlin that can be written to
    unknown_calendar           an id the account does not have
    statuses                   the statuses `add_foreign` can express
    can_decline                whether `declined` can be expressed
    can_invite                 whether attendees of an event are invited by the vendor itself
    longest_title              how many characters of a title are kept
    key_stays_spent            whether a cancelled event's key can never be used again (True for Google
                               and the embedded calendar); where False, creating again may also make the
                               one live event
    """

    calendar: str
    other_calendar: str
    unknown_calendar: str
    statuses: frozenset[str] = frozenset({"busy", "tentative", "oof", "free", "workingElsewhere"})
    can_decline: bool = True
    can_invite: bool = True
    key_stays_spent: bool = True
    longest_title: int | None = None

    @abstractmethod
    def make_provider(self) -> CalendarProvider:
        """Return a new provider object for this account, as another process would have one."""

    @abstractmethod
    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        """Put in an entry as a person would; return the id by which `read_event` knows it.

        For a repeating one the id is that of the series, which nobody reads.
        """

    @abstractmethod
    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        """Drag an entry to another time; its etag changes."""

    @abstractmethod
    def delete_as_person(self, calendar: str, event_id: str) -> None:
        """Delete an entry."""

    @abstractmethod
    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        """Return what the calendar holds of a live event."""

    @abstractmethod
    def expire(self, cursor: str) -> str:
        """Make a cursor of `changes` expire, and return the cursor to use (it may be the same)."""

    @abstractmethod
    def break_calendar(self, calendar: str) -> None:
        """From now on this one calendar cannot be read; the others can.

        Where the vendor has errors inside a 200, it answers with one.
        """

    @abstractmethod
    def go_down(self) -> None:
        """From now on nothing works at all: 503 to everything, or no database."""

    @abstractmethod
    def refuse_next_write(self) -> None:
        """Let the next write fail in a way that shows it did not happen, however often it is tried."""

    @abstractmethod
    def lose_next_answer(self) -> None:
        """Let the next write happen, but its answer get lost (also for repeats of that one call)."""


def plenty() -> Deadline:
    """Return a deadline that no test reaches."""
    return Deadline(60.0, time.monotonic)


def over() -> Deadline:
    """Return a deadline that has passed."""
    return Deadline(0.0, time.monotonic)


def at(day: int, hour: int, minute: int = 0, *, month: int = 12) -> datetime:
    """Return a moment of 2026 in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def span(day: int, hour: int, minute: int = 0, *, minutes: int = 30) -> Interval:
    """Return an interval on a day of December 2026 in UTC."""
    start = at(day, hour, minute)
    return Interval(start, start + timedelta(minutes=minutes))


def local_span(day: date, first: str, last: str) -> Interval:
    """Return the interval between two wall-clock times in Berlin."""
    start = datetime.fromisoformat(f"{day}T{first}").replace(tzinfo=BERLIN)
    end = datetime.fromisoformat(f"{day}T{last}").replace(tzinfo=BERLIN)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def draft(interval: Interval, *, key: str = KEY, booking: str = BOOKING, title: str = "Call") -> EventDraft:
    """Return a plain wish for an event."""
    private = {"booking_id": booking, "event_key": key}
    return EventDraft(title=title, interval=interval, timezone="Europe/Berlin", private=private)


def create(
    provider: CalendarProvider, account: AccountUnderTest, interval: Interval, *, key: str = KEY
) -> Event:
    """Make a plain event of the one booking in the account's first calendar."""
    return provider.create_event(account.calendar, key, draft(interval, key=key), deadline=plenty())


def rich_draft(interval: Interval, text: str) -> EventDraft:
    """Return a wish with every text and an attendee."""
    return EventDraft(
        title=text,
        interval=interval,
        timezone="Europe/Berlin",
        description=text,
        location=text,
        attendees=(EventAttendee("guest@example.com", "A Guest"),),
        private={"booking_id": BOOKING, "event_key": KEY, "answer": "blue", "phone": "+4930123456"},
    )


def ask(
    provider: CalendarProvider,
    calendar: str,
    window: Interval = WINDOW,
    *,
    policy: BusyPolicy | None = None,
    without: EventRef | None = None,
) -> BusyAnswer:
    """Return one calendar's answer."""
    query = BusyQuery(calendar, policy or BusyPolicy(), "Europe/Berlin", without)
    return provider.free_busy([query], window, deadline=plenty())[query]


def busy(
    provider: CalendarProvider,
    calendar: str,
    window: Interval = WINDOW,
    *,
    policy: BusyPolicy | None = None,
    without: EventRef | None = None,
) -> tuple[Interval, ...]:
    """Return one calendar's busy time, which must be known."""
    answer = ask(provider, calendar, window, policy=policy, without=without)
    assert not isinstance(answer, ProviderError), answer
    return answer
