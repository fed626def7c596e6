"""Deletions by people: they rest, many at once stop, and a person decides. Two processes, both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from bridge.booking.deletions import decide, waiting
from bridge.model import Booking, BookingState, CalendarName
from bridge.store.tables import jobs
from tests.cast.clock import HALF_AN_HOUR, TEN, TurnableClock
from tests.cast.config import salon_config
from tests.cast.salon import Salon
from tests.cast.unruly import Killed

ANNA = CalendarName("local", "", "anna")
STOP = "deletions:local:anna"
EIGHT = TEN.replace(hour=8)


class Pair:
    """Two processes of one bridge on one database, in turn at the background work."""

    def __init__(self, open_one: Callable[[], Salon]) -> None:
        self.one, self.two = open_one(), open_one()
        self.clock = self.one.clock

    def work(self) -> None:
        """Let the calendars be surveyed by one and looked at by whoever comes first."""
        self.one.plan_standing()
        self.two.bridge.background.run_due()
        self.one.bridge.background.run_due()

    def passes(self, **by: float) -> None:
        self.clock.turn(**by)
        self.work()

    def annas(self, count: int) -> list[Booking]:
        """Let Anna be booked so many times."""
        return self.booked("anna", count)

    def booked(self, host: str, count: int) -> list[Booking]:
        """Let a host be booked so many times."""
        first = len(self.one.bookings())
        made = [
            self.one.booked("cut", f"caller {first + n}", EIGHT + (first + n) * HALF_AN_HOUR, host=host)
            for n in range(count)
        ]
        self.passes(minutes=1)
        return made

    def deletes(self, booking: Booking) -> None:
        """Delete its event as a person, and let that be seen at once."""
        event = next(each for each in self.one.events() if each.booking_id == booking.id)
        provider = self.one.bridge.opened.provider(booking.calendar)
        ref = replace(event.ref, etag=None)
        provider.cancel_event(ref, notify=False, deadline=self.one.patience())
        self.work()

    def states(self, *of: Booking) -> list[str]:
        return [str(self.two.booking(each).state) for each in of]

    def told(self) -> set[str]:
        return {alert.key for alert in self.one.bridge.alerts.open()}


@contextmanager
def opened_pair(url: str) -> Iterator[Pair]:
    clock = TurnableClock()
    with ExitStack() as stack:

        def open_one() -> Salon:
            salon = Salon(salon_config(url), clock=clock)
            stack.callback(salon.bridge.stop)
            return salon

        yield Pair(open_one)


@pytest.fixture
def pair(sqlite_url: str) -> Iterator[Pair]:
    """What follows from the rules alone is tried on one database."""
    with opened_pair(sqlite_url) as opened:
        yield opened


@pytest.fixture
def pair_on_both(store_url: str) -> Iterator[Pair]:
    with opened_pair(store_url) as opened:
        yield opened


def test_a_deletion_rests_a_minute_before_it_cancels(pair_on_both: Pair) -> None:
    pair = pair_on_both
    (booking,) = pair.annas(1)
    pair.deletes(booking)
    pair.passes(seconds=59)
    assert pair.states(booking) == ["confirmed"]
    assert pair.one.claims_of(booking)
    pair.passes(seconds=2)
    assert pair.states(booking) == ["cancelled"]
    assert pair.one.write_states(booking) == ["gone"]
    assert not pair.one.claims_of(booking)


@pytest.mark.parametrize("step", ["deletion_seen", "deletion_followed"])
def test_a_process_killed_in_between_leaves_the_deletion_to_the_other(pair_on_both: Pair, step: str) -> None:
    pair = pair_on_both
    (booking,) = pair.annas(1)

    def die(reached: str) -> None:
        if reached == step:
            raise Killed(step)

    pair.two.checkpoint = die
    with suppress(Killed):
        pair.deletes(booking)
    pair.clock.turn(minutes=2)  # also the dead one's leases end
    with suppress(Killed):
        pair.work()
    pair.two.checkpoint = lambda _step: None
    pair.passes(minutes=2)
    pair.passes(minutes=2)
    assert pair.states(booking) == ["cancelled"]
    pair.one.is_consistent()


def test_twelve_deletions_200_ms_apart_cancel_none(pair: Pair) -> None:
    made = pair.annas(12)
    for booking in made:
        pair.deletes(booking)
        pair.clock.turn(seconds=0.2)
    pair.passes(minutes=30)
    assert set(pair.states(*made)) == {"confirmed"}
    assert STOP in pair.told()
    assert waiting(pair.two.bridge.context) == {ANNA: 12}


def test_three_deletions_within_ten_minutes_are_meant(pair: Pair) -> None:
    made = pair.annas(3)
    for booking in made:
        pair.deletes(booking)
    pair.passes(seconds=61)
    assert set(pair.states(*made)) == {"cancelled"}
    assert STOP not in pair.told()


def test_the_fourth_deletion_within_ten_minutes_stops_those_that_still_rest(pair_on_both: Pair) -> None:
    pair = pair_on_both
    first, second, third, fourth = pair.annas(4)
    pair.deletes(first)
    pair.passes(minutes=8)
    pair.deletes(second)
    pair.deletes(third)
    pair.deletes(fourth)
    pair.passes(minutes=5)
    assert pair.states(first, second, third, fourth) == ["cancelled", *["confirmed"] * 3]
    assert waiting(pair.one.bridge.context) == {ANNA: 3}


def test_a_fourth_deletion_after_ten_minutes_is_meant(pair: Pair) -> None:
    *three, fourth = pair.annas(4)
    for booking in three:
        pair.deletes(booking)
    pair.passes(minutes=1)
    pair.passes(minutes=10)
    pair.deletes(fourth)
    pair.passes(minutes=1)
    assert set(pair.states(*three, fourth)) == {"cancelled"}


def test_deletions_in_one_calendar_do_not_count_in_another(pair: Pair) -> None:
    made = [*pair.booked("anna", 3), *pair.booked("ben", 3)]
    for booking in made:
        pair.deletes(booking)
    pair.passes(minutes=1)
    assert set(pair.states(*made)) == {"cancelled"}


def test_accepted_deletions_cancel_and_the_alert_closes(pair: Pair) -> None:
    made = pair.annas(4)
    for booking in made:
        pair.deletes(booking)
    assert STOP in pair.told()
    decide(pair.one.bridge.context, ANNA, accept=True)
    pair.work()
    assert set(pair.states(*made)) == {"cancelled"}
    assert STOP not in pair.told()
    pair.one.is_consistent()


def test_deletions_put_back_write_the_events_again(pair: Pair) -> None:
    made = pair.annas(4)
    for booking in made:
        pair.deletes(booking)
    decide(pair.two.bridge.context, ANNA, accept=False)
    pair.work()
    pair.passes(minutes=20)
    assert set(pair.states(*made)) == {"confirmed"}
    assert STOP not in pair.told()
    pair.one.is_consistent()
    pair.deletes(made[0])
    pair.passes(minutes=1)
    assert pair.states(made[0]) == ["cancelled"], "what was put back is followed like any other"


@pytest.mark.parametrize("step", ["deletions_decided", "put_back_held", "event_created", "put_back"])
def test_putting_back_survives_a_kill_at_every_step(pair_on_both: Pair, step: str) -> None:
    pair = pair_on_both
    made = pair.annas(4)
    for booking in made:
        pair.deletes(booking)

    def die(reached: str) -> None:
        if reached == step:
            pair.two.checkpoint = lambda _step: None
            raise Killed(step)

    pair.two.checkpoint = die
    with suppress(Killed):
        decide(pair.two.bridge.context, ANNA, accept=False)
    with suppress(Killed):
        pair.work()
    for _ in range(5):
        pair.passes(minutes=8)
    assert set(pair.states(*made)) == {"confirmed"}
    assert waiting(pair.one.bridge.context) == {}
    pair.one.is_consistent()


def test_a_caller_may_cancel_what_waits_for_a_decision(pair: Pair) -> None:
    made = pair.annas(4)
    for booking in made:
        pair.deletes(booking)
    for booking in made:
        assert pair.one.reception.cancel(booking).success
    pair.passes(minutes=1)
    assert STOP not in pair.told()
    assert {booking.state for booking in pair.one.bookings() if booking in made} <= {BookingState.CANCELLED}


def test_what_is_over_is_not_asked_about_any_more(pair: Pair) -> None:
    made = pair.annas(4)
    for booking in made:
        pair.deletes(booking)
    pair.clock.turn(days=1)
    pair.passes(minutes=1)
    pair.passes(minutes=1)
    assert STOP not in pair.told()
    assert waiting(pair.one.bridge.context) == {}
    assert set(pair.states(*made)) == {"confirmed"}


def test_embedded_calendars_are_followed_only_where_something_changed(pair: Pair) -> None:
    (booking,) = pair.annas(1)
    pair.passes(minutes=1)
    assert "follow" not in _planned(pair.one)
    pair.deletes(booking)
    assert ("look", booking.id) in _planned(pair.one).items()
    pair.passes(minutes=2)
    assert {"follow", "look"}.isdisjoint(_planned(pair.one))


def _planned(salon: Salon) -> dict[str, str]:
    with salon.bridge.store.read() as connection:
        return {row.kind: row.subject for row in connection.execute(select(jobs))}


def test_an_event_restored_after_another_was_put_back_is_removed(pair: Pair) -> None:
    made = pair.annas(4)
    old = [event for event in pair.one.events("anna") if event.booking_id == made[0].id]
    for booking in made:
        pair.deletes(booking)
    decide(pair.one.bridge.context, ANNA, accept=False)
    pair.passes(minutes=1)
    pair.one.restore("anna", old[0].ref.event_id)
    pair.passes(minutes=1)
    assert set(pair.states(*made)) == {"confirmed"}
    pair.one.is_consistent()


def test_a_deleted_event_restored_in_an_embedded_calendar_revives_its_booking(pair: Pair) -> None:
    (booking,) = pair.annas(1)
    (event,) = (each for each in pair.one.events("anna") if each.booking_id == booking.id)
    pair.deletes(booking)
    pair.passes(minutes=2)
    assert pair.states(booking) == ["cancelled"]
    pair.one.restore("anna", event.ref.event_id)
    pair.passes(minutes=1)
    assert pair.states(booking) == ["confirmed"]
    assert pair.one.claims_of(booking)
    pair.passes(minutes=20)
    pair.one.is_consistent()
