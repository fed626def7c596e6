"""What is asked again and again is found by an index, however much is over: SQLite looks at no more rows.

A SQLite file knows nothing of how its values are spread, so its plans are the same with none and a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from bridge.booking.tidy import KEPT, tidy
from bridge.model import BookingState, Contact
from bridge.store.engine import Store
from bridge.store.sql import bookings, counts, local_events, to_come
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import at
from tests.store.rows import NINE

Ask = Callable[[Connection], object]
ASKED: dict[str, Ask] = {
    "bookings_in_work": lambda it: bookings.abandoned(it, NINE, timedelta(minutes=1)),
    "COVERING INDEX ix_bookings_state_ends_at_calendar": lambda it: to_come.calendars(it, NINE),
    "ix_bookings_contact_key_made_at (contact_key=?)": lambda it: counts.ahead_of_caller(
        it, Contact("kim"), "+49301234567", "cut", NINE
    ),
    "ix_local_events_changed (changed>?)": lambda it: local_events.changed_calendars(it, 7),
    "(booking_id=? AND calendar=?)": lambda it: local_events.events_of_booking(it, "anna", "b"),
    "bookings_moved (moved_from=?)": lambda it: bookings.at_start(it, NINE, [BookingState.CONFIRMED]),
}
# Where a booking's rows stay for good; of all else there is a month at most, through which tidying may look.
GROWING = ("bookings", "booking_hosts", "booking_changes", "writes", "local_events")
OF_A_MONTH = ("claims", "ways")
OF_A_FEW = ("bookings_in_work",)  # indexes that hold little, whatever there was


@contextmanager
def planned(on: type[Engine] | Connection) -> Iterator[dict[str, list[str]]]:
    """Collect how SQLite goes about each statement, by its text, until the end of the block."""
    plans: dict[str, list[str]] = {}
    said: dict[str, None] = {}
    traced: list[Any] = []

    def trace(connection: Connection) -> None:  # SQLAlchemy does not hear of every statement
        traced.append(connection.connection.driver_connection)
        traced[-1].set_trace_callback(said.setdefault)

    if isinstance(on, Connection):
        trace(on)
    else:
        event.listen(on, "begin", trace)
    yield plans
    if not isinstance(on, Connection):
        event.remove(on, "begin", trace)
    for driver in traced:
        driver.set_trace_callback(None)
    for text in said:
        if text.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            plans[text] = [row[3] for row in traced[-1].execute(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("index", ASKED)
def test_what_is_over_is_not_looked_at(sqlite_url: str, index: str) -> None:
    with closing(Store(sqlite_url)) as store, store.read() as connection, planned(connection) as plans:
        ASKED[index](connection)
    steps = next(iter(plans.values()))
    assert index in " ".join(steps), steps
    assert not any(step.endswith("(state=?)") for step in steps)


def test_neither_calls_nor_the_background_look_through_all_there_was(open_line: OpenLine) -> None:
    line = open_line(ANNA, BEN)
    with planned(Engine) as plans_of_calls:
        line.available()
        line.book(at(10), email="kim@example.com")
        line.book(at(11), who="lee")
        line.book(at(12))  # Kim's moves
    with planned(Engine) as plans_of_background:
        line.bridge.plan_standing()
        line.go_on()
        line.go_on(minutes=5)
        line.clock.moment = line.confirmed()[0].interval.end + KEPT + timedelta(seconds=1)
        tidy(line.bridge.context)
    assert not _walked(plans_of_calls, (*GROWING, *OF_A_MONTH))
    assert not _walked(plans_of_background, GROWING)


def _walked(plans: dict[str, list[str]], tables: Sequence[str]) -> dict[str, list[str]]:
    """Return by statement the steps that look at every row of one of the tables."""
    walked = {
        text: [
            step
            for step in steps
            if step.startswith("SCAN")
            and step.split()[1] in tables
            and not any(name in step.split() for name in OF_A_FEW)
        ]
        for text, steps in plans.items()
    }
    return {text: steps for text, steps in walked.items() if steps}
