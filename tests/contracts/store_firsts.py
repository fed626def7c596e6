"""What a store keeps to when several processes write the first row of its kind at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bridge.model import CalendarName
from bridge.store.engine import Store
from bridge.store.sql import alerts, cursors, jobs, leases, owners, revisions
from tests.store.rows import add_booking, at

LEASE = timedelta(minutes=1)


class FirstRowContract:
    """Whoever comes second finds the row of the first, and never an error."""

    def test_every_count_has_a_number_of_its_own(self, store: Store) -> None:
        def count(_number: int) -> int:
            with store.write() as connection:
                return revisions.bump(connection, revisions.CLAIMS)

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(count, range(40))) == list(range(1, 41))

    def test_one_of_many_gets_a_lease_and_keeps_it_to_its_end(self, store: Store) -> None:
        def ask(owner: str, seconds: float = 0) -> bool:
            with store.write() as connection:
                now = at(9) + timedelta(seconds=seconds)
                return leases.acquire(connection, "caller:7", owner, LEASE, now)

        owners = [f"process {number}" for number in range(8)]
        with ThreadPoolExecutor(8) as threads:
            got = [owner for owner, gets in zip(owners, threads.map(ask, owners), strict=True) if gets]
        assert len(got) == 1
        assert ask(got[0])  # its own may be renewed
        assert not ask("another")
        assert not ask("another", seconds=-0.2), "it read the clock before the one it waited for did"
        assert ask("another", seconds=120)

    def test_whose_lease_began_after_the_clock_was_read_works_on(self, store: Store) -> None:
        begun = at(9) + timedelta(seconds=0.2)
        with store.write() as connection:
            add_booking(connection, "b", owner="another", lease_until=begun + LEASE)
            jobs.schedule(connection, "follow", "local:anna", begun)
            (due,) = jobs.due(connection, begun)
            assert jobs.take(connection, due, "another", LEASE, begun)
            assert not owners.is_left(connection, "b", at(9), LEASE)
            assert not jobs.misdated(connection, at(9), LEASE, {}, LEASE)
            a_day_back = at(9) - timedelta(days=1)
            assert owners.is_left(connection, "b", a_day_back, LEASE)
            assert jobs.misdated(connection, a_day_back, LEASE, {}, LEASE) == [("follow", "local:anna")]

    def test_many_may_plan_raise_and_remember_the_same_at_once(self, store: Store) -> None:
        calendar = CalendarName.parse("local:anna")

        def write(number: int) -> bool:
            with store.write() as connection:
                jobs.schedule(connection, "follow", str(calendar), at(9) + number * LEASE)
                cursors.put(connection, calendar, f"cursor {number}", at(9))
                return alerts.raise_alert(connection, "unreadable", "A calendar cannot be read.", at(9))

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(write, range(8))) == 1
        with store.write() as connection:
            assert (cursors.get(connection, calendar) or "").startswith("cursor ")
            (due,) = jobs.due(connection, at(9))  # at the earliest time of all
            taken = jobs.take(connection, due, "me", LEASE, at(9))
            assert taken == jobs.Job("follow", str(calendar), tries=0, planned=8)
            assert jobs.take(connection, due, "another", LEASE, at(9)) is None
            assert alerts.resolve(connection, "unreadable", at(10))
            assert alerts.raise_alert(connection, "unreadable", "Again.", at(11))
            assert [alert.text for alert in alerts.open_alerts(connection)] == ["Again."]
