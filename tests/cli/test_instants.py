"""What people type for a time: read in the event type's zone, and refused where it could be two moments."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import pytest

from bridge.cli.instants import day_of, instant, start_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # Wednesday already, half past midnight, in Berlin


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-11-24 10:00", "2026-11-24T09:00+00:00"),
        ("2026-07-01T10:00", "2026-07-01T08:00+00:00"),
        ("2026-11-24T10:00Z", "2026-11-24T10:00+00:00"),
        ("2026-11-24T10:00-05:00", "2026-11-24T15:00+00:00"),
        ("tomorrow 10:00", "2026-11-26T09:00+00:00"),
        ("Today at 2 pm", "2026-11-25T13:00+00:00"),
        ("morgen um 9 Uhr", "2026-11-26T08:00+00:00"),
        ("übermorgen 9:30", "2026-11-27T08:30+00:00"),
        ("monday 12 am", "2026-11-29T23:00+00:00"),
        ("Dienstag 10:00", "2026-12-01T09:00+00:00"),
        ("2026-10-25 02:30+01:00", "2026-10-25T01:30+00:00"),
    ],
)
def test_a_time_is_one_moment(text: str, start: str) -> None:
    assert instant(text).within(BERLIN, NOW) == datetime.fromisoformat(start)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10:00", "or not only one"),
        ("monday", "or not only one"),
        ("03/04/2026 10:00", "or not only one"),
        ("tomorrow 10", "which time of day"),
        ("tomorrow 25:00", "no time of day"),
        ("tomorrow 13 pm", "which time of day"),
        ("wednesday 10:00", "could be today or in a week"),
        ("2026-03-29 02:30", "does not exist"),
        ("2026-10-25 02:30", "is there twice"),
    ],
)
def test_what_is_none_or_two_is_refused(text: str, why: str) -> None:
    with pytest.raises(click.BadParameter, match=why):
        instant(text).within(BERLIN, NOW)


def test_days_begin_where_the_event_type_is() -> None:
    assert start_of(day_of("today"), BERLIN, NOW) == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert start_of(day_of("2026-11-24"), BERLIN, NOW, days=1) == datetime(2026, 11, 24, 23, tzinfo=UTC)
    with pytest.raises(click.BadParameter):
        day_of("soon")
