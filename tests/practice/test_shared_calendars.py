"""A calendar that its owner shares with another account is booked through that account, and one with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import BookingState, CalendarName
from bridge.service.check import findings
from providers.errors import AccessDenied
from tests.cast.at_vendors import BEN_MICROSOFT, microsoft_section
from tests.cast.clock import PresentClock, tomorrow_at
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.practice.team import alone, run_due
from tests.vendors.microsoft import FakeMicrosoft

DORA = "dora@contoso.example.com"
SHARED = f"microsoft:{BEN_MICROSOFT}/shared:{DORA}"


@pytest.fixture
def salon(sqlite_url: str, tmp_path: Path, microsoft: FakeMicrosoft) -> Iterator[Salon]:
    microsoft.add_account(BEN_MICROSOFT)
    microsoft.add_account(DORA)
    staff = [
        Staff("ben", "00:00-24:00", calendar=SHARED),
        Staff("dora", "00:00-24:00", calendar=f"microsoft:{DORA}/calendar"),
    ]
    text = salon_toml(sqlite_url, *staff, rest=microsoft_section(microsoft), **alone("ben", "dora"))
    salon = Salon(read_toml(text, tmp_path), clock=PresentClock())
    salon.bridge.connections.keep_fresh()
    yield salon
    salon.bridge.stop()


def test_it_is_offered_booked_moved_and_followed_and_is_its_owner_s_own(
    salon: Salon, microsoft: FakeMicrosoft
) -> None:
    booking = salon.booked("bens", "kim", tomorrow_at(10))
    assert not salon.ask("doras", "lee", tomorrow_at(10)).success
    salon.moved(booking, tomorrow_at(11))
    assert [event["start"] for event in microsoft.events(DORA)] == [tomorrow_at(11)]
    assert salon.booked("doras", "lee", tomorrow_at(10))
    (mine,) = [each for each in microsoft.events(DORA) if each["start"] == tomorrow_at(11)]
    run_due(salon)
    microsoft.delete_event(DORA, mine["id"])
    for minutes in (6, 2):
        salon.clock.turn(minutes=minutes)
        run_due(salon)
    assert salon.booking(booking).state is BookingState.CANCELLED


def test_the_check_knows_it_and_the_advice_says_who_has_to_share(salon: Salon) -> None:
    said = {found.subject: found for found in findings(salon.config, salon.bridge.context)}
    assert said[SHARED].verdict == "ok"
    assert f"{SHARED} = microsoft:{DORA}/calendar" in said
    refused = AccessDenied("microsoft", "free_busy", "ErrorAccessDenied")
    advice = salon.bridge.health.advise(CalendarName.parse(SHARED), refused)
    assert f"let {DORA} share it" in advice
