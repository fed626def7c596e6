"""Opens salons for what is tried at the vendors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cast.at_vendors import PATIENT, google_section
from tests.cast.clock import PresentClock
from tests.cast.config import Staff, read_toml, salon_toml
from tests.cast.salon import Salon
from tests.practice.team import OpenTeam, alone
from tests.vendors.google import FakeGoogle


@pytest.fixture
def open_team(sqlite_url: str, tmp_path: Path, google: FakeGoogle) -> Iterator[OpenTeam]:
    """Opens a salon with an event type for each host, at the fake Google, in the present."""
    with ExitStack() as stack:

        def opened(*staff: Staff) -> Salon:
            text = salon_toml(
                sqlite_url,
                *staff,
                bridge=PATIENT,
                rest=google_section(google, tmp_path),
                **alone(*(each.name for each in staff)),
            )
            salon = Salon(read_toml(text, tmp_path), clock=PresentClock())
            stack.callback(salon.bridge.stop)
            salon.bridge.connections.keep_fresh()
            return salon

        yield opened
