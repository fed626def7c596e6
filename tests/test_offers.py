"""What is kept of an offer, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from bridge.calendars.accounts import Accounts
from bridge.model import CalendarName
from bridge.service.kept_offers import Offer
from bridge.store.sql import local_events
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, EventDraft, Interval
from tests.cast.clock import MONDAY
from tests.cast.config import salon_config
from tests.cast.salon import Salon
from tests.cast.unruly import UnrulySalon
from tests.vendors.unruly import Trouble


@pytest.fixture
def unruly(sqlite_url: str) -> Iterator[UnrulySalon]:
    opened = UnrulySalon(salon_config(sqlite_url))
    yield opened
    opened.bridge.stop()


def offer_of(unruly: UnrulySalon) -> Offer:
    return unruly.reception.offer(unruly.reception.event_type(None))


def offered(unruly: UnrulySalon) -> list[str]:
    return [slot.start.isoformat() for slot in offer_of(unruly).slots]


def test_an_offer_is_kept_within_a_minute(unruly: UnrulySalon) -> None:
    first = offered(unruly)
    unruly.plan.reads.append(Trouble.DOWN)
    assert offered(unruly) == first
    assert unruly.plan.reads, "the calendars were asked again"


def test_the_first_offer_is_the_one_that_is_kept(unruly: UnrulySalon) -> None:
    first = offer_of(unruly)
    assert offer_of(unruly) is first, "it was made twice"
    unruly.clock.turn(seconds=61)
    again = offer_of(unruly)
    assert again is not first
    assert offer_of(unruly) is again


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
    """A provider that counts how often it is asked for busy time; nothing else is asked here.

    It says that everybody is busy in `also` too, without a word that something changed.
    """

    name = "local"

    def __init__(self, inner: CalendarProvider) -> None:
        self.asked = 0
        self.about: list[str] = []
        self.also: tuple[Interval, ...] = ()
        self._inner = inner

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        self.asked += 1
        self.about = [query.calendar for query in queries]
        answers = self._inner.free_busy(queries, window, deadline=deadline)
        return {query: self.also or answer for query, answer in answers.items()}


class CountingAccounts:
    def __init__(self, inner: Accounts) -> None:
        self.calendars = CountingCalendars(inner.provider(CalendarName("local", "", "anna")))

    def provider(self, _calendar: CalendarName) -> CalendarProvider:
        return cast("CalendarProvider", self.calendars)


@pytest.fixture
def counted(sqlite_url: str) -> Iterator[tuple[Salon, CountingCalendars]]:
    made: list[CountingAccounts] = []

    def wrap(accounts: Accounts) -> Accounts:
        made.append(CountingAccounts(accounts))
        return made[0]

    opened = Salon(salon_config(sqlite_url), wrap=wrap)
    yield opened, made[0].calendars
    opened.bridge.stop()


def test_callers_at_the_same_moment_share_one_question(counted: tuple[Salon, CountingCalendars]) -> None:
    opened, calendars = counted
    event_type = opened.reception.event_type(None)
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: opened.reception.offer(event_type), range(16)))
    assert calendars.asked == 1
    assert all(offer is told[0] for offer in told), "it was made more than once"


def test_an_offer_is_made_once_when_calendars_turn_out_to_have_changed(
    counted: tuple[Salon, CountingCalendars],
) -> None:
    opened, calendars = counted
    event_type = opened.reception.event_type(None)
    first = opened.reception.offer(event_type)
    calendars.also = (Interval(first.slots[0].start, first.slots[0].end),)
    opened.clock.turn(seconds=61)
    changed = opened.reception.offer(event_type)
    assert changed.slots[0] != first.slots[0]
    assert opened.reception.offer(event_type) is changed, "it was made twice"
    assert calendars.asked == 2


def test_only_the_embedded_calendar_that_changed_is_asked_again(
    counted: tuple[Salon, CountingCalendars],
) -> None:
    opened, calendars = counted
    event_type = opened.reception.event_type(None)
    before = opened.reception.offer(event_type)
    assert sorted(calendars.about) == ["anna", "ben"]
    draft = EventDraft("Lunch", Interval(before.slots[0].start, before.slots[0].end), "Europe/Berlin")
    with opened.bridge.store.write() as connection:
        local_events.find_or_add(connection, "ben", "key", "uid", draft)
    opened.reception.offer(event_type)
    assert calendars.about == ["ben"]
