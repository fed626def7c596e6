"""What is kept of calendars' answers is never older than what is known; a change drops what it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bridge.calendars.call_pool import CallPool
from bridge.calendars.last_answers import Heard, LastAnswers, has_changed, key_of
from bridge.model import CalendarName
from bridge.store.clock import SharedClock
from bridge.store.sql import last_answers
from bridge.store.sql.last_answers import LastAnswer
from providers.base import BusyQuery, Interval
from tests.cast.clock import MONDAY
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon
from tests.test_last_answers import AtOnce, hours

EVE = CalendarName.parse("google:eve@example.com/primary")
KEY = key_of(str(EVE), BusyQuery("primary", timezone="UTC"))
DAY, NINE, ELEVEN = hours(8, 20), hours(9, 10), hours(11, 12)


@dataclass
class Processes:
    """Two that keep what they hear in one database, whose clock can be set back."""

    salon: UnrulySalon
    pool: CallPool
    set_back: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        store, monotonic = self.salon.bridge.store, self.salon.clock.monotonic
        self.ours, self.theirs = (
            LastAnswers(store, self.pool, SharedClock(store, self.now, monotonic)) for _ in range(2)
        )

    def now(self, _connection: object = None) -> datetime:
        return self.salon.clock.now() - self.set_back

    def told(
        self, to: LastAnswers, ago: float, *busy: Interval, of: Interval = DAY, whole: bool = True
    ) -> LastAnswer:
        """Let a question that was put some seconds ago be answered; return what is kept then."""
        to.note({KEY: Heard(of, busy, self.salon.clock.monotonic() - ago, whole)})
        return to.of_calendars([KEY[0]])[KEY]


@pytest.fixture
def processes(open_salon: OpenSalon) -> Iterator[Processes]:
    with closing(AtOnce(1)) as pool:
        yield Processes(open_salon(ANNA), pool)


def test_a_late_answer_does_not_take_the_place_of_a_newer_fact(processes: Processes) -> None:
    ours, theirs, told = processes.ours, processes.theirs, processes.told
    assert told(ours, 5, NINE).busy == (NINE,)
    assert told(theirs, 6).busy == (NINE,), "it was asked before"
    assert told(theirs, 3, ELEVEN, of=ELEVEN, whole=False).busy == (NINE, ELEVEN)
    kept = told(ours, 4)
    assert (kept.busy, kept.asked_at) == ((NINE, ELEVEN), processes.now() - timedelta(seconds=5))
    assert told(ours, 2).busy == ()
    # The database's clock is set back: what it dated before does not keep the next answers out.
    processes.set_back = timedelta(hours=1)
    processes.salon.clock.turn(minutes=2)
    assert told(theirs, 1, ELEVEN, of=ELEVEN, whole=False).asked_at <= processes.now()
    assert told(ours, 0, NINE).busy == (NINE,)


def test_an_answer_is_void_that_was_asked_for_before_the_calendar_changed(processes: Processes) -> None:
    ours, theirs, told = processes.ours, processes.theirs, processes.told
    store, clock = processes.salon.bridge.store, processes.salon.clock
    assert not told(ours, 0, NINE).is_void
    clock.turn(seconds=1)
    with store.write() as connection:
        has_changed(connection, EVE, processes.now)
    clock.turn(seconds=1)
    assert ours.of_calendars([KEY[0]])[KEY].is_void
    assert told(theirs, 1.5).is_void, "it was under way"
    assert not told(theirs, 0.5).is_void
    with store.read() as connection:
        assert last_answers.changed_since(connection, 0) == {KEY[0]}


def test_a_change_drops_what_it_concerns_and_nothing_else(open_small: OpenSalon) -> None:
    salon = open_small(ANNA, BEN, cut='hosts = ["anna"]', wash='hosts = ["ben"]')
    cut, wash = (salon.reception.offer(salon.event_type(name)) for name in ("cut", "wash"))
    with salon.bridge.store.write() as connection:
        last_answers.outdate(connection, ["local:anna"], MONDAY)
    assert salon.reception.offer(salon.event_type("wash")) is wash
    assert salon.reception.offer(salon.event_type("cut")) is not cut
