"""Many callers at once, against the real server: 2 processes of 8 threads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from bridge.model import BookingState, CalendarName
from bridge.parts import Bridge
from providers.base import Deadline, Interval
from tests.cast.clock import tomorrow_at
from tests.cast.config import ANNA, salon_config, salon_toml
from tests.cast.server import Server, running
from tests.serving.callers import PATIENT, caller
from tests.zygote import Zygote

A_DAY = timedelta(days=1)


def told(server: Server, callers: list[str], starts: list[datetime]) -> Counter[str]:
    """Let these callers book at the same time, each the next start; count the answers."""
    bodies: list[object] = [caller(who, start) for who, start in zip(callers, cycle(starts), strict=False)]
    return Counter(str(answer["status"]) for answer in server.post_at_once("/book", bodies))


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


def test_of_many_callers_at_once_each_slot_has_exactly_one(
    zygote: Zygote, store_url: str, tmp_path: Path
) -> None:
    """One server for all three rushes, each on a day of its own: starting it costs more than they do."""
    crowd = [f"caller-{number}" for number in range(200)]
    twenty = [tomorrow_at(8 + number // 2, 30 * (number % 2)) + A_DAY for number in range(20)]
    with running(zygote, salon_toml(store_url, ANNA, bridge=PATIENT), tmp_path) as server:
        assert told(server, crowd, [tomorrow_at(10)]) == {"success": 1, "failed": 199}
        assert told(server, [f"{who} again" for who in crowd], twenty) == {"success": 20, "failed": 180}
        assert told(server, ["kim"] * 20, [tomorrow_at(10) + 2 * A_DAY]) == {"success": 20}, (
            "one appointment, told to all"
        )
    assert_calendar_holds(store_url, 1 + 20 + 1)
