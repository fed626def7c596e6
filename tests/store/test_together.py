"""Several threads' writes in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from bridge.store.engine import Store
from bridge.store.sql import jobs
from bridge.store.together import Together

PATIENCE = 30.0
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class _Crowd:
    """A first thread writes for as long as is wanted; the others have come meanwhile."""

    def __init__(
        self, store: Store, works: Sequence[Callable[[Connection], Any]], places: Sequence[str] = ()
    ) -> None:
        self.together = Together(store)
        writes, let_go = threading.Event(), threading.Event()

        def first(connection: Connection) -> Connection:
            writes.set()
            assert let_go.wait(PATIENCE)
            return connection

        with ThreadPoolExecutor(len(works) + 1) as threads:
            self.first = threads.submit(self.together.write, first)
            assert writes.wait(PATIENCE)
            self.others: list[Future[Any]] = []
            for work, place in zip(works, places or [""] * len(works), strict=True):
                self.others.append(threads.submit(self.together.write, work, place))
                self._come(len(self.others))
            let_go.set()

    def _come(self, count: int) -> None:
        while len(self.together._waiting) < count:
            threading.Event().wait(0.001)


def test_what_comes_while_one_writes_is_one_transaction(store: Store) -> None:
    def plan(subject: str) -> Callable[[Connection], tuple[str, Connection]]:
        def work(connection: Connection) -> tuple[str, Connection]:
            jobs.schedule(connection, "follow", subject, NOW)
            return subject, connection

        return work

    crowd = _Crowd(store, [plan(str(number)) for number in range(5)])
    answers = [each.result(PATIENCE) for each in crowd.others]
    assert [subject for subject, _ in answers] == ["0", "1", "2", "3", "4"]
    assert len({id(connection) for _, connection in answers} | {id(crowd.first.result())}) == 2
    with store.read() as connection:
        assert {job.subject for job in jobs.due(connection, NOW)} == {"0", "1", "2", "3", "4"}


def test_two_processes_lock_the_same_rows_in_one_order(store: Store) -> None:
    did: list[str] = []

    def note(place: str) -> Callable[[Connection], None]:
        return lambda _connection: did.append(place)

    places = ["c", "a", "b"]
    crowd = _Crowd(store, [note(each) for each in places], places)
    for each in crowd.others:
        each.result(PATIENCE)
    assert did == ["a", "b", "c"]


def test_what_fails_undoes_nobody_elses_work(store: Store) -> None:
    def plan(connection: Connection) -> str:
        jobs.schedule(connection, "follow", "anna", NOW)
        return "planned"

    def fail(_connection: Connection) -> None:
        raise RuntimeError("broken")

    crowd = _Crowd(store, [plan, fail])
    crowd.first.result(PATIENCE)
    planned, failed = crowd.others
    assert planned.result(PATIENCE) == "planned"
    with pytest.raises(RuntimeError, match="broken"):
        failed.result(PATIENCE)
    with store.read() as connection:
        assert [job.subject for job in jobs.due(connection, NOW)] == ["anna"]
    assert crowd.together.write(lambda _connection: "goes on") == "goes on"
