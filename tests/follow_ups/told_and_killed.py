"""Books, moves or cancels, and tells of it, in a process that is killed at a step; started by `zygote`."""

from __future__ import annotations

import os
import signal

from tests.cast.clock import HALF_AN_HOUR, TEN
from tests.cast.config import read_toml
from tests.cast.salon import Salon

KIM = {"name": "Kim Example", "email": "kim@example.org", "phone_number": "+4915112345678"}


def main(config: str, fatal_step: str, nth: str, action: str, minutes: str) -> None:
    """Do one thing so many minutes after the clock began, until a step is reached for the nth time."""
    left = int(nth)

    def checkpoint(step: str) -> None:
        nonlocal left
        left -= step == fatal_step
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    salon = Salon(read_toml(config))
    salon.clock.turn(minutes=int(minutes))
    mine = salon.confirmed()
    salon.checkpoint = checkpoint
    if action == "book":
        salon.book("kim", TEN, **KIM)
    elif action == "move":
        salon.reception.move(mine[0], TEN + HALF_AN_HOUR)
    else:
        salon.reception.cancel(mine[0])
    salon.bridge.background.run_due()
