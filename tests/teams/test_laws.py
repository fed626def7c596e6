"""What holds for every team through the whole bridge; the laws of the choice itself are the core's."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.attendee import CallerRequest
from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.booking.round_robin import forecast
from bridge.errors import BridgeError
from bridge.model import Booking
from tests.cast.clock import TEN
from tests.cast.config import ANNA, BEN, CARL, DORA, Staff
from tests.cast.fixtures import opener
from tests.cast.unruly import UnrulySalon
from tests.store.databases import new_sqlite

STAFF = (ANNA, BEN, CARL, DORA)
NAMES = tuple(each.name for each in STAFF)
EVERY = "start_increment_minutes = 10\nreplace_within_minutes = 0"
MIXED = {
    "one": f'hosts = ["anna", "ben", "carl"]\n{EVERY}',
    "pair": f'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]\nbuffer_after_minutes = 10\n{EVERY}',
    "two": f'groups = [["anna", "dora"], ["ben", "carl"]]\nduration_minutes = 40\n{EVERY}',
}
laws = settings(max_examples=6, deadline=None)
few = settings(max_examples=4, deadline=None)  # the core proves them on long runs


@contextmanager
def salon_of(template: Path, *staff: Staff, **event_types: str) -> Iterator[UnrulySalon]:
    """Open a salon on a database of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opener(new_sqlite(Path(folder), template)) as opened,
    ):
        yield opened(*staff, **event_types)


def at(step: int) -> datetime:
    """Return ten o'clock and so many steps of ten minutes."""
    return TEN + step * timedelta(minutes=10)


deeds = st.tuples(
    st.sampled_from(["book", "book", "move", "cancel", "busy", "no show", "undo"]),
    st.sampled_from(list(MIXED)),
    st.integers(0, 8),
    st.integers(0, 20),
)


def carry_out(salon: UnrulySalon, number: int, deed: tuple[str, str, int, int]) -> None:
    """Do something that may be refused."""
    what, event_type, step, which = deed
    made = salon.bookings()
    if what == "book":
        salon.ask(event_type, f"caller {number}", at(step))
    elif what == "busy":
        salon.busy(NAMES[which % len(NAMES)], at(step), 10)
    elif made:
        change(salon, what, made[which % len(made)], step)


def change(salon: UnrulySalon, what: str, booking: Booking, step: int) -> None:
    if what == "move":
        salon.reception.move(booking, at(step))
    elif what == "cancel":
        salon.reception.cancel(booking)
    else:
        now = salon.clock.moment
        salon.clock.moment = max(now, booking.interval.start) if what == "no show" else now
        with suppress(BridgeError):
            (mark_no_show if what == "no show" else undo_no_show)(salon.bridge.context, booking)
        salon.clock.moment = now


def assert_nobody_is_booked_twice(salon: UnrulySalon) -> None:
    claims = [claim for booking in salon.confirmed() for claim in salon.claims(booking)]
    for one, other in combinations(claims, 2):
        if one.host == other.host:
            assert one.interval.end <= other.interval.start or other.interval.end <= one.interval.start
    for booking in salon.bookings():
        attending = sorted(booking.hosts) if booking in salon.confirmed() else []
        assert salon.claimed(booking) == attending
        assert attending == [] or booking.hosts[0] == salon.calendars_of(booking)[0]


@given(done=st.lists(deeds, min_size=6, max_size=12))
@laws
def test_no_host_is_ever_booked_twice(migrated_file: Path, done: list[tuple[str, str, int, int]]) -> None:
    with salon_of(migrated_file, *STAFF, **MIXED) as salon:
        for number, deed in enumerate(done):
            carry_out(salon, number, deed)
            salon.bridge.background.run_due()
        assert_nobody_is_booked_twice(salon)


@given(away=st.lists(st.booleans(), min_size=9, max_size=9))
@few
def test_least_recently_booked_never_differs_by_more_than_one(migrated_file: Path, away: list[bool]) -> None:
    """Anna and ben are always there, carl comes and goes."""
    with salon_of(migrated_file, *STAFF, visit='hosts = ["carl", "anna", "ben"]') as salon:
        counts: Counter[str] = Counter()
        for number, is_away in enumerate(away):
            start = at(3 * number)
            if is_away:
                salon.busy("carl", start)
            salon.clock.turn(seconds=1)
            counts[salon.booked("visit", f"caller {number}", start).hosts[0]] += 1
            assert abs(counts["anna"] - counts["ben"]) <= 1


@given(weights=st.lists(st.integers(1, 3), min_size=2, max_size=4))
@few
def test_weighted_shares_follow_the_weights(migrated_file: Path, weights: list[int]) -> None:
    """After every booking each host is within one booking per member of the exact share."""
    members = ", ".join(
        f'{{ host = "{name}", weight = {weight} }}' for name, weight in zip(NAMES, weights, strict=False)
    )
    lines = f'hosts = [{members}]\nassignment = "weighted"\n{EVERY}'
    with salon_of(migrated_file, *STAFF, visit=lines) as salon:
        counts: Counter[str] = Counter()
        for number in range(sum(weights)):
            salon.clock.turn(seconds=1)
            counts[salon.booked("visit", f"caller {number}", at(3 * number)).hosts[0]] += 1
            for name, weight in zip(NAMES, weights, strict=False):
                share = Fraction((number + 1) * weight, sum(weights))
                assert abs(share - counts[name]) < len(weights)
        assert [counts[name] for name in NAMES[: len(weights)]] == weights


@given(taken=st.lists(st.tuples(st.sampled_from(NAMES[:3]), st.integers(0, 11)), max_size=12))
@laws
def test_every_offer_is_bookable_and_more_hosts_take_none_away(
    migrated_file: Path, taken: list[tuple[str, int]]
) -> None:
    """What anna and ben have is bookable with carl beside them; where anna is fixed, her busy time is not."""
    offer = "hours_between_suggestions = 0\nslots_per_day = 48\nhorizon_days = 0"
    kinds = {
        "small": f'hosts = ["anna", "ben"]\n{offer}',
        "large": f'hosts = ["anna", "ben", "carl"]\n{offer}',
        "fixed": f'fixed_hosts = ["anna"]\nhosts = ["ben", "carl"]\n{offer}',
    }
    staff = [Staff(name, "10:00-12:00") for name in NAMES[:3]]
    with salon_of(migrated_file, *staff, **kinds) as salon:
        for name, step in taken:
            salon.busy(name, at(step), 10)
        bookable = {
            kind: [slot.start for slot in salon.reception.offer(salon.event_type(kind)).slots]
            for kind in kinds
        }
        for kind, start in [("large", each) for each in bookable["small"]] + [
            ("fixed", each) for each in bookable["fixed"]
        ]:
            assert salon.reception.book(salon.event_type(kind), CallerRequest(), start, dry_run=True).success
        annas = [at(step) for name, step in taken if name == "anna"]
        assert not any(
            start - timedelta(minutes=10) < each < start + timedelta(minutes=30)
            for start in bookable["fixed"]
            for each in annas
        )


@given(
    given_to=st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(1, 600)), max_size=10, unique_by=lambda each: each[1]
    ),
    order=st.permutations(NAMES),
    assignment=st.sampled_from(["weighted", "priority", "least_recently_booked"]),
)
@laws
def test_order_of_hosts_changes_nothing_but_ties(
    migrated_file: Path, given_to: list[tuple[str, int]], order: list[str], assignment: str
) -> None:
    kinds = {
        kind: f"hosts = {list(names)}\nassignment = '{assignment}'"
        for kind, names in (("one", NAMES), ("two", order))
    }
    with salon_of(migrated_file, *STAFF, **kinds) as salon:
        for kind in kinds:
            for name, hours in given_to:
                salon.given(name, salon.clock.now() - timedelta(hours=hours), of=kind)
        one, two = (forecast(salon.bridge.context, salon.event_type(kind), 0)[0][0] for kind in kinds)
    assert one.rule == two.rule
    if one.rule != "config_order":
        assert one.figures[0].member == two.figures[0].member
    assert {each.member.host: each.shortfall for each in one.figures} == {
        each.member.host: each.shortfall for each in two.figures
    }
