"""Statements that the driver is asked itself: what comes back, and what stays when it does not."""

from __future__ import annotations

import tracemalloc
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select

from bridge.store.engine import ConstraintViolated, Store
from bridge.store.statements import ask, send
from bridge.store.tables import leases
from tests.cast.clock import TEN

_NAMED = select(leases.c.name).where(leases.c.name.in_(bindparam("names", expanding=True)))
_ADD = insert(leases)


def lease(name: str) -> dict[str, Any]:
    return {"name": name, "owner": "somebody", "until": TEN}


def test_a_list_of_any_length_is_found_in(store: Store) -> None:
    with store.write() as connection:
        send(connection, _ADD, [lease(str(number)) for number in range(150)])
        for length in (0, 1, 2, 1, 150, 149):
            asked = [str(number) for number in range(length)]
            assert sorted(row.name for row in ask(connection, _NAMED, {"names": asked})) == sorted(asked)


def test_long_lists_of_many_lengths_are_not_kept(store: Store) -> None:
    with store.read() as connection:
        ask(connection, _NAMED, {"names": ["x"] * 299})
        tracemalloc.start()
        try:
            for length in range(300, 320):
                ask(connection, _NAMED, {"names": ["x"] * length})
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < 300_000


@pytest.mark.parametrize("at_once", [True, False])
def test_a_naive_datetime_is_refused(store: Store, *, at_once: bool) -> None:
    row = {**lease("naive"), "until": datetime(2026, 1, 1)}  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="naive"), store.write() as connection:
        ask(connection, _ADD, row) if at_once else send(connection, _ADD, row)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_constraint_says_no_by_its_name(store: Store, *, at_once: bool) -> None:
    with store.write() as connection:
        send(connection, _ADD, lease("one"))
    again = [lease("two"), lease("one")]
    with pytest.raises(ConstraintViolated, match="pk_leases"), store.write() as connection:
        ask(connection, _ADD, again[1]) if at_once else send(connection, _ADD, again)
    with store.read() as connection:
        assert [row.name for row in ask(connection, _NAMED, {"names": ["one", "two"]})] == ["one"]
