"""Many callers at once, against the real server: 2 processes of 8 threads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.app import Bridge
from bridge.model import BookingState, CalendarName
from providers.base import Deadline, Interval
from tests.cast.config import ANNA, salon_config, salon_toml
from tests.cast.server import running

PATIENT = "book_deadline_seconds = 50"  # two cores and 200 callers: nobody shall be turned away for time


def tomorrow_at(hour: int, minute: int = 0) -> str:
    day = datetime.now(UTC) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()


def caller(who: str, start: str) -> dict[str, object]:
    return {"contact_id": who, "contact_details": {"name": who}, "start_iso": start}


def assert_calendar_holds(url: str, count: int) -> None:
    bridge = Bridge(salon_config(url, ANNA))
    confirmed = bridge.reception.bookings(states=[BookingState.CONFIRMED])
    anna = CalendarName("local", "", "anna")
    now = datetime.now(UTC)
    window = Interval(now - timedelta(days=2), now + timedelta(days=5))
    clock = iter(range(1000)).__next__
    events = bridge.accounts.provider(anna).list_events("anna", window, deadline=Deadline(500, clock))
    assert len(confirmed) == len(events) == count
    assert {booking.id for booking in confirmed} == {event.booking_id for event in events}
    assert not bridge.reception.bookings(states=[BookingState.HELD])
    bridge.stop()


def test_200_callers_for_one_slot_give_exactly_one_success(store_url: str, tmp_path: Path) -> None:
    with running(salon_toml(store_url, ANNA, bridge=PATIENT), tmp_path) as server:
        bodies: list[object] = [caller(f"caller-{n}", tomorrow_at(10)) for n in range(200)]
        told = Counter(str(answer["status"]) for answer in server.post_at_once("/book", bodies))
    assert told == {"success": 1, "failed": 199}
    assert_calendar_holds(store_url, 1)


def test_200_callers_for_20_slots_give_exactly_20_successes(store_url: str, tmp_path: Path) -> None:
    starts = [tomorrow_at(8 + n // 2, 30 * (n % 2)) for n in range(20)]
    with running(salon_toml(store_url, ANNA, bridge=PATIENT), tmp_path) as server:
        bodies: list[object] = [caller(f"caller-{n}", starts[n % 20]) for n in range(200)]
        told = Counter(str(answer["status"]) for answer in server.post_at_once("/book", bodies))
    assert told == {"success": 20, "failed": 180}
    assert_calendar_holds(store_url, 20)


def test_one_caller_asking_20_times_at_once_gets_20_successes_and_one_event(
    store_url: str, tmp_path: Path
) -> None:
    with running(salon_toml(store_url, ANNA, bridge=PATIENT), tmp_path) as server:
        bodies: list[object] = [caller("kim", tomorrow_at(10))] * 20
        told = Counter(str(answer["status"]) for answer in server.post_at_once("/book", bodies))
    assert told == {"success": 20}
    assert_calendar_holds(store_url, 1)
