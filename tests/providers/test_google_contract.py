"""Google fulfils the provider contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from providers.base import CalendarProvider, Interval
from tests.contracts.account import BERLIN, AccountUnderTest, ForeignEvent, Repeat, StoredEvent
from tests.contracts.provider import ProviderContract
from tests.providers.google import ANNA, TEAM, calendars
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.google.state import Calendar, instant

_STATUS_MEMBERS: dict[str, dict[str, Any]] = {
    "busy": {},
    "tentative": {"status": "tentative"},
    "oof": {"eventType": "outOfOffice"},
    "free": {"transparency": "transparent"},
    "workingElsewhere": {
        "eventType": "workingLocation",
        "transparency": "transparent",
        "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
    },
}


class GoogleAccount(AccountUnderTest):
    """An account of the fake."""

    calendar = ANNA
    other_calendar = TEAM
    unknown_calendar = "nobody@group.calendar.example.com"

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        google.add_account(ANNA, calendars=[TEAM])

    def make_provider(self) -> CalendarProvider:
        return calendars(self._google)

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        members = dict(_STATUS_MEMBERS[event.status], summary=event.title)
        if event.cancelled:
            members["status"] = "cancelled"
        if event.declined:
            members["attendees"] = [{"email": calendar, "responseStatus": "declined"}]
        if event.repeat is not None:
            members["recurrence"] = [
                f"RRULE:FREQ=DAILY;INTERVAL={event.repeat.every_days};COUNT={event.repeat.count}"
            ]
        start, end = event.days or event.interval or (None, None)
        assert start is not None
        assert end is not None
        event_id = self._google.add_event(calendar, start, end, **members)
        if event.repeat is not None and event.interval is not None:
            self._except(calendar, event_id, event.interval, event.repeat)
        return event_id

    def _except(self, calendar: str, series: str, first: Interval, repeat: Repeat) -> None:
        for number in sorted({*repeat.skipped, *repeat.moved}):
            start, end = (
                (moment.astimezone(BERLIN) + timedelta(days=number * repeat.every_days)).astimezone(BERLIN)
                for moment in first
            )
            place = repeat.moved.get(number, Interval(start, end))
            self._google.add_event(
                calendar,
                place.start,
                place.end,
                id=f"{series}{number}",
                recurringEventId=series,
                originalStartTime={"dateTime": start.isoformat()},
                status="cancelled" if number in repeat.skipped else "confirmed",
            )

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        self._google.move_event(calendar, event_id, *interval)

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        self._google.delete_event(calendar, event_id)

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        (event,) = (each for each in self._google.events(calendar) if each["id"] == event_id)
        place = Calendar(calendar, calendar, "Europe/Berlin", {})
        return StoredEvent(
            title=event["summary"],
            description=unescape(event["description"]),
            location=event["location"],
            interval=Interval(instant(event["start"], place), instant(event["end"], place)),
            attendees=frozenset(each["email"].lower() for each in event.get("attendees", ())),
            private=event["extendedProperties"]["private"],
        )

    def expire(self, cursor: str) -> str:
        for calendar in (self.calendar, self.other_calendar):
            self._google.expire_sync_tokens(calendar)
        return cursor

    def break_calendar(self, calendar: str) -> None:
        self._google.break_calendar(calendar)

    def go_down(self) -> None:
        self._google.go_down()

    def refuse_next_write(self) -> None:
        self._google.fail_next(Fault.FORBIDDEN)

    def lose_next_answer(self) -> None:
        self._google.fail_next(Fault.SERVER_ERROR_AFTER)


class TestGoogle(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with FakeGoogle() as google:
            yield GoogleAccount(google)
