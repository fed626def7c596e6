"""Writes of several threads in one transaction, where each alone would cost a commit (group commit)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Connection

from bridge.store.engine import Store

T = TypeVar("T")


class _Wish:
    """What a thread wants written, and what came of it."""

    def __init__(self, work: Callable[[Connection], Any], place: str) -> None:
        self.work = work
        self.place = place
        self.answer: Any = None
        self.error: BaseException | None = None
        self.is_done = False
        self.is_alone = True


class Together:
    """Whoever comes first writes; what comes meanwhile waits, and is written at once by the next of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._waiting: deque[_Wish] = deque()

    def write(self, work: Callable[[Connection], T], place: str = "") -> T:
        """Do this in a transaction, perhaps one of several; return its answer once that has committed.

        Several are done by their places, or two processes that lock the same rows could wait for each other.
        Where they fail, each is done once more by itself, so the work must bear an unheard commit.
        """
        mine = _Wish(work, place)
        self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                self._write_all()
        if mine.error is not None:
            if mine.is_alone:
                raise mine.error
            with self._store.write() as connection:
                return work(connection)
        answer: T = mine.answer
        return answer

    def _write_all(self) -> None:
        # Only who has the turn takes from the queue, so nobody waits for more than the next transaction.
        several = [self._waiting.popleft() for _ in range(len(self._waiting))]
        several.sort(key=attrgetter("place"))
        try:
            with self._store.write() as connection:
                for each in several:
                    each.answer = each.work(connection)
        except BaseException as error:  # noqa: BLE001 - each thread tries by itself, or raises it
            for each in several:
                each.error, each.is_alone = error, len(several) == 1
        for each in several:
            each.is_done = True
