"""Calendars are asked ahead of the next call, for all processes: two bridges on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.booking.watch import PushChannels
from tests.cast.at_vendors import ANNA_GOOGLE, vendors_toml
from tests.cast.clock import RunningClock, tomorrow_at
from tests.cast.config import EVERY_START, read_toml
from tests.cast.salon import Salon
from tests.cast.unruly import InlinePool
from tests.vendors.google import FakeGoogle

TEN = tomorrow_at(10)
DAY = f'{EVERY_START}\ncount_days = "calendar"\nstart_date = {TEN:%Y-%m-%d}'


@dataclass
class Practice:
    """Two processes with one clock, and how often they ask Google."""

    first: Salon
    second: Salon
    clock: RunningClock
    google: FakeGoogle

    def free(self, hour: str = "10:00") -> list[bool]:
        """Tell whether each process offers that hour."""
        return [hour in salon.offered("cut") for salon in (self.first, self.second)]

    def asked(self) -> int:
        """Count the questions to Google since the last count."""
        count = self.google.operations().count("freebusy.query")
        self.google.requests.clear()
        return count

    def passes(self, **time: float) -> None:
        """Let time pass, and the second process do what is due then."""
        self.clock.turn(**time)
        self.second.bridge.background.run_due()


@pytest.fixture
def practice(store_url: str, tmp_path: Path, google: FakeGoogle) -> Iterator[Practice]:
    config = read_toml(vendors_toml(store_url, tmp_path, google=google, event_type=DAY), tmp_path)
    clock = RunningClock()
    with ExitStack() as stack:
        salons = [Salon(config, clock=clock, around={"make_pool": InlinePool}) for _ in range(2)]
        for salon in salons:
            stack.callback(salon.bridge.stop)
            salon.bridge.connections.keep_fresh()
        first, second = salons
        yield Practice(first, second, clock, google)


def test_a_warm_offer_asks_no_vendor_in_any_process(practice: Practice) -> None:
    assert [practice.free(), practice.asked()] == [[True, True], 1]
    practice.passes(seconds=45)
    assert practice.asked() == 1, "nobody asked ahead"
    practice.clock.turn(seconds=30)
    assert [practice.free(), practice.asked()] == [[True, True], 0]
    practice.passes(hours=1, seconds=1)
    practice.asked()
    practice.passes(minutes=2)
    assert practice.asked() == 0, "nobody has called for an hour"


def test_a_push_and_our_own_appointments_are_known_to_all_at_once(practice: Practice) -> None:
    first, google = practice.first, practice.google
    assert practice.free() == [True, True]
    channels = PushChannels(first.bridge.context, "https://calendar.example.com")
    channels.keep_open(first.calendars()[0], first.patience())
    google.add_event(ANNA_GOOGLE, TEN, TEN + timedelta(minutes=30))
    channels.changed(google.open_channels()[0].id, ends=False)
    practice.passes()
    practice.asked()
    assert [practice.free(), practice.asked()] == [[False, False], 0], "it was not asked at once"
    booking = first.booked("cut", "kim", TEN + timedelta(hours=1))
    practice.asked()
    assert [practice.free("11:00"), practice.asked()] == [[False, False], 0]
    practice.passes(seconds=45)  # now what is kept has our event, too
    first.reception.cancel(booking)
    practice.passes()
    practice.asked()
    assert [practice.free("11:00"), practice.asked()] == [[True, True], 0], "it was not asked at once"


def test_one_failure_ahead_of_calls_is_no_news_but_the_owner_hears_of_more(practice: Practice) -> None:
    assert practice.free() == [True, True]
    practice.google.go_down()
    practice.passes(seconds=42)
    assert [practice.first.bridge.alerts.open(), practice.free()] == [[], [True, True]]
    practice.passes(seconds=12)
    assert len(practice.first.bridge.alerts.open()) == 1
    assert practice.free() == [False, False]
