"""Many callers at once through several event types that share hosts, at the real server's two processes."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from bridge.config import Config
from bridge.model import BookingState
from bridge.parts import Bridge
from bridge.store.sql import claims, round_robin
from providers.base import Interval
from tests.cast.config import ANNA, BEN, CARL, DORA, salon_config, salon_toml
from tests.cast.server import Server, running
from tests.zygote import Zygote

PATIENT = "book_deadline_seconds = 50"  # two cores and many callers: nobody shall be turned away for time
TEAMS = {
    "cut": 'hosts = ["anna", "ben"]\nstart_increment_minutes = 10',
    "dye": 'hosts = ["anna", "carl"]',
    "pair": 'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]\nbuffer_after_minutes = 10',
    "four": 'groups = [["ben", "anna"], ["carl", "dora"]]\nduration_minutes = 40',
}


TOMORROW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def told(server: Server, event_types: list[str], starts: list[datetime], callers: int) -> Counter[object]:
    """Let callers book at the same time, each the next event type and the next start; count the answers."""

    def book(who: int) -> object:
        body = {
            "contact_id": f"caller {who} of {starts[0]:%H:%M}",
            "contact_details": {},
            "start_iso": starts[who % len(starts)].isoformat(),
        }
        _, answer = server.post(f"/{event_types[who % len(event_types)]}/book", body)
        return answer["status"]

    with ThreadPoolExecutor(callers) as threads:
        return Counter(threads.map(book, range(callers)))


def booked_hosts(config: Config, start: datetime) -> Counter[str]:
    """Return who is booked at a start, once all claims were seen to agree with the bookings."""
    bridge = Bridge(config)
    confirmed = bridge.reception.bookings(states=[BookingState.CONFIRMED])
    day = Interval(TOMORROW, TOMORROW + timedelta(days=1))
    with bridge.store.read() as connection:
        held = claims.overlapping(connection, hosts=list(config.hosts), calendars=[], window=day)
        joined = {
            moment for each in config.event_types for moment in round_robin.joined(connection, each).values()
        }
    bridge.stop()
    assert len(joined) == 1  # both processes started at once, and one recorded all
    assert sorted((claim.booking_id, claim.host) for claim in held) == sorted(
        (booking.id, host) for booking in confirmed for host in booking.hosts
    )
    for one, other in combinations(held, 2):
        if one.host == other.host:
            assert one.interval.end <= other.interval.start or other.interval.end <= one.interval.start
    return Counter(host for each in confirmed if each.interval.start == start for host in each.hosts)


def test_hosts_of_several_event_types_are_never_booked_twice(
    zygote: Zygote, store_url: str, tmp_path: Path
) -> None:
    """Anna, ben and carl have one start between two event types; then teams of every kind share them."""
    staff = (ANNA, BEN, CARL, DORA)
    ten = TOMORROW + timedelta(hours=10)
    later = [TOMORROW + timedelta(hours=14, minutes=10 * number) for number in range(6)]
    with running(zygote, salon_toml(store_url, *staff, bridge=PATIENT, **TEAMS), tmp_path) as server:
        assert told(server, ["cut", "dye"], [ten], 20) == {"success": 3, "failed": 17}
        answers = told(server, list(TEAMS), later, 24)
    assert answers.total() == 24
    assert answers["success"]
    assert booked_hosts(salon_config(store_url, *staff, **TEAMS), ten) == {"anna": 1, "ben": 1, "carl": 1}
