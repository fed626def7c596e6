"""What the tests of Google's provider share: an account, a clock that needs no waiting, times."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from providers.base import BusyQuery, Deadline, EventAttendee, EventDraft, EventRef, Interval
from providers.busy_policy import BusyPolicy
from providers.google.calendars import GoogleCalendars
from providers.google.settings import GoogleSettings
from providers.http import Clocks
from providers.tokens import TokenSource
from tests.vendors.google import FakeGoogle, FakeTokens, tokens_of
from tests.vendors.google.canned import Canned

ANNA = "anna@example.com"
BEN = "ben@example.com"
TEAM = "team@group.calendar.example.com"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WINDOW = Interval(datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC))
KEY = "0123456789abcdef0123456789abcdef"
BOOKING = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"


class Waiting:
    """A clock that stands still but for waiting, which takes no time and is counted on it."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clocks(self) -> Clocks:
        return Clocks(now=lambda: NOW, monotonic=self.monotonic, sleep=self.sleep, random=lambda: 1.0)

    def deadline(self, seconds: float = 30.0) -> Deadline:
        return Deadline(seconds, self.monotonic)


def settings_of(google: FakeGoogle) -> GoogleSettings:
    return GoogleSettings(
        client_id=google.client_id,
        client_secret=google.client_secret,
        api_url=google.api_url,
        auth_url=google.auth_url,
        token_url=google.token_url,
    )


def calendars(
    google: FakeGoogle,
    email: str = ANNA,
    *,
    tokens: TokenSource | None = None,
    waiting: Waiting | None = None,
) -> GoogleCalendars:
    return GoogleCalendars(
        email,
        tokens or tokens_of(google, email),
        settings_of(google),
        clocks=(waiting or Waiting()).clocks(),
    )


def provider_of(canned: Canned, waiting: Waiting | None = None) -> GoogleCalendars:
    """Return the provider of an account at a server with canned answers."""
    return GoogleCalendars(
        ANNA,
        FakeTokens(lambda: "fake-access"),
        GoogleSettings(api_url=canned.api_url),
        clocks=(waiting or Waiting()).clocks(),
    )


def soon(seconds: float = 30.0) -> Deadline:
    return Deadline(seconds, time.monotonic)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def span(day: int, hour: int, minutes: int = 30) -> Interval:
    return Interval(at(day, hour), at(day, hour) + timedelta(minutes=minutes))


def draft(
    interval: Interval, key: str = KEY, booking: str = BOOKING, *, attendees: Sequence[str] = ()
) -> EventDraft:
    return EventDraft(
        title="Call",
        interval=interval,
        timezone="Europe/Berlin",
        attendees=tuple(EventAttendee(each) for each in attendees),
        private={"booking_id": booking, "event_key": key},
    )


def query(
    calendar: str = ANNA,
    policy: BusyPolicy | None = None,
    *,
    timezone: str = "Europe/Berlin",
    without: EventRef | None = None,
) -> BusyQuery:
    return BusyQuery(calendar, policy or BusyPolicy(), timezone, without)


def queries(calendars: Sequence[str]) -> list[BusyQuery]:
    return [query(each) for each in calendars]
