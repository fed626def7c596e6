"""Books, corrects, moves or cancels in a process of its own, and is killed at a step; started by `zygote`.

Who does so "apart" makes the event between two commits, as at vendors, and not by its booking's own.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime

from tests.cast.clock import HALF_AN_HOUR, PresentClock, TurnableClock
from tests.cast.config import read_toml
from tests.cast.salon import Salon
from tests.cast.unruly import as_vendors


def main(config: str, fatal_step: str, action: str, start: str, clock: str) -> None:
    """Do one thing, telling on standard output how far it came; `clock` stands at "monday" or "present"."""

    def checkpoint(step: str) -> None:
        print(step, flush=True)
        if step == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    clocks = {"monday": TurnableClock, "present": PresentClock}
    wrap = as_vendors if action == "book_apart" else lambda accounts: accounts
    salon = Salon(read_toml(config), clock=clocks[clock](), wrap=wrap)
    begin = datetime.fromisoformat(start)
    if action == "remove":
        salon.checkpoint = checkpoint
        salon.settle()
        return
    if not action.startswith("book"):
        _prepare(salon, action, begin)
    salon.checkpoint = checkpoint
    _act(salon, action, begin)


def _prepare(salon: Salon, action: str, begin: datetime) -> None:
    salon.book("kim", begin)
    salon.bridge.background.run_due()
    if action == "replace_host":
        # Both hosts are free then; half an hour later only the other one is.
        (mine,) = salon.confirmed()
        salon.clock.turn(minutes=30)
        for who in ("lee", "max"):
            salon.book(who, begin + HALF_AN_HOUR)
        for booking in salon.confirmed():
            if booking.hosts != mine.hosts and booking.id != mine.id:
                salon.reception.cancel(booking)
        salon.bridge.background.run_due()


def _act(salon: Salon, action: str, begin: datetime) -> None:
    mine = [booking for booking in salon.confirmed() if booking.contact.contact_id == "kim"]
    if action.startswith("book"):
        outcome = salon.book("kim", begin)
    elif action == "correct":
        outcome = salon.book("kim", begin, name="Kim Example", email="kim@example.com")
    elif action == "cancel":
        outcome = salon.reception.cancel(mine[0])
    else:
        outcome = salon.reception.move(mine[0], begin + HALF_AN_HOUR)
    print("told", "success" if outcome.success else "failed", flush=True)
    salon.bridge.background.run_due()
