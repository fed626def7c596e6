"""What calendars answered last is kept for every process, and what no answer tells of is never free."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bridge.calendars.call_pool import CallPool
from bridge.calendars.kept_busy import KeptTime
from bridge.calendars.last_answers import Heard, LastAnswers, key_of, renewed
from bridge.model import Ability
from bridge.store.clock import SharedClock
from bridge.store.sql import last_answers
from bridge.store.sql.last_answers import Key, LastAnswer
from providers.base import BusyQuery, Interval
from providers.errors import AccessDenied
from tests.cast.clock import MONDAY, TEN
from tests.cast.config import ANNA, Staff
from tests.cast.fixtures import OpenSalon
from tests.cast.unruly import UnrulySalon

EVE = Staff("eve", calendar="google:eve@example.com/primary")


def hours(first: float, last: float) -> Interval:
    """Return a stretch of Monday."""
    return Interval(*(MONDAY.replace(hour=0) + timedelta(hours=hour) for hour in (first, last)))


EIGHT = hours(8, 9).start
WIDE = LastAnswer(hours(8, 20), EIGHT, (hours(9, 12), hours(18, 19)), EIGHT)


@pytest.mark.parametrize(
    ("window", "busy", "known"),
    [
        pytest.param(hours(10, 11), (), (hours(9, 10), hours(11, 12), hours(18, 19)), id="inside, now free"),
        pytest.param(
            hours(13, 14), (hours(13, 14),), (hours(9, 12), hours(13, 14), hours(18, 19)), id="busy"
        ),
    ],
)
def test_a_narrow_answer_changes_only_what_it_tells_of(
    window: Interval, busy: tuple[Interval, ...], known: tuple[Interval, ...]
) -> None:
    found = renewed(WIDE, LastAnswer(window, TEN, busy, TEN))
    assert found == LastAnswer(WIDE.window, EIGHT, known, TEN)


@pytest.mark.parametrize("window", [hours(10, 20), hours(7, 21), hours(8, 20), hours(19, 30)])
def test_an_answer_that_reaches_as_far_takes_the_place_of_the_one_before(window: Interval) -> None:
    heard = LastAnswer(window, TEN, (), TEN)
    assert renewed(WIDE, heard) is heard


class AtOnce(CallPool):
    """Calls nobody waits for are over before they are asked for again."""

    def start(self, provider: str, call: Callable[[], object]) -> None:
        call()


def heard(salon: UnrulySalon, last: LastAnswers, key: Key) -> datetime | None:
    """Let a calendar answer; return the moment of the answer that is kept."""
    last.note({key: Heard(hours(8, 17), (hours(9, 12),), salon.clock.monotonic())})
    with salon.bridge.store.read() as connection:
        found = last_answers.of_calendars(connection, [key[0]]).get(key)
    return found.asked_at if found else None


def last_of(salon: UnrulySalon, pool: CallPool) -> LastAnswers:
    """Return what a process of its own would keep by."""
    clock = SharedClock(salon.bridge.store, salon.clock.now, salon.clock.monotonic)
    return LastAnswers(salon.bridge.store, pool, clock)


def test_what_one_process_heard_every_process_shows_and_no_vendor_is_asked(open_salon: OpenSalon) -> None:
    salon, other = open_salon(ANNA, EVE), open_salon(ANNA, EVE)
    host, local = other.config.hosts["eve"], other.config.hosts["anna"]
    kept_time = KeptTime(
        other.bridge.store, other.bridge.accounts, other.bridge.health, other.bridge.identities
    )

    def kept() -> tuple[object, ...]:
        found = kept_time.of([host, local], hours(8, 20), other.patience())
        (calendar,) = found.calendars["eve"]
        assert found.within(hours(10, 11)).by_host["anna"] == ()
        return (
            calendar.answered_at,
            found.within(hours(10, 11)).by_host["eve"],
            found.within(hours(16, 18)).by_host["eve"],
            found.as_far_as_known().by_host["eve"],
        )

    assert kept() == (None, None, None, None), "never asked is unknown"
    key = key_of(str(host.booking_calendar), BusyQuery("primary", timezone="UTC"))
    with closing(AtOnce(1)) as pool:
        assert heard(salon, last_of(salon, pool), key) == MONDAY
    told = (hours(9, 12), hours(17, 20))
    assert kept() == (salon.clock.now(), (hours(10, 11),), None, told), "what lies beyond counts as busy"
    salon.bridge.health.failed(host.booking_calendar, Ability.READ, AccessDenied("google", "free_busy", "no"))
    salon.bridge.health.write_down()
    assert kept() == (salon.clock.now(), None, None, None), "whoever fails now is unknown to callers"


def test_an_answer_that_says_the_same_is_written_once_a_minute(open_small: OpenSalon) -> None:
    salon, key = open_small(ANNA, EVE), ("google:eve@example.com/primary", "any")
    with closing(AtOnce(1)) as pool:
        last = last_of(salon, pool)
        assert heard(salon, last, key) == MONDAY
        salon.clock.turn(seconds=59)
        assert heard(salon, last, key) == MONDAY
        salon.clock.turn(seconds=1)
        assert heard(salon, last, key) == salon.clock.now()
