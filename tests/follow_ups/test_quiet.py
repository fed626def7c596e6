"""When callers are left alone, and when they are reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.follow_ups.quiet import quiet_around, reminder_times
from bridge.model import EventType, QuietHours, Team
from tests.config.samples import problems_of

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT, NOON = QuietHours(21 * 60, 8 * 60), QuietHours(12 * 60, 13 * 60)


def clock(text: str) -> datetime:
    """Return an instant by Berlin's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "begin", "end"),
    [
        ("2026-11-24T20:59", "", ""),
        ("2026-11-24T21:00", "2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T07:59", "2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T08:00", "", ""),
        ("2026-03-29T04:00", "2026-03-28T21:00", "2026-03-29T08:00"),  # the clock goes forward: ten hours
        ("2026-10-25T04:00", "2026-10-24T21:00", "2026-10-25T08:00"),  # and back: twelve
    ],
)
def test_quiet_hours_go_by_the_wall_clock_over_midnight(instant: str, begin: str, end: str) -> None:
    found = quiet_around(NIGHT, clock(instant), BERLIN)
    assert (found and (found.start, found.end)) == ((clock(begin), clock(end)) if begin else None)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    found = quiet_around(NOON, clock("2026-11-24T12:30"), BERLIN)
    assert found
    assert found.end == clock("2026-11-24T13:00")
    assert quiet_around(NOON, clock("2026-11-24T13:00"), BERLIN) is None
    assert quiet_around(None, clock("2026-11-24T03:00"), BERLIN) is None


def reminded(start: str, now: str, *hours: float, quiet: QuietHours | None = NIGHT) -> list[str]:
    event_type = EventType(
        "cut", "Haircut", BERLIN, Team(), remind=tuple(timedelta(hours=each) for each in hours)
    )
    found = reminder_times(event_type, clock(start), quiet, clock(now))
    return [each.astimezone(BERLIN).strftime("%d %H:%M") for each in found]


def test_a_reminder_due_in_quiet_hours_comes_before_they_begin() -> None:
    assert reminded("2026-11-26T09:00", "2026-11-24T10:00", 24, 2) == ["25 09:00", "25 20:45"]
    assert reminded("2026-11-26T09:00", "2026-11-24T10:00", 24, 2, quiet=None) == ["25 09:00", "26 07:00"]


def test_what_is_past_or_comes_together_reminds_once_or_not_at_all() -> None:
    assert reminded("2026-11-26T09:00", "2026-11-25T22:00", 24, 2) == []
    assert reminded("2026-11-26T08:30", "2026-11-24T10:00", 3, 2, 1) == ["25 20:45"]
    assert reminded("2026-11-26T14:00", "2026-11-26T11:00", 24, 2) == ["26 12:00"]


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ('"21-8"', '"21-8" is not a stretch of the day such as "09:00-17:00"'),
        ('"08:00-08:00"', '"08:00-08:00" has no length; write "" for no quiet hours'),
        ("21", "21 must be text in quotes, not a number"),
    ],
)
def test_quiet_hours_that_cannot_be_read_are_refused(hours: str, text: str) -> None:
    assert problems_of(f"[follow_ups]\nquiet_hours = {hours}\n") == [("follow_ups.quiet_hours", text)]
