"""Books, moves or cancels in a process of its own, and is killed at a given step.

python -m tests.booking.victim DATABASE_URL STEP ACTION
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta

from tests.booking.salon import MONDAY, Salon
from tests.builders import salon

TEN = MONDAY.replace(hour=10)


def main(url: str, fatal_step: str, action: str) -> None:
    """Do one thing, telling on standard output how far it came."""

    def checkpoint(step: str) -> None:
        print(step, flush=True)
        if step == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = Salon(salon(url))
    if action == "remove":
        opened.checkpoint = checkpoint
        opened.settle()
        return
    if action in ("move", "replace_host", "cancel"):
        _prepare(opened, action)
    opened.checkpoint = checkpoint
    _act(opened, action)


def _prepare(opened: Salon, action: str) -> None:
    opened.book("kim", TEN)
    opened.bridge.background.run_due()
    if action == "replace_host":
        # Both hosts are free at ten; at half past only the other one is.
        (mine,) = opened.confirmed()
        opened.clock.turn(minutes=30)
        for who in ("lee", "max"):
            opened.book(who, TEN + timedelta(minutes=30))
        for booking in opened.confirmed():
            if booking.hosts != mine.hosts and booking.id != mine.id:
                opened.reception.cancel(booking)
        opened.bridge.background.run_due()


def _act(opened: Salon, action: str) -> None:
    mine = [booking for booking in opened.confirmed() if booking.contact.contact_id == "kim"]
    if action == "book":
        outcome = opened.book("kim", TEN)
    elif action == "cancel":
        outcome = opened.reception.cancel(mine[0])
    else:
        outcome = opened.reception.move(mine[0], TEN + timedelta(minutes=30))
    print("told", "success" if outcome.success else "failed", flush=True)
    opened.bridge.background.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
