"""What every store keeps to about claims: no host is taken twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, select, update

from bridge.model import CalendarName, Claim, Places
from bridge.store.engine import ConstraintViolated, Store
from bridge.store.sql.claims import add, drop, settle_pending, ways_of
from bridge.store.tables import bookings, claims
from providers.base import Interval
from tests.store.processes import race
from tests.store.rows import add_booking, add_claim, at, count_claims, outcome, take_slot
from tests.zygote import Zygote


def refusal_of(store: Store, booking_id: str, start: datetime, end: datetime) -> str:
    """Return the name of the constraint that refuses this slot."""
    with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
        take_slot(connection, booking_id, start, end)
    return refusal.value.name


class ClaimContract:
    """No two claims of one host and different bookings overlap."""

    @pytest.mark.parametrize(
        ("start", "end"),
        [(9, 10), (9.25, 9.75), (8, 11), (8, 9.25), (9.75, 11)],
        ids=["same", "inside", "around", "head", "tail"],
    )
    def test_two_bookings_cannot_claim_overlapping_time(self, store: Store, start: float, end: float) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        assert "claims_no_overlap" in refusal_of(store, "b2", at(start), at(end))

    def test_one_microsecond_is_an_overlap(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
        late = at(10) - timedelta(microseconds=1)
        assert "claims_no_overlap" in refusal_of(store, "b2", late, at(11))

    def test_claims_that_only_meet_do_not_overlap(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            take_slot(connection, "b2", at(10), at(11))
            take_slot(connection, "b3", at(8), at(9))
            assert count_claims(connection) == 3

    def test_different_hosts_may_be_claimed_at_once(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_booking(connection, "b2")
            add_claim(connection, "b2", at(9), at(10), host="ben")
            assert count_claims(connection) == 2

    def test_a_booking_may_overlap_itself_while_it_is_moved(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_claim(connection, "b1", at(9.5), at(10.5), pending=True)
            connection.execute(delete(claims).where(~claims.c.pending))
            connection.execute(update(claims).values(pending=False))
            assert count_claims(connection) == 1

    def test_pending_claims_keep_others_out_as_well(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_claim(connection, "b1", at(9.5), at(10.5), pending=True)
        assert "claims_no_overlap" in refusal_of(store, "b2", at(10), at(11))

    @pytest.mark.parametrize(
        "change",
        [{"starts_at": at(9.5)}, {"starts_at": at(8), "ends_at": at(9.5)}, {"host": "ben"}],
        ids=["start", "both", "host"],
    )
    def test_a_claim_cannot_be_changed_into_an_overlap(self, store: Store, change: dict[str, object]) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_claim(connection, "b1", at(10), at(11), host="ben")
            take_slot(connection, "b2", at(10), at(11))
        with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
            connection.execute(update(claims).where(claims.c.booking_id == "b2").values(**change))
        assert "claims_no_overlap" in refusal.value.name

    def test_a_claim_cannot_be_given_to_another_booking_over_its_own_other_claim(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_claim(connection, "b1", at(9.5), at(10.5), pending=True)
            add_booking(connection, "b2")
        with pytest.raises(ConstraintViolated) as refusal, store.write() as connection:
            connection.execute(update(claims).where(claims.c.pending).values(booking_id="b2"))
        assert "claims_no_overlap" in refusal.value.name

    def test_a_claim_can_be_given_to_another_booking(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            add_booking(connection, "b2")
            connection.execute(update(claims).values(booking_id="b2"))
            assert connection.execute(select(claims.c.booking_id)).scalars().all() == ["b2"]

    @pytest.mark.parametrize(
        ("theirs", "is_refused"), [("google:team", True), ("google:other", False), (None, False)]
    )
    def test_two_hosts_bookings_cannot_overlap_in_a_calendar_that_both_check(
        self, store: Store, theirs: str | None, is_refused: bool
    ) -> None:
        with store.write() as connection:
            for booking in ("b1", "b2"):
                add_booking(connection, booking)
            add_claim(connection, "b1", at(9), at(10), host="anna", checked_calendar="google:team")
            add_claim(
                connection, "b1", at(9.5), at(10.5), host="anna", pending=True, checked_calendar="google:team"
            )
            add_claim(connection, "b2", at(9.75), at(11), host="ben")
        changed = update(claims).where(claims.c.host == "ben").values(checked_calendar=theirs)
        names = []
        try:
            with store.write() as connection:
                connection.execute(changed)
        except ConstraintViolated as refusal:
            names.append(refusal.name)
        assert names == ["claims_no_overlap_in_calendar"] * is_refused

    @pytest.mark.parametrize(
        ("place", "start", "refused"),
        [("branch", 10.25, True), ("branch", 10.5, False), ("practice", 10, False), ("home", 10, False)],
    )
    def test_a_host_is_not_at_both_ends_of_a_way_at_once(
        self, store: Store, place: str, start: float, refused: bool
    ) -> None:
        town = Places(travel={frozenset(("practice", "branch")): timedelta(minutes=30)})
        calendar, refusals = CalendarName("local", "", "anna"), []
        for booking, where, begin in (("b1", "practice", 9), ("b2", place, start)):
            taken = Interval(at(begin), at(begin + 1))
            wanted = Claim(booking, "anna", taken, calendar, ways=town.ends_at(where, taken))
            try:
                with store.write_alone() as connection:
                    add_booking(connection, booking)
                    add(connection, [wanted])
            except ConstraintViolated as refusal:
                refusals.append(refusal.name)
        assert refusals == ["ways_no_overlap"] * refused

    def test_ways_go_with_their_claims_and_settle_with_them(self, store: Store) -> None:
        town = Places(travel={frozenset(("practice", "branch")): timedelta(minutes=30)})
        taken, later = Interval(at(9), at(10)), Interval(at(9.5), at(10.5))
        calendar = CalendarName("local", "", "anna")
        with store.write_alone() as connection:
            add_booking(connection, "b1")
            add(connection, [Claim("b1", "anna", taken, calendar, ways=town.ends_at("practice", taken))])
            pending = Claim("b1", "anna", later, calendar, pending=True, ways=town.ends_at("branch", later))
            add(connection, [pending])
            settle_pending(connection, "b1")
            assert ways_of(connection, ["anna"], later) == {"anna": pending.ways}
            drop(connection, "b1")
            assert ways_of(connection, ["anna"], later) == {"anna": ()}

    @pytest.mark.parametrize("end", [at(9), at(8)], ids=["empty", "backwards"])
    def test_a_claim_ends_after_it_starts(self, store: Store, end: datetime) -> None:
        assert "claims_end_after_start" in refusal_of(store, "b1", at(9), end)

    def test_claims_go_with_their_booking(self, store: Store) -> None:
        with store.write() as connection:
            take_slot(connection, "b1", at(9), at(10))
            connection.execute(delete(bookings))
            assert count_claims(connection) == 0
            take_slot(connection, "b2", at(9), at(10))

    def test_a_claim_belongs_to_a_booking(self, store: Store) -> None:
        with pytest.raises(ConstraintViolated), store.write() as connection:
            add_claim(connection, "nobody", at(9), at(10))

    def test_of_threads_that_race_for_a_slot_one_gets_it(self, store: Store) -> None:
        def claim(number: int) -> str:
            return outcome(store, f"b{number}", at(9 + number / 100), at(10))

        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(claim, range(24)))
        assert sorted(outcomes) == ["claims_no_overlap"] * 23 + ["won"]

    def test_of_processes_that_race_for_slots_one_gets_each(
        self, zygote: Zygote, store_url: str, store: Store
    ) -> None:
        told = race(zygote, "claim_slots", (store_url, "one", "24"), (store_url, "two", "24"))
        won = [line.removeprefix("won ") for lines in told for line in lines if line.startswith("won ")]
        lost = [line for lines in told for line in lines if line.startswith("claims_no_overlap ")]
        with store.read() as connection:
            kept = connection.execute(select(claims.c.starts_at).order_by(claims.c.starts_at)).scalars().all()
        assert sorted(at(int(slot) / 2) for slot in won) == list(kept)
        assert len(won) + len(lost) == 2 * 4 * 24
        assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(kept))
        assert len(kept) >= 8  # a slot that nobody got lies beside one that somebody has
