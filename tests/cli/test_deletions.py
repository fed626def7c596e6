"""`bridge deletions`: a person decides about appointments that were deleted many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cast.clock import HALF_AN_HOUR, RunningClock, tomorrow_at
from tests.cast.config import salon_config
from tests.cast.salon import Salon
from tests.cast.terminal import Terminal, salon_terminal


@dataclass
class Emptied:
    """A salon in which somebody emptied Anna's calendar, and the terminal beside it."""

    salon: Salon
    bridge: Terminal

    def states(self) -> list[str]:
        return [str(each.state) for each in self.salon.bookings() if each.hosts == ("anna",)]


@pytest.fixture
def emptied(tmp_path: Path, sqlite_url: str) -> Iterator[Emptied]:
    salon = Salon(salon_config(sqlite_url), clock=RunningClock())
    for number in range(8):
        salon.booked("cut", f"caller {number}", tomorrow_at(10) + number * HALF_AN_HOUR)
    provider = salon.bridge.opened.provider(salon.calendars()[0])
    for event in salon.events("anna"):
        ref = replace(event.ref, etag=None)
        provider.cancel_event(ref, notify=False, deadline=salon.patience())
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    yield Emptied(salon, salon_terminal(tmp_path, sqlite_url))
    salon.bridge.stop()


def test_check_says_what_waits_and_how_to_decide(emptied: Emptied) -> None:
    told = [each for each in emptied.bridge("check", "--json").json if each["subject"] == "open alert"]
    assert len(told) == 1
    assert "bridge deletions put-back local:anna" in told[0]["text"]


def test_put_back_writes_the_events_again(emptied: Emptied) -> None:
    told = emptied.bridge("deletions", "put-back", "local:anna", "--json")
    assert told.code == 0
    assert told.json["status"] == "success"
    assert len(told.json["bookings"]) == 4
    assert told.json["later"] == []
    assert emptied.states() == ["confirmed"] * 4
    assert len(emptied.salon.events("anna")) == 4
    assert not emptied.salon.bridge.alerts.open()


def test_accept_cancels(emptied: Emptied) -> None:
    told = emptied.bridge("deletions", "accept", "local:anna")
    assert (told.code, told.out) == (0, "4 of 4 appointments in local:anna are cancelled.\n")
    assert emptied.states() == ["cancelled"] * 4
    assert not emptied.salon.bridge.alerts.open()


def test_another_calendar_is_refused_with_those_that_wait(emptied: Emptied) -> None:
    told = emptied.bridge("deletions", "accept", "local:ben")
    assert told.code == 5
    assert told.err == "No deletions wait in local:ben. Some do in local:anna.\n"
    assert emptied.states() == ["confirmed"] * 4
