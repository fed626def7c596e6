"""What cannot be known of one calendar leaves the others known, and is alerted only where it is to blame."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import pytest

from bridge.calendars.call_pool import CallPool
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.kept_answers import Asked
from bridge.model import CalendarName
from providers.base import BusyAnswer, BusyQuery, Deadline, Interval
from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenSalon

WINDOW = Interval(TEN, HALF_PAST)
BROKEN, WELL = (
    Asked(CalendarName("google", f"{name}@example.com", name), BusyQuery(name), name)
    for name in ("broken", "well")
)
NEAR = Asked(CalendarName("local", "", "anna"), BusyQuery("anna"), "local:anna")


class Accounts:
    """Two of them; one has a fault that nobody foresaw."""

    counts_changes = False

    def provider(self, _calendar: CalendarName) -> Any:
        return self

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        if queries == [BROKEN.query]:
            raise ZeroDivisionError
        return dict.fromkeys(queries, (window,))


def test_a_fault_with_one_account_leaves_the_others_known(
    open_small: OpenSalon, caplog: pytest.LogCaptureFixture
) -> None:
    salon = open_small(ANNA)
    with closing(CallPool(2)) as pool:
        free_busy = FreeBusy(
            Accounts(),
            pool,
            salon.bridge.health,
            salon.bridge.free_busy.last_answers,
        )
        found = free_busy.ask([BROKEN, WELL], WINDOW, deadline=salon.patience()).by_question
    assert (found[WELL].busy, found[WELL].error) == ((WINDOW,), None)
    assert found[BROKEN].error is not None
    assert "ZeroDivisionError" in caplog.text


class NearAndFar:
    """An account that says nothing before the embedded calendars were asked, and those."""

    def __init__(self) -> None:
        self._were_asked = threading.Event()

    def provider(self, calendar: CalendarName) -> Any:
        return Near(self._were_asked) if calendar == NEAR.name else Far(self._were_asked)


class Near:
    counts_changes = True

    def __init__(self, were_asked: threading.Event) -> None:
        self._were_asked = were_asked

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        self._were_asked.set()
        return dict.fromkeys(queries, (window,))


class Far(Near):
    counts_changes = False

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        assert self._were_asked.wait(deadline.remaining())
        return dict.fromkeys(queries, (window,))


def test_embedded_calendars_answer_while_an_account_is_silent(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    with closing(CallPool(2)) as pool:
        free_busy = FreeBusy(NearAndFar(), pool, salon.bridge.health, salon.bridge.free_busy.last_answers)
        found = free_busy.ask([WELL, NEAR], WINDOW, deadline=salon.patience()).by_question
    assert {asked: answer.error for asked, answer in found.items()} == {WELL: None, NEAR: None}


def test_what_nobody_had_time_to_ask_says_nothing_of_the_calendar(open_small: OpenSalon) -> None:
    salon = open_small(ANNA)
    with closing(CallPool(2)) as pool:
        free_busy = FreeBusy(
            Accounts(),
            pool,
            salon.bridge.health,
            salon.bridge.free_busy.last_answers,
        )
        late = salon.clock.deadline(0)
        found = free_busy.ask([WELL], WINDOW, deadline=late).by_question
    salon.bridge.health.write_down()
    assert found[WELL].error is not None
    assert salon.bridge.health.every() == []
    assert salon.bridge.alerts.open() == []
