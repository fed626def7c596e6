"""The background loop: nothing waits for an account that hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bridge.background import THREADS, Background, Lane, Precedence
from bridge.background.threads import JobThreads
from bridge.follow_ups.lanes import receiver_lane
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from bridge.store.sql import leases
from bridge.store.sql.jobs import Job
from tests.background.many_accounts import latest
from tests.cast.clock import TurnableClock

PATIENCE = 30.0


def test_no_job_is_a_minute_late_while_five_of_two_hundred_accounts_hang(sqlite_url: str) -> None:
    # All five at one vendor, and everything due at once, as after a start.
    late = latest(sqlite_url, 200, hanging=(0, 2, 4, 6, 8), duration=timedelta(minutes=6))
    assert set(late) == {"follow", "watch", "tokens"}
    assert max(late.values()) <= timedelta(minutes=1), late
    assert late["tokens"] <= timedelta(seconds=1)


def test_an_account_has_one_job_under_way_over_all_processes(store: Store) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def hang(_subject: str) -> None:
        begun.set()
        let_go.wait(PATIENCE)

    one, two = (
        Background(
            store,
            {"follow": hang, "watch": lambda _: None},
            now=database_now,
            owner=owner,
            precedence=Precedence(lambda _, found: {job: Lane("google", job.subject) for job in found}),
        )
        for owner in ("one", "two")
    )
    one.plan("follow", "anna")
    one.dispatch()
    assert begun.wait(PATIENCE)
    two.plan("watch", "anna")
    two.plan("watch", "ben")
    assert two.run_due() == 1
    let_go.set()
    one.stop(patience=PATIENCE)
    for thread in threading.enumerate():
        if thread.name == "background-job":
            thread.join(PATIENCE)
    assert two.run_due() == 1


def test_tokens_are_renewed_and_the_other_vendor_answers_while_every_account_of_one_hangs(
    store: Store,
) -> None:
    let_go = threading.Event()
    did = {"tokens": threading.Event(), "other": threading.Event(), "upkeep": threading.Event()}

    def lanes_of(_connection: Connection, found: Sequence[Job]) -> Mapping[Job, Lane]:
        return {job: Lane(job.kind, job.subject) for job in found if job.kind != "tokens"}

    def note(kind: str) -> None:
        did[kind].set()

    background = Background(
        store,
        {
            "hang": lambda _: (let_go.wait(PATIENCE), None)[1],
            "other": lambda _: note("other"),
            "tokens": lambda _: note("tokens"),
        },
        now=database_now,
        owner="one",
        upkeep=[lambda: note("upkeep")],
        precedence=Precedence(lanes_of, frozenset({"tokens"})),
    )
    for number in range(THREADS + 5):
        background.plan("hang", str(number))
    background.start()
    try:
        background.plan("other", "anna")
        background.plan("tokens")
        assert all(each.wait(PATIENCE) for each in did.values())
    finally:
        let_go.set()
        background.stop(patience=PATIENCE)
    assert background.under_way() == 0


def test_a_clock_set_back_keeps_no_job_longer_than_its_own_maximum(store: Store) -> None:
    clock = TurnableClock()
    did: list[str] = []

    def work(kind: str) -> Callable[[str], timedelta]:
        def note(_subject: str) -> timedelta:
            did.append(kind)
            return timedelta(minutes=5)

        return note

    background = Background(
        store,
        {kind: work(kind) for kind in ("often", "rarely")},
        now=clock.now,
        owner="one",
        precedence=Precedence(longest={"rarely": timedelta(hours=6)}),
    )
    for kind in ("often", "rarely"):
        background.plan(kind)
    assert background.run_due() == 2
    clock.turn(hours=-2)
    background.mend_dates()
    assert background.run_due() == 1, "six hours are nothing new to what is rare"
    clock.turn(days=-1)
    with store.write() as connection:  # taken by a process that then died
        assert leases.acquire(
            connection, "caller:7", "dead", timedelta(seconds=10), clock.now() + timedelta(days=1)
        )
        assert leases.acquire(connection, "caller:7", "next", timedelta(seconds=10), clock.now())
    background.mend_dates()
    assert background.run_due() == 2
    assert sorted(did) == ["often", "often", "often", "rarely", "rarely"]


def test_receivers_that_hang_hold_no_more_threads_than_they_may() -> None:
    let_go = threading.Event()
    threads = JobThreads(lambda: None)
    begun = [
        threads.begin(lambda: (let_go.wait(PATIENCE), None)[1], receiver_lane(name), is_first=False)
        for name in ("mail", "sms", "brevo", "mail", "zapier", "n8n")
    ]
    assert begun == [True, True, True, False, True, False]
    assert threads.begin(lambda: None, Lane("google", "anna"), is_first=False)
    let_go.set()
    for thread in threads.under_way():
        thread.join(PATIENCE)
