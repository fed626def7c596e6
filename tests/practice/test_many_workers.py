"""What Microsoft allows at once for a mailbox, shared by the many processes of a server."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from tests.cast.at_vendors import BEN_MICROSOFT, vendors_toml
from tests.cast.clock import PresentClock, tomorrow_at
from tests.cast.config import read_toml
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.vendors.microsoft import CALENDARS, FakeMicrosoft, Fault
from tests.zygote import Zygote

FOUR_WORKERS = "[server]\nworkers = 4"


def test_a_server_of_four_processes_shares_what_microsoft_allows(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft, zygote: Zygote, tmp_path: Path
) -> None:
    salon = open_at_vendors(microsoft=microsoft, event_type=FOUR_WORKERS)
    salon.bridge.connections.keep_fresh()
    assert salon.reception.offer(salon.event_type(None)).slots
    microsoft.fail_next(Fault.HANG, times=3)
    asked = len(microsoft.requests)
    token, places = microsoft.issue(BEN_MICROSOFT, (CALENDARS,)).access, str(tmp_path / "bridge-mailboxes")
    words = (BEN_MICROSOFT, microsoft.graph_url, str(microsoft.ca_bundle), token, places, "3")
    another = zygote.start("tests.providers.asker", *words)
    print(file=another.stdin, flush=True)
    while len(microsoft.requests) < asked + 3:
        threading.Event().wait(0.005)
    salon.clock.turn(minutes=2)
    assert not salon.reception.offer(salon.event_type(None)).slots
    assert len(microsoft.requests) == asked + 3
    another.send_signal(signal.SIGKILL)
    another.finish()
    salon.clock.turn(minutes=2)
    assert salon.reception.offer(salon.event_type(None)).slots


def test_where_they_have_no_folder_to_share_each_makes_one_call_at_a_time(
    microsoft: FakeMicrosoft, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = vendors_toml(sqlite_url, tmp_path, microsoft=microsoft, event_type=FOUR_WORKERS)
    nowhere = {"state_folder": lambda _file: tmp_path / "nowhere"}
    salon = Salon(read_toml(text, tmp_path), clock=PresentClock(), around=nowhere)
    assert "nowhere/bridge-mailboxes cannot be used: No such file or directory" in caplog.text
    assert salon.book("kim", tomorrow_at(10)).success
    salon.bridge.stop()
