"""A store that was used before a fork works in the parent and in its children."""

from __future__ import annotations

from sqlalchemy import func, select, text

from bridge.store.engine import Store
from bridge.store.tables import alerts
from tests.store.processes import race
from tests.zygote import Zygote


def test_parent_and_children_write_through_a_store_made_before_the_fork(
    zygote: Zygote, store: Store, store_url: str
) -> None:
    told = race(zygote, "fork_and_write", [store_url, "2", "20"])
    assert told == [["0", "0"]]
    with store.read() as connection:
        written = connection.execute(
            select(func.count()).where(alerts.c.key.like("child%") | alerts.c.key.like("parent%"))
        )
        assert written.scalar() == 60
        if store.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
