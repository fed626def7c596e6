"""What meets is run together when it is kept, which calls read; it says the same as each entry by itself."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.store.sql import busy_times
from providers.base import BusyAnswer, BusyQuery, EventRef, Interval
from providers.busy_policy import BusyPolicy
from tests.contracts.account import plenty
from tests.local.desk import NAME, NOW, Desk, days
from tests.local.files import entry

FIRST = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = days("2026-11-25", "2026-12-04")


def entries(dice: random.Random) -> list[str]:
    """Return entries of every kind, many of which meet or overlap."""
    made = []
    for number in range(120):
        start = FIRST + timedelta(minutes=15 * dice.randrange(14 * 96))
        end = start + timedelta(minutes=15 * dice.choice([0, 1, 2, 4, 8, 96]))
        form = dice.choice(["%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S"])
        shown = dice.choice(["BUSY", "OOF", "FREE", "TENTATIVE"])
        times = {"DTSTART": f"{start:{form}}", "DTEND": f"{end:{form}}"}
        if not number % 9:
            times = {"DTSTART;VALUE=DATE": f"{start:%Y%m%d}"}
        made.append(entry(UID=f"{number}", **times, **{"X-MICROSOFT-CDO-BUSYSTATUS": shown}))
    return made


def asked(desk: Desk, query: BusyQuery, window: Interval) -> BusyAnswer:
    return desk.provider.free_busy([query], window, deadline=plenty())[query]


@pytest.mark.parametrize("seed", range(3))
def test_run_together_and_one_by_one_say_the_same(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - made-up entries
    desk.imported = replace(desk.imported, ahead=timedelta(days=30))
    desk.load(*entries(dice))
    nobody = EventRef(NAME, "ics::nobody")
    for statuses in ({"busy"}, {"busy", "oof"}, {"tentative"}):
        for zone in ("Europe/Berlin", "America/New_York"):
            query = BusyQuery(NAME, BusyPolicy(statuses=frozenset(statuses)), zone)
            together = asked(desk, query, WINDOW)
            assert together
            assert together == asked(desk, replace(query, without=nobody), WINDOW)


def test_a_dense_calendar_is_kept_as_a_few_runs(desk: Desk) -> None:
    every = [FIRST + timedelta(minutes=10 * number) for number in range(90)]
    desk.load(*(entry(UID=f"{at}", DTSTART=f"{at:%Y%m%dT%H%M%SZ}", DURATION="PT10M") for at in every))
    with desk.store.read() as connection:
        span = busy_times.spans(connection, [f"local:{NAME}"])[f"local:{NAME}"]
    ((status, _all_day, _floating, times),) = span.runs or ()
    assert (status, times) == ("busy", [int(FIRST.timestamp()), int(FIRST.timestamp()) + 54_000])


def test_gaps_in_which_no_appointment_fits_are_run_together(desk: Desk) -> None:
    for number, second in enumerate([0, 59 + 60, 59 + 60 + 60 + 60]):
        start = FIRST + timedelta(seconds=second)
        desk.load(entry(UID=f"{number}", DTSTART=f"{start:%Y%m%dT%H%M%SZ}", DURATION="PT1M"))
    with desk.store.read() as connection:
        span = busy_times.spans(connection, [f"local:{NAME}"])[f"local:{NAME}"]
    ((*_kind, times),) = span.runs or ()
    assert [time - int(FIRST.timestamp()) for time in times] == [0, 179, 239, 299]


def test_what_an_earlier_version_kept_is_read_and_then_run_together(desk: Desk) -> None:
    desk.load(entry(UID="a", DTSTART="20261201T090000Z", DTEND="20261201T093000Z"))
    with desk.store.write() as connection:
        connection.exec_driver_sql("UPDATE busy_spans SET runs = NULL")
    query = BusyQuery(NAME, BusyPolicy(), "Europe/Berlin")
    before = asked(desk, query, days("2026-12-01", "2026-12-02"))
    desk.imported.keep(NAME, NOW)
    with desk.store.read() as connection:
        assert busy_times.spans(connection, [f"local:{NAME}"])[f"local:{NAME}"].runs
    assert before == asked(desk, query, days("2026-12-01", "2026-12-02"))
    assert len(desk.busy()) == 1
