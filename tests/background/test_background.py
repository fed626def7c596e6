"""The background loop: nothing waits for an account that hangs."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import Connection

from bridge.background import THREADS, Background, Lane, Precedence
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from tests.background.many_accounts import latest

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
            precedence=Precedence(lambda _connection, _kind, subject: Lane("google", subject)),
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

    def lane_of(_connection: Connection, kind: str, subject: str) -> Lane | None:
        return Lane(kind, subject) if kind != "tokens" else None

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
        upkeep=lambda: note("upkeep"),
        precedence=Precedence(lane_of, frozenset({"tokens"})),
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
