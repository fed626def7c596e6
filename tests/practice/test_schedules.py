"""A colleague of whom only the schedule is seen, as she attends what the bridge books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast.at_vendors import BEN_MICROSOFT, microsoft_section
from tests.cast.clock import HALF_AN_HOUR, PresentClock, tomorrow_at
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.vendors.microsoft import FakeMicrosoft

CARLA = "carla@contoso.example.com"
HOUR = timedelta(hours=1)
TEN, ELEVEN = tomorrow_at(10), tomorrow_at(11)


@pytest.fixture
def salon(sqlite_url: str, microsoft: FakeMicrosoft, tmp_path: Path) -> Iterator[Salon]:
    """A salon where Ben and Carla attend an hour together; Carla is seen by her schedule alone."""
    for account in (BEN_MICROSOFT, CARLA):
        microsoft.add_account(account)
    bens = f"microsoft:{BEN_MICROSOFT}"
    staff = (
        Staff("ben", "00:00-24:00", calendar=f"{bens}/calendar"),
        Staff("carla", "00:00-24:00", f'busy_calendars = ["{bens}/schedule:{CARLA}"]', "local:carla"),
    )
    keys = "duration_minutes = 60\nstart_increment_minutes = 30\ndefault = true"
    both = f'fixed_hosts = ["ben", "carla"]\n{keys}'
    text = salon_toml(sqlite_url, *staff, rest=microsoft_section(microsoft), colour=both)
    opened = Salon(read_toml(text, tmp_path), clock=PresentClock())
    opened.bridge.connections.keep_fresh()
    yield opened
    opened.bridge.stop()


def test_the_booking_in_a_schedule_is_no_trouble_and_no_obstacle_to_a_move(
    salon: Salon, microsoft: FakeMicrosoft
) -> None:
    booking = salon.booked("colour", "kim", TEN)
    invitation = microsoft.add_event(CARLA, TEN, TEN + HOUR)  # as Exchange puts it into her calendar
    salon.settle()
    assert salon.bridge.alerts.open() == []
    moved = salon.reception.move(booking, TEN + HALF_AN_HOUR)
    assert moved.success, moved.reason
    microsoft.move_event(CARLA, invitation, TEN + HALF_AN_HOUR, TEN + HALF_AN_HOUR + HOUR)
    salon.settle()
    assert salon.bridge.alerts.open() == []


def test_what_else_a_schedule_shows_stands_in_the_way(salon: Salon, microsoft: FakeMicrosoft) -> None:
    booking = salon.booked("colour", "kim", TEN)
    microsoft.add_event(CARLA, TEN, TEN + HOUR)
    microsoft.add_event(CARLA, ELEVEN, ELEVEN + HALF_AN_HOUR)
    assert not salon.reception.move(booking, TEN + HALF_AN_HOUR).success
    assert not salon.ask("colour", "lee", ELEVEN).success
