"""Books, moves or cancels at a vendor in a process of its own, and is killed at a given step.

python -m tests.practice.victim CONFIG STEP ACTION START [CA_BUNDLE]
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.booking.salon import RealClock, Salon
from tests.configs import load_config


def main(config: str, fatal_step: str, action: str, start: str, ca_bundle: str = "") -> None:
    """Do one thing, and die at the step."""

    def checkpoint(step: str) -> None:
        print(step, flush=True)
        if step == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    practice = Salon(load_config(Path(config), {}), clock=RealClock(), ca_bundle=ca_bundle or None)
    begin = datetime.fromisoformat(start)
    if action != "book":
        practice.book("kim", begin)
        practice.bridge.background.run_due()
    practice.checkpoint = checkpoint
    if action == "book":
        practice.book("kim", begin)
    elif action == "move":
        practice.reception.move(practice.confirmed()[0], begin + timedelta(minutes=30))
    else:
        practice.reception.cancel(practice.confirmed()[0])
    practice.bridge.background.run_due()


if __name__ == "__main__":
    main(*sys.argv[1:])
