"""What is kept of an offer, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from bridge.calendars.accounts import Accounts
from bridge.model import CalendarName
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, Interval
from tests.booking.salon import MONDAY, Salon
from tests.booking.unruly_salon import UnrulySalon
from tests.builders import salon
from tests.vendors.unruly import Trouble


@pytest.fixture
def unruly(sqlite_url: str) -> Iterator[UnrulySalon]:
    opened = UnrulySalon(salon(sqlite_url))
    yield opened
    opened.bridge.stop()


def offered(unruly: UnrulySalon) -> list[str]:
    event_type = unruly.reception.event_type(None)
    return [slot.start.isoformat() for slot in unruly.reception.available(event_type)]


def test_an_offer_is_kept_within_a_minute(unruly: UnrulySalon) -> None:
    first = offered(unruly)
    unruly.plan.reads.append(Trouble.DOWN)
    assert offered(unruly) == first
    assert unruly.plan.reads, "the calendars were asked again"


def test_busy_answers_are_asked_for_again_when_they_are_too_old(unruly: UnrulySalon) -> None:
    assert offered(unruly)
    unruly.clock.turn(seconds=61)
    unruly.plan.reads.append(Trouble.DOWN)
    assert not offered(unruly)


def test_an_offer_without_a_host_is_not_kept(unruly: UnrulySalon) -> None:
    unruly.plan.reads.append(Trouble.DOWN)
    assert not offered(unruly)
    assert offered(unruly)


def test_a_change_of_an_embedded_calendar_is_seen_at_once(unruly: UnrulySalon) -> None:
    before = offered(unruly)
    for who in ("kim", "lee"):
        unruly.book(who, MONDAY.replace(hour=8))
    assert offered(unruly)[0] != before[0]


class CountingCalendars:
    """A provider that counts how often it is asked for busy time; nothing else is asked here."""

    name = "local"

    def __init__(self, inner: CalendarProvider) -> None:
        self.asked = 0
        self._inner = inner

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        self.asked += 1
        return self._inner.free_busy(queries, window, deadline=deadline)


class CountingAccounts:
    def __init__(self, inner: Accounts) -> None:
        self.calendars = CountingCalendars(inner.provider(CalendarName("local", "", "anna")))

    def provider(self, _calendar: CalendarName) -> CalendarProvider:
        return cast("CalendarProvider", self.calendars)


def test_callers_at_the_same_moment_share_one_question(sqlite_url: str) -> None:
    counted: list[CountingAccounts] = []

    def wrap(accounts: Accounts) -> Accounts:
        counted.append(CountingAccounts(accounts))
        return counted[0]

    opened = Salon(salon(sqlite_url), wrap=wrap)
    event_type = opened.reception.event_type(None)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: opened.reception.available(event_type), range(16)))
    assert counted[0].calendars.asked == 1
    opened.bridge.stop()
