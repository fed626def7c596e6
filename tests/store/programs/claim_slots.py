"""Claims every one of a number of slots, from several threads; prints what came of each try.

Arguments: the database, this process's name, the number of slots.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from bridge.store.engine import Store
from tests.store.programs import say, wait_for_go
from tests.store.rows import at, outcome

_THREADS = 4


def main(url: str, name: str, slots: str) -> None:
    with closing(Store(url)) as store, ThreadPoolExecutor(_THREADS) as threads:

        def claim(attempt: int) -> str:
            # Slots of an hour that begin every half: each overlaps its neighbours.
            slot = attempt // _THREADS
            result = outcome(store, f"{name}-{attempt}", at(slot / 2), at(slot / 2 + 1))
            return f"{result} {slot}"

        with store.read():
            wait_for_go()
        for line in threads.map(claim, range(int(slots) * _THREADS)):
            say(line)
