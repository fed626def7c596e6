"""What every store keeps to, whatever its database. A class that inherits StoreContract proves it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import StatementError

from bridge.store.dialects import database_now
from bridge.store.engine import ConstraintViolated, Store, after_commit
from bridge.store.tables import bookings, leases, revisions
from tests.contracts.store_claims import ClaimContract
from tests.contracts.store_firsts import FirstRowContract
from tests.store.rows import add_booking, at, count_claims, take_slot, take_slots

Way = Callable[[Store], AbstractContextManager[Connection]]
CALLER = "+491701234567"


class TransactionContract:
    """A transaction is there as a whole or not at all, and is seen as of one moment."""

    def test_what_a_transaction_wrote_is_there_afterwards(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        with store.read() as connection:
            assert count_claims(connection) == 1

    def test_an_error_inside_a_transaction_leaves_nothing_of_it(self, store: Store) -> None:
        def write_and_fail() -> None:
            with store.write() as connection:
                take_slot(connection, "b1", at(9), at(10))
                raise LookupError

        with pytest.raises(LookupError):
            write_and_fail()
        with store.read() as connection:
            assert count_claims(connection) == 0

    def test_what_waits_for_a_commit_is_done_after_it_and_only_then(self, store: Store) -> None:
        seen: list[int] = []

        def look() -> None:
            with store.read() as connection:
                seen.append(count_claims(connection))

        def write_and_fail() -> None:
            with store.write() as connection:
                after_commit(connection, look)
                raise LookupError

        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            after_commit(connection, look)
        assert seen == [1]
        with pytest.raises(LookupError):
            write_and_fail()
        with store.write():
            pass
        assert seen == [1]

    def test_a_refused_row_leaves_nothing_of_its_transaction(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        with pytest.raises(ConstraintViolated), store.write() as connection:
            take_slots(connection, {"b2": (at(11), at(12)), "b3": (at(9), at(10))})
        with store.read() as connection:
            assert connection.execute(select(bookings.c.id)).scalars().all() == ["b1"]

    def test_a_reading_transaction_sees_one_moment(self, store: Store) -> None:
        with store.read() as reading:
            assert count_claims(reading) == 0
            with store.write() as writing:
                take_slot(writing, "b1", at(9), at(10))
            assert count_claims(reading) == 0
        with store.read() as reading:
            assert count_claims(reading) == 1

    def test_a_reading_transaction_refuses_to_write(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"read-?only"), store.read() as connection:
            add_booking(connection, "b1")

    @pytest.mark.parametrize("alone", [False, True], ids=["write", "write_alone"])
    def test_no_change_is_lost_between_threads(self, store: Store, alone: bool) -> None:
        if not alone and not store.is_sqlite:
            pytest.skip("on PostgreSQL only write_alone keeps others out")
        with store.write() as connection:
            connection.execute(insert(revisions).values(name="claims", value=0))

        def count_one(_number: int) -> None:
            with store.write_alone() if alone else store.write() as connection:
                value = connection.execute(select(revisions.c.value)).scalar_one()
                connection.execute(update(revisions).values(value=value + 1))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(count_one, range(80)))
        assert store.revisions() == {"claims": 80}

    def test_a_closed_store_opens_anew(self, store: Store) -> None:
        store.close()
        with store.read() as connection:
            assert count_claims(connection) == 0


class RevisionContract:
    """The counters are told as committed at this moment."""

    def test_a_new_database_has_no_revisions(self, store: Store) -> None:
        assert store.revisions() == {}

    def test_revisions_are_told_once_committed(self, store: Store) -> None:
        with store.write() as connection:
            connection.execute(
                insert(revisions), [{"name": "claims", "value": 1}, {"name": "local", "value": 7}]
            )
            assert store.revisions() == {}
        assert store.revisions() == {"claims": 1, "local": 7}
        with store.write() as connection:
            connection.execute(update(revisions).values(value=8))
        assert store.revisions() == {"claims": 8, "local": 8}

    def test_asking_for_revisions_keeps_nobody_waiting(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as threads, store.write() as connection:
            connection.execute(insert(revisions).values(name="claims", value=1))
            assert list(threads.map(lambda _: store.revisions(), range(40))) == [{}] * 40


class UniquenessContract:
    """A contact has one live booking of an event type at a start."""

    def refusal(self, store: Store, **booking: Any) -> str | None:
        """Return the name of the index that refuses a second booking, None when it is taken."""
        with store.write() as connection:
            add_booking(connection, "b1", contact_key="contact:7")
        try:
            with store.write() as connection:
                add_booking(connection, "b2", **booking)
        except ConstraintViolated as refusal:
            return refusal.name
        return None

    @pytest.mark.parametrize("state", ["held", "confirmed"])
    def test_a_second_live_booking_of_a_contact_is_refused(self, store: Store, state: str) -> None:
        name = self.refusal(store, contact_key="contact:7", state=state)
        assert name == "bookings_one_live_per_contact"

    @pytest.mark.parametrize("state", ["cancelled", "failed", "no_show"])
    def test_a_booking_that_is_over_takes_no_place(self, store: Store, state: str) -> None:
        assert self.refusal(store, contact_key="contact:7", state=state) is None

    @pytest.mark.parametrize(
        "other",
        [{"contact_key": "contact:8"}, {"event_type": "visit"}, {"starts_at": at(10)}],
        ids=["contact", "event type", "start"],
    )
    def test_another_contact_event_type_or_start_is_another_place(
        self, store: Store, other: dict[str, Any]
    ) -> None:
        assert self.refusal(store, **{"contact_key": "contact:7", **other}) is None

    def test_nobody_may_book_any_number_of_times(self, store: Store) -> None:
        with store.write() as connection:
            add_booking(connection, "b1")
            add_booking(connection, "b2")

    def test_cancelling_frees_the_place_and_reviving_needs_it(self, store: Store) -> None:
        with store.write() as connection:
            add_booking(connection, "b1", contact_key="contact:7")
            connection.execute(update(bookings).values(state="cancelled"))
            add_booking(connection, "b2", contact_key="contact:7")
        with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
            connection.execute(update(bookings).values(state="confirmed"))
        assert refusal.value.name == "bookings_one_live_per_contact"

    def test_an_id_is_taken_once(self, store: Store) -> None:
        with store.write() as connection:
            add_booking(connection, "b1")
        with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
            add_booking(connection, "b1")
        assert refusal.value.name == "pk_bookings"


class InstantContract:
    """Instants come back as they were, in UTC."""

    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        ],
        ids=["microseconds", "before 1970", "year 1", "year 9999", "offset"],
    )
    def test_an_instant_comes_back_as_it_was(self, store: Store, moment: datetime) -> None:
        with store.write() as connection:
            connection.execute(insert(leases).values(name="n", owner="o", until=moment))
        with store.read() as connection:
            kept = connection.execute(select(leases.c.until)).scalar_one()
        assert kept == moment
        assert kept.utcoffset() == timedelta(0)

    def test_a_naive_datetime_is_refused(self, store: Store) -> None:
        naive = datetime(2026, 11, 24, 9, tzinfo=UTC).replace(tzinfo=None)
        with pytest.raises(StatementError, match="naive"), store.write() as connection:
            connection.execute(insert(leases).values(name="n", owner="o", until=naive))

    def test_instants_are_compared_as_instants(self, store: Store) -> None:
        elsewhere = timezone(timedelta(hours=9))
        with store.write() as connection:
            connection.execute(insert(leases).values(name="n", owner="o", until=at(9).astimezone(elsewhere)))
            later = select(leases.c.name).where(leases.c.until > at(9) - timedelta(microseconds=1))
            same = select(leases.c.name).where(leases.c.until > at(9))
            assert connection.execute(later).all()
            assert not connection.execute(same).all()

    def test_the_databases_clock_is_aware_and_moves(self, store: Store) -> None:
        with store.read() as connection:
            first = database_now(connection)
            while (second := database_now(connection)) == first:
                pass
        assert first.utcoffset() == timedelta(0)
        assert second > first


class SecrecyContract:
    """What callers told stays out of errors, which are logged."""

    def test_a_refused_row_is_not_quoted(self, store: Store) -> None:
        with store.write() as connection:
            add_booking(connection, "b1", contact_key=CALLER)
        with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
            add_booking(connection, "b2", contact_key=CALLER)
        assert CALLER not in printed(refusal.value)

    @pytest.mark.parametrize("way", [Store.read, Store.write])
    def test_the_values_of_a_wrong_statement_are_not_quoted(self, store: Store, way: Way) -> None:
        wrong = text("SELECT * FROM nowhere WHERE number = :number")
        with pytest.raises(Exception, match="nowhere") as refusal, way(store) as connection:
            connection.execute(wrong, {"number": CALLER})
        assert CALLER not in printed(refusal.value)


def printed(error: BaseException) -> str:
    """Return what a log shows of an error."""
    return "".join(traceback.format_exception(error))


class StoreContract(
    TransactionContract,
    RevisionContract,
    ClaimContract,
    FirstRowContract,
    UniquenessContract,
    InstantContract,
    SecrecyContract,
):
    """Everything a store keeps to."""
