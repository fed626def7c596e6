"""A process is killed between any two steps of a booking whose event lies at a vendor."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast.at_vendors import vendors_toml
from tests.cast.clock import PresentClock, tomorrow_at
from tests.cast.config import read_toml
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft
from tests.zygote import Zygote

STEPS = [
    ("book", "held"),
    ("book", "event_created"),
    ("book", "confirmed"),
    ("move", "move_held"),
    ("move", "event_moved"),
    ("move", "move_confirmed"),
    ("cancel", "cancelled"),
    ("cancel", "event_removed"),
]


def killed_at(zygote: Zygote, config: str, step: str, action: str) -> Salon:
    """Let a process die at the step; return the bridge as it is started again later."""
    begin = tomorrow_at(10).isoformat()
    ended = zygote.run("tests.cast.victim", config, step, action, begin, "present")
    assert ended.returncode == -9, f"was not killed at {step}: {ended.output}"
    later = PresentClock()
    later.turn(seconds=20)
    return Salon(read_toml(config), clock=later)


def assert_settled(survivor: Salon, step: str, action: str) -> None:
    survivor.settle()
    survivor.is_consistent()
    starts = [booking.interval.start for booking in survivor.confirmed()]
    ten = tomorrow_at(10)
    wanted = {
        "book": [ten] if step == "confirmed" else [],
        "move": [ten + timedelta(minutes=30)] if step == "move_confirmed" else [ten],
        "cancel": [],
    }
    assert starts == wanted[action]
    survivor.bridge.stop()


@pytest.mark.parametrize(("action", "step"), STEPS)
def test_google_is_left_whole_after_a_kill(
    zygote: Zygote, google: FakeGoogle, sqlite_url: str, tmp_path: Path, action: str, step: str
) -> None:
    config = vendors_toml(sqlite_url, tmp_path, google=google)
    assert_settled(killed_at(zygote, config, step, action), step, action)


@pytest.mark.parametrize(("action", "step"), STEPS)
def test_microsoft_is_left_whole_after_a_kill(
    zygote: Zygote, microsoft: FakeMicrosoft, sqlite_url: str, tmp_path: Path, action: str, step: str
) -> None:
    config = vendors_toml(sqlite_url, tmp_path, microsoft=microsoft)
    assert_settled(killed_at(zygote, config, step, action), step, action)
