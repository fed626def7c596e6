"""What concerns nobody any more goes by itself."""

from __future__ import annotations

from datetime import timedelta

from bridge.booking.tidy import KEPT, tidy
from bridge.model import FollowUp, FollowUpState
from bridge.store.sql import follow_ups
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at


def counted(line: Line) -> tuple[int, int]:
    with line.bridge.store.read() as connection:
        return tuple(
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608
            for table in ("follow_ups", "booking_requests")
        )


def test_what_was_told_and_asked_of_an_appointment_goes_a_month_after_it(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.book(at(10), email="kim@example.com")
    (booking,) = line.confirmed()
    with line.bridge.store.write() as connection:
        for name, state in (("a", FollowUpState.SENT), ("b", FollowUpState.WAITING)):
            told = FollowUp(
                name, booking.id, 1, "booked", "mail", "caller", state, planned_at=at(7), due_at=at(7)
            )
            follow_ups.add(connection, told)
    line.clock.moment = booking.interval.end + KEPT
    tidy(line.bridge.context)
    assert counted(line) == (2, 1)
    line.clock.moment += timedelta(seconds=1)
    tidy(line.bridge.context)
    assert counted(line) == (1, 0), "what still waits is delivered or given up first"


def test_the_time_of_an_appointment_is_given_back_a_month_after_it(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    line.book(at(10), email="kim@example.com")
    line.book(at(11), who="lee")
    (over, ahead) = line.confirmed()
    line.clock.moment = over.interval.end + KEPT
    tidy(line.bridge.context)
    assert claimed(line) == {over.id, ahead.id}
    line.clock.moment += timedelta(seconds=1)
    tidy(line.bridge.context)
    assert claimed(line) == {ahead.id}
    assert line.confirmed() == [over, ahead], "nothing else becomes of it"


def claimed(line: Line) -> set[str]:
    with line.bridge.store.read() as connection:
        return set(connection.exec_driver_sql("SELECT booking_id FROM claims").scalars())
