"""The provider contract, fulfilled by the vendor that exists in tests only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest

from providers.base import CalendarProvider, Interval
from providers.tokens import GivenToken
from tests.contracts.account import BERLIN, AccountUnderTest, ForeignEvent, StoredEvent
from tests.contracts.provider import ProviderContract
from tests.vendors.paper.diaries import PaperDiaries
from tests.vendors.paper.server import PaperServer


class PaperAccount(AccountUnderTest):
    """Two diaries of one owner."""

    calendar = "work"
    other_calendar = "home"
    unknown_calendar = "lost"
    can_decline = False
    can_invite = False

    def __init__(self, server: PaperServer) -> None:
        self._server = server
        self._numbers = count(1)

    def make_provider(self) -> CalendarProvider:
        server = self._server
        return PaperDiaries(server.url, GivenToken(f"{server.username}:{server.password}"))

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        for interval in occurrences(event):
            entry_id = f"person-{next(self._numbers)}"
            entry = {
                "start": interval.start.isoformat(),
                "end": interval.end.isoformat(),
                "all_day": event.days is not None,
                "status": event.status,
                "cancelled": event.cancelled,
                "title": event.title,
            }
            self._server.put(calendar, entry_id, entry)
        return entry_id

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        start, end = interval.start.isoformat(), interval.end.isoformat()
        self._server.change(calendar, event_id, start=start, end=end)

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        self._server.change(calendar, event_id, cancelled=True)

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        entry = self._server.diaries[calendar][event_id]
        return StoredEvent(
            title=entry["title"],
            description=entry["description"],
            location=entry["location"],
            interval=Interval(datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])),
            attendees=frozenset(entry["attendees"]),
            private=entry["private"],
        )

    def expire(self, cursor: str) -> str:
        return f"{cursor}000"

    def break_calendar(self, calendar: str) -> None:
        self._server.torn.add(calendar)

    def go_down(self) -> None:
        self._server.is_down = True

    def refuse_next_write(self) -> None:
        self._server.refuses_next_write = True

    def lose_next_answer(self) -> None:
        self._server.loses_next_answer = True


def occurrences(event: ForeignEvent) -> Iterator[Interval]:
    """Yield when an entry takes place; its owner writes every occurrence by hand."""
    if event.days is not None:
        first, last = (datetime.combine(day, time(), BERLIN) for day in event.days)
    else:
        assert event.interval is not None
        first, last = (moment.astimezone(BERLIN) for moment in event.interval)
    repeat = event.repeat
    for number in range(repeat.count if repeat else 1):
        if repeat and number in repeat.skipped:
            continue
        later = timedelta(days=number * repeat.every_days) if repeat else timedelta(0)
        here = Interval((first + later).astimezone(UTC), (last + later).astimezone(UTC))
        yield repeat.moved.get(number, here) if repeat else here


class TestPaper(ProviderContract):
    @pytest.fixture
    def account(self) -> Iterator[AccountUnderTest]:
        with PaperServer() as server:
            yield PaperAccount(server)
