"""A process killed at any instruction loses nothing it committed and leaves nothing it did not."""

from __future__ import annotations

import random
import signal

from sqlalchemy import func, select, text

from bridge.store.engine import Store
from bridge.store.tables import alerts
from tests.store.processes import go, start, wait_until_loaded
from tests.zygote import Child, Zygote

_ROUNDS = 5
_ROWS = 10


def kill_after(process: Child, groups: int, instructions: int) -> list[str]:
    """Kill a writer some way into the transaction after this many; return what it said is committed."""
    go(process)
    told = [process.stdout.readline().strip() for _ in range(groups)]
    for _ in range(instructions):
        pass
    process.send_signal(signal.SIGKILL)
    rest = process.finish().output
    # The last line may have been cut off by the kill.
    return told + rest.splitlines()[: rest.count("\n")]


def test_committed_transactions_survive_a_kill_and_others_leave_nothing(
    zygote: Zygote, store: Store, store_url: str
) -> None:
    chance = random.Random(7)  # noqa: S311 - where to kill is no secret
    for number in range(_ROUNDS):
        process = start(zygote, "write_until_killed", store_url, f"run{number}")
        wait_until_loaded(process)
        told = kill_after(process, chance.randint(1, 5), chance.randint(0, 100_000))
        with store.read() as connection:
            written = select(alerts.c.text, func.count()).group_by(alerts.c.text)
            kept = {
                row[0]: row[1] for row in connection.execute(written) if row[0].startswith(f"run{number}-")
            }
            if store.is_sqlite:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert set(kept.values()) == {_ROWS}
        assert set(told) <= set(kept)
        assert len(kept) <= len(told) + 1  # the one that was committed but not yet told of
