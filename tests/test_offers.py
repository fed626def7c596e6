"""What is kept of an offer, and for how long."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bridge.attendee import CallerRequest
from bridge.calendars.accounts import Accounts
from bridge.calendars.availability import Availability
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.last_answers import LastAnswers
from bridge.local_calendar.importing import import_ics
from bridge.model import CalendarName, Contact
from bridge.service.kept_offers import Offer, Offers
from bridge.store.engine import Store
from bridge.store.sql import local_events, set_days
from providers.base import BusyAnswer, BusyQuery, CalendarProvider, Deadline, EventDraft, Interval
from tests.cast.clock import MONDAY, TurnableClock
from tests.cast.config import ANNA, BEN, EVERY_START, salon_config
from tests.cast.fixtures import OpenSalon
from tests.cast.salon import Salon
from tests.cast.unruly import UnrulySalon
from tests.local.files import calendar, entry
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
    counts_changes = False

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


def test_whoever_books_asks_an_embedded_calendar_only_what_has_changed(
    counted: tuple[Salon, CountingCalendars],
) -> None:
    opened, calendars = counted
    calendars.counts_changes = True
    start = opened.reception.offer(opened.event_type(None)).slots[-1].start
    kim = CallerRequest(contact=Contact(contact_id="kim"), contact_details={"name": "Kim", "host": "ben"})

    def would_be_booked() -> bool:
        return opened.reception.book(opened.event_type(None), kim, start, dry_run=True).success

    assert would_be_booked()
    assert calendars.asked == 1, "an offer had just asked"
    opened.busy("ben", start)
    assert not would_be_booked()
    assert calendars.about == ["ben"]


class Team:
    """Two processes of one salon, whose people book, cancel, import and take days off by either."""

    def __init__(self, url: str, seed: int, max_age: int) -> None:
        every = EVERY_START.replace("days_to_look_ahead = 1", "days_to_look_ahead = 3")
        keeping = f"busy_max_age_seconds = {max_age}"
        cut, wash = (f'hosts = ["{name}"]\n{every}' for name in ("anna", "ben"))
        self.config = salon_config(url, ANNA, BEN, bridge=keeping, cut=cut, wash=wash)
        self.clock = TurnableClock()
        self.processes = [self.opened(), self.opened()]
        self.dice = random.Random(seed)  # noqa: S311 - a made-up story
        self.set: list[int] = []

    def opened(self) -> Salon:
        return Salon(self.config, clock=self.clock)

    def book(self, salon: Salon) -> None:
        name = self.dice.choice(["cut", "wash"])
        slots = salon.reception.offer(salon.event_type(name)).slots
        salon.ask(name, f"caller{self.dice.random()}", self.dice.choice(slots).start)

    def cancel(self, salon: Salon) -> None:
        if made := salon.confirmed():
            salon.reception.cancel(self.dice.choice(made))
            salon.bridge.background.run_due()

    def put_in(self, salon: Salon) -> None:
        start = MONDAY + timedelta(minutes=30 * self.dice.randrange(4, 60))
        made = entry(UID=f"{self.dice.randrange(3)}", DTSTART=f"{start:%Y%m%dT%H%M%SZ}", DURATION="PT2H")
        host = self.dice.choice(["anna", "ben"])
        import_ics(salon.bridge.imported, host, calendar(made), self.clock.now())

    def take_off(self, salon: Salon) -> None:
        day = (MONDAY + timedelta(days=self.dice.randrange(4))).date()
        with salon.bridge.store.write() as connection:
            if self.set and self.dice.random() < 0.5:
                set_days.undo(connection, self.set.pop(), at=self.clock.now(), by="Ben")
            else:
                wanted = {self.dice.choice(["anna", "ben"]): {day: ()}}
                made = set_days.add(connection, wanted, at=self.clock.now(), by="Ben", note="")
                self.set.append(made)

    def close(self) -> None:
        for salon in self.processes:
            salon.bridge.stop()


@pytest.mark.parametrize("max_age", [0, 60])
@pytest.mark.parametrize("seed", range(3))
def test_whoever_did_it_both_processes_offer_what_a_new_one_would(
    store_url: str, seed: int, max_age: int
) -> None:
    with closing(Team(store_url, seed, max_age)) as team:
        for _ in range(12):
            event = team.dice.choice([team.book, team.cancel, team.put_in, team.take_off])
            event(team.dice.choice(team.processes))
            team.clock.turn(seconds=team.dice.choice([0, 1, 90, 40_000]))
            new = team.opened()
            for name in ("cut", "wash"):
                told = [each.reception.offer(each.event_type(name)).slots for each in (new, *team.processes)]
                assert told[1] == told[2] == told[0], event.__name__
            new.bridge.stop()


class BusyStore(Store):
    """A database that has to do with somebody else before it answers a question."""

    first: Callable[[], object] | None = None

    def ask(self, question: str, *values: int | str) -> list[tuple[Any, ...]]:
        if first := self.first:
            self.first = None
            first()
        return super().ask(question, *values)


def test_of_two_first_callers_none_takes_for_dropped_what_neither_dropped(open_small: OpenSalon) -> None:
    salon, new = open_small(ANNA), open_small(ANNA)
    event_type = salon.event_type(None)
    first = salon.reception.offer(event_type).slots[0].start
    booking = salon.book("kim", first).booking
    assert booking is not None
    bridge, context = new.bridge, new.bridge.context
    with closing(BusyStore(f"sqlite:///{bridge.store.file}")) as store:
        told = LastAnswers(store, context.pool, bridge.free_busy.last_answers.clock)
        free_busy = FreeBusy(bridge.accounts, context.pool, bridge.health, told)
        availability = Availability(free_busy, context.identities, store, context.hosts, bridge.health)
        offers = Offers.of(new.config, replace(context, availability=availability), free_busy)

        def meanwhile() -> None:
            assert offers.current(event_type).slots[0].start > first
            salon.reception.cancel(booking)
            salon.bridge.background.run_due()

        store.first = meanwhile
        assert offers.current(event_type).slots[0].start == first
