"""Microsoft fulfils the provider contract: signed in, app-only, and with other memories of deleted items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from providers.base import CalendarProvider, Interval
from tests.contracts.account import AccountUnderTest, ForeignEvent, StoredEvent
from tests.contracts.provider import ProviderContract
from tests.providers.microsoft import BEN, app_only, calendars
from tests.vendors.microsoft import FakeMicrosoft, Fault

_OUR_NAMES = {"BookingId": "booking_id", "EventKey": "event_key"}


class MicrosoftAccount(AccountUnderTest):
    """An account of the fake."""

    calendar = "calendar"
    unknown_calendar = "AAMkAGFhbm9ib2R5="
    key_stays_spent = True
    longest_title = 255

    def __init__(self, ms: FakeMicrosoft) -> None:
        self.ms = ms
        ms.add_account(BEN)
        self.other_calendar = ms.add_calendar(BEN)

    def make_provider(self) -> CalendarProvider:
        return calendars(self.ms)

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        members: dict[str, Any] = {
            "subject": event.title,
            "show_as": event.status,
            "cancelled": event.cancelled,
            "response": "declined" if event.declined else "organizer",
        }
        if event.days is not None:
            return self.ms.add_days(BEN, *event.days, calendar=calendar, **members)
        assert event.interval is not None
        if event.repeat is None:
            return self.ms.add_event(BEN, *event.interval, calendar=calendar, **members)
        return self.ms.add_series(
            BEN,
            event.interval,
            every_days=event.repeat.every_days,
            count=event.repeat.count,
            skipped=event.repeat.skipped,
            moved=event.repeat.moved,
            calendar=calendar,
            **members,
        )

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        self.ms.move_event(BEN, event_id, *interval)

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        self.ms.delete_event(BEN, event_id)

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        (event,) = (each for each in self.ms.events(BEN, calendar) if each["id"] == event_id)
        private: dict[str, str] = {}
        for name, value in event["properties"].items():
            own = name.rpartition(" ")[2]
            private |= json.loads(value) if own == "Private" else {_OUR_NAMES[own]: value}
        return StoredEvent(
            title=event["subject"],
            description=event["content"],
            location=event["location"],
            interval=Interval(event["start"], event["end"]),
            attendees=frozenset(event["attendees"]),
            private=private,
        )

    def expire(self, cursor: str) -> str:
        for calendar in (self.calendar, self.other_calendar):
            self.ms.expire_delta(BEN, calendar)
        return cursor

    def break_calendar(self, calendar: str) -> None:
        self.ms.break_calendar(BEN, calendar)

    def go_down(self) -> None:
        self.ms.go_down()

    def refuse_next_write(self) -> None:
        self.ms.fail_next(Fault.ACCESS)

    def lose_next_answer(self) -> None:
        self.ms.fail_next(Fault.SERVER_ERROR_AFTER)


class AppOnlyAccount(MicrosoftAccount):
    """A mailbox that nobody signed in to, of an Exchange whose ids die with their events."""

    key_stays_spent = False

    def __init__(self, ms: FakeMicrosoft) -> None:
        super().__init__(ms)
        ms.set_memory(keeps_deleted=False, answers_deleted="forget", duplicate_status=400)

    def make_provider(self) -> CalendarProvider:
        return app_only(self.ms)


class TestMicrosoft(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with FakeMicrosoft() as ms:
            yield MicrosoftAccount(ms)


class TestMicrosoftAppOnly(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with FakeMicrosoft() as ms:
            yield AppOnlyAccount(ms)
