"""Days set by hand: the latest change holds, and undoing it lets what was before hold again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bridge.model import WallRange
from bridge.store.engine import Store
from bridge.store.sql import set_days
from bridge.store.sql.set_days import Hours
from tests.store.rows import NINE

EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)
MORNING = (WallRange(540, 720),)


class Desk:
    """Somebody who sets days of Anna and Ben."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def set(self, hours: Hours, *days: date, hosts: tuple[str, ...] = ("anna",)) -> int:
        wanted = {host: dict.fromkeys(days, hours) for host in hosts}
        with self.store.write() as connection:
            return set_days.add(connection, wanted, at=NINE, by="Ben", note="")

    def undo(self, number: int) -> bool:
        with self.store.write() as connection:
            return set_days.undo(connection, number, at=NINE, by="Carl")

    def holds(self, host: str = "anna") -> dict[date, Hours]:
        with self.store.read() as connection:
            found = set_days.holding(connection, ["anna", "ben"], EVE, CHRISTMAS)
        return {day: hours for day, (hours, _) in found.get(host, {}).items()}

    def changed_since(self, revision: int) -> int | None:
        with self.store.read() as connection:
            found = set_days.changed_since(connection, ["anna"], EVE, EVE, revision)
        return found.number if found else None


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_of_a_days_changes_the_latest_holds_until_it_is_undone(desk: Desk) -> None:
    closed = desk.set((), EVE, CHRISTMAS, hosts=("anna", "ben"))
    morning = desk.set(MORNING, EVE)
    assert desk.holds() == {EVE: MORNING, CHRISTMAS: ()}
    assert desk.holds("ben") == {EVE: (), CHRISTMAS: ()}
    usual = desk.set(None, EVE, EVE + timedelta(days=7))
    assert desk.holds() == {EVE: None, CHRISTMAS: ()}
    assert desk.undo(morning), "one that another lies over may be undone too"
    assert desk.holds()[EVE] is None
    assert desk.undo(usual)
    assert desk.holds() == {EVE: (), CHRISTMAS: ()}
    assert desk.undo(closed)
    assert not desk.undo(closed), "once is enough"
    assert desk.holds() == desk.holds("ben") == {}


def test_whoever_looked_before_a_change_or_its_undoing_is_told(desk: Desk) -> None:
    first = desk.set((), EVE)
    assert desk.changed_since(first - 1) == first
    assert desk.changed_since(first) is None
    desk.set((), CHRISTMAS)
    desk.set((), EVE, hosts=("ben",))
    assert desk.changed_since(first) is None, "of other days and hosts"
    desk.undo(first)
    assert desk.changed_since(first) == first


def test_what_is_undone_twice_or_was_never_made_is_no_change(desk: Desk, store: Store) -> None:
    assert not desk.undo(99)
    with store.read() as connection:
        assert set_days.get(connection, 99) is None


def test_a_change_is_forgotten_with_its_last_day(desk: Desk, store: Store) -> None:
    both, eve = desk.set((), EVE, CHRISTMAS), desk.set(MORNING, EVE)
    with store.write() as connection:
        assert set_days.drop_past(connection, CHRISTMAS, limit=10) == 2
        assert set_days.drop_past(connection, CHRISTMAS, limit=10) == 0
        assert [each.number for each in set_days.latest(connection, 5)] == [both]
        assert set_days.get(connection, eve) is None
    assert desk.holds() == {CHRISTMAS: ()}
