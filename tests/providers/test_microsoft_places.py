"""What Graph allows at once for a mailbox, shared by the processes of a machine."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from providers.base import Deadline
from providers.errors import ProviderUnavailable
from providers.http import Call
from providers.microsoft.mailboxes import MOST_AT_ONCE, Mailboxes
from providers.microsoft.places import SharedPlaces
from tests.providers.microsoft import BEN, soon
from tests.vendors.microsoft import CALENDARS, FakeMicrosoft, Fault
from tests.zygote import Child, Ended, Zygote


@pytest.fixture
def start(ms: FakeMicrosoft, zygote: Zygote, tmp_path: Path) -> Callable[[int], Child]:
    """Starts a process that will put so many questions to Ben's mailbox, when it is told so."""

    def started(questions: int) -> Child:
        token, places = ms.issue(BEN, (CALENDARS,)).access, str(tmp_path / "places")
        words = (BEN, ms.graph_url, str(ms.ca_bundle), token, places, str(questions))
        return zygote.start("tests.providers.asker", *words)

    return started


def _go(*workers: Child) -> None:
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        print(file=worker.stdin, flush=True)


def test_many_processes_ask_a_mailbox_three_things_at_once_altogether(
    ms: FakeMicrosoft, start: Callable[[int], Child]
) -> None:
    ms.set_latency(0.02)
    workers = [start(12) for _ in range(4)]
    _go(*workers)
    assert [worker.finish() for worker in workers] == [Ended(0, "{'()'}\n")] * 4
    assert ms.most_at_once(BEN) == MOST_AT_ONCE


def test_the_places_that_a_killed_process_held_at_a_mailbox_are_free(
    ms: FakeMicrosoft, start: Callable[[int], Child], tmp_path: Path
) -> None:
    ms.fail_next(Fault.HANG, operation="calendarView", times=None)
    _go(worker := start(3))
    while len(ms.requests) < MOST_AT_ONCE:
        threading.Event().wait(0.005)
    places = SharedPlaces(tmp_path / "places", time.sleep)

    def take_all() -> None:
        call = Call("microsoft", "free_busy", soon(0.1))
        with ExitStack() as held:
            for _ in range(MOST_AT_ONCE):
                held.enter_context(places.one(BEN, range(MOST_AT_ONCE), call, every=0.01))

    with pytest.raises(ProviderUnavailable, match="still being asked"):
        take_all()
    worker.send_signal(signal.SIGKILL)
    assert worker.finish().returncode == -signal.SIGKILL
    take_all()


def test_of_shared_places_too_a_poll_that_hangs_takes_but_one(ms: FakeMicrosoft, tmp_path: Path) -> None:
    places = SharedPlaces(tmp_path / "places", time.sleep)
    mailbox = Mailboxes(time.monotonic, workers=8, shared=places).of(BEN)
    waiting = Call("microsoft", "changes", Deadline(0.1, time.monotonic, is_patient=True))
    with mailbox.turn(Call("microsoft", "changes", Deadline(5, time.monotonic, is_patient=True))):
        other = Mailboxes(time.monotonic, workers=8, shared=places).of(BEN)
        call = Call("microsoft", "free_busy", soon(0.1))
        with other.turn(call), pytest.raises(ProviderUnavailable), other.turn(waiting):
            pass
    with other.turn(waiting):
        pass
