"""What the tests of Microsoft's provider share: an account, a clock that needs no waiting, times."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from providers.base import BusyAnswer, BusyQuery, Deadline, EventDraft, EventRef, Interval
from providers.busy_policy import BusyPolicy
from providers.errors import ProviderError
from providers.http import Clocks
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.settings import MicrosoftSettings
from providers.microsoft.sign_in import Consent, Entra, Renewed
from providers.tokens import TokenSource
from tests.vendors.microsoft import FakeMicrosoft, tokens_of

BEN = "ben@contoso.example.com"
CARLA = "carla@contoso.example.com"
ROOM = "room1@contoso.example.com"
DORA = "dora@outlook.example.com"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WINDOW = Interval(datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC))
KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
BOOKING = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"


class Waiting:
    """A clock that stands still but for waiting, which takes no time and is counted on it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.slept: list[float] = []
        self._lost = 0.0

    def monotonic(self) -> float:
        return sum(self.slept) + self._lost

    def lose(self, seconds: float) -> None:
        """Let time go by without anybody waiting."""
        self._lost += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clocks(self) -> Clocks:
        return Clocks(now=lambda: self.now, monotonic=self.monotonic, sleep=self.sleep, random=lambda: 1.0)

    def deadline(self, seconds: float = 30.0) -> Deadline:
        return Deadline(seconds, self.monotonic)


def calendars(
    ms: FakeMicrosoft,
    email: str = BEN,
    *,
    tokens: TokenSource | None = None,
    waiting: Waiting | None = None,
    settings: MicrosoftSettings | None = None,
    mailboxes: Mailboxes | None = None,
) -> MicrosoftCalendars:
    return MicrosoftCalendars(
        email,
        tokens or tokens_of(ms, email),
        settings or ms.settings(),
        clocks=(waiting or Waiting()).clocks(),
        mailboxes=mailboxes,
    )


def app_only(ms: FakeMicrosoft, email: str = BEN) -> MicrosoftCalendars:
    """Return the provider of a mailbox that the application reaches by itself."""
    return calendars(ms, email, tokens=tokens_of(ms, None), settings=ms.settings(app_only=True))


def soon(seconds: float = 30.0) -> Deadline:
    return Deadline(seconds, time.monotonic)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def span(day: int, hour: int, minutes: int = 30) -> Interval:
    return Interval(at(day, hour), at(day, hour) + timedelta(minutes=minutes))


def draft(interval: Interval, key: str = KEY, booking: str = BOOKING) -> EventDraft:
    return EventDraft(
        title="Call",
        interval=interval,
        timezone="Europe/Berlin",
        private={"booking_id": booking, "event_key": key},
    )


def teams_draft(interval: Interval) -> EventDraft:
    return replace(draft(interval), conference="microsoft_teams")


def query(
    calendar: str = "calendar",
    policy: BusyPolicy | None = None,
    *,
    timezone: str = "Europe/Berlin",
    without: EventRef | None = None,
) -> BusyQuery:
    return BusyQuery(calendar, policy or BusyPolicy(), timezone, without)


def asked(
    provider: MicrosoftCalendars,
    wanted: BusyQuery | None = None,
    window: Interval = WINDOW,
    deadline: Deadline | None = None,
) -> BusyAnswer:
    wanted = wanted or query()
    return provider.free_busy([wanted], window, deadline=deadline or soon())[wanted]


def busy(
    provider: MicrosoftCalendars, wanted: BusyQuery | None = None, window: Interval = WINDOW
) -> tuple[Interval, ...]:
    answer = asked(provider, wanted, window)
    assert not isinstance(answer, ProviderError), answer
    return answer


CALLBACK = "https://calendar.example.com/connect/microsoft/callback"


def answer_of(place: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(place).query))


def signed_in(ms: FakeMicrosoft, entra: Entra, email: str = BEN) -> Consent:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    return entra.finish_consent(flow, answer_of(ms.consent(flow["auth_uri"], email)), deadline=soon())


def renewed(entra: Entra, consent: Consent, cache: str | None = None) -> Renewed:
    return entra.acquire_silent(
        cache or consent.cache, consent.account_id, force_refresh=True, deadline=soon()
    )
