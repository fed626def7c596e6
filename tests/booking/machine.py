"""A machine of random callers, owners, faults and crashes against a simple model of who was told what."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from bridge.model import Booking, BookingState
from bridge.service.outcome import BookOutcome
from providers.base import Event, Interval
from tests.cast.clock import MONDAY
from tests.cast.config import salon_config
from tests.cast.unruly import Killed, UnrulySalon
from tests.store.databases import new_sqlite
from tests.vendors.unruly import Trouble

TEN = MONDAY.replace(hour=10)
HALF_AN_HOUR = timedelta(minutes=30)
SLOTS = [TEN + n * HALF_AN_HOUR for n in range(4)]
STEPS = [
    *("held", "event_created", "confirmed", "failed", "left", "given_up", "move_held", "event_moved"),
    *("move_confirmed", "move_abandoned", "cancelled", "event_removed", "followed"),
    *("deletion_seen", "deletion_followed", "revived", "disowned"),
]


callers = st.sampled_from(["kim", "lee", "max", ""])
slots = st.sampled_from(SLOTS)
troubles = st.lists(st.sampled_from(list(Trouble)), max_size=3)
fatal_steps = st.none() | st.sampled_from(STEPS)


class Machine(RuleBasedStateMachine):
    """The model: what each booking's caller was last told; None where nobody can know."""

    template: Path  # a migrated database file, set by the test

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.salon = self.open(new_sqlite(Path(self.folder.name), self.template))
        self.told: dict[str, datetime] = {}
        self.uncertain: set[str] = set()  # bookings somebody else changed, or whose change was killed
        self.silent: set[str] = set()  # callers whose process died: they were told nothing
        self.first_late: datetime | None = None
        self.deleted = 0
        self.binned: list[Event] = []
        self.is_read_only = False

    def open(self, url: str) -> UnrulySalon:
        return UnrulySalon(salon_config(url))

    def teardown(self) -> None:
        self.everything_agrees_in_the_end()
        self.salon.bridge.stop()
        self.folder.cleanup()

    @rule(who=callers, start=slots, writes=troubles, reads=troubles, fatal=fatal_steps)
    def book(
        self, who: str, start: datetime, writes: list[Trouble], reads: list[Trouble], fatal: str | None
    ) -> None:
        outcome = self.under(lambda: self.salon.book(who, start), writes, reads, fatal)
        if outcome is None:
            self.silent.add(who)
            self.uncertain |= {
                booking.id for booking in self.salon.bookings() if booking.contact.contact_id == who
            }
        elif outcome.success:
            assert outcome.booking is not None
            self.told[outcome.booking.id] = start

    @precondition(lambda self: self.told)
    @rule(data=st.data(), start=slots, writes=troubles, reads=troubles, fatal=fatal_steps)
    def move(
        self,
        data: st.DataObject,
        start: datetime,
        writes: list[Trouble],
        reads: list[Trouble],
        fatal: str | None,
    ) -> None:
        booking = self.one_told(data)
        outcome = self.under(lambda: self.salon.reception.move(booking, start), writes, reads, fatal)
        if outcome is None:
            self.uncertain.add(booking.id)
        elif outcome.success:
            self.told[booking.id] = start

    @precondition(lambda self: self.told)
    @rule(data=st.data(), fatal=fatal_steps)
    def cancel(self, data: st.DataObject, fatal: str | None) -> None:
        booking = self.one_told(data)
        outcome = self.under(lambda: self.salon.reception.cancel(booking), [], [], fatal)
        if outcome is None:
            self.uncertain.add(booking.id)
        elif outcome.success:
            del self.told[booking.id]

    @precondition(lambda self: self.told)
    @rule(data=st.data(), start=slots)
    def person_moves(self, data: st.DataObject, start: datetime) -> None:
        event = self.event_of(self.one_told(data))
        if event is not None:
            assert event.booking_id is not None
            self.uncertain.add(event.booking_id)
            provider = self.salon.provider(self.salon.calendars()[0])
            interval = replace_start(event, start)
            provider.move_event(
                replace(event.ref, etag=None), interval, timezone="UTC", deadline=self.salon.patience()
            )

    @precondition(lambda self: self.told and self.deleted < 3)
    @rule(data=st.data())
    def person_deletes(self, data: st.DataObject) -> None:
        event = self.event_of(self.one_told(data))
        if event is not None:
            assert event.booking_id is not None
            self.deleted += 1
            self.uncertain.add(event.booking_id)
            self.binned.append(event)
            provider = self.salon.provider(self.salon.calendars()[0])
            provider.cancel_event(replace(event.ref, etag=None), notify=False, deadline=self.salon.patience())

    @precondition(lambda self: self.binned)
    @rule()
    def person_undoes(self) -> None:
        event = self.binned.pop()
        self.salon.restore(event.ref.calendar, event.ref.event_id)

    @rule(spell=st.booleans())
    def calendars_take_no_writes(self, spell: bool) -> None:
        self.is_read_only = spell

    @precondition(lambda self: self.salon.unruly.late())
    @rule()
    def late_write_lands(self) -> None:
        self.salon.unruly.land_one(self.salon)

    @precondition(lambda self: self.salon.unruly.late())
    @rule()
    def late_write_is_lost(self) -> None:
        self.salon.unruly.drop()

    @rule(minutes=st.integers(0, 6), writes=troubles, reads=troubles, fatal=fatal_steps)
    def time_passes(
        self, minutes: int, writes: list[Trouble], reads: list[Trouble], fatal: str | None
    ) -> None:
        if self.first_late and self.salon.clock.now() - self.first_late > timedelta(minutes=8):
            self.salon.unruly.land_all(self.salon)  # no request stays under way for longer than 15 minutes
        self.salon.clock.turn(minutes=minutes, seconds=7)

        def work() -> BookOutcome:
            self.salon.plan_standing()
            self.salon.bridge.background.run_due()
            return BookOutcome(True)

        self.under(work, writes, reads, fatal)

    @invariant()
    def nobody_is_booked_twice_at_once(self) -> None:
        ours = [booking for booking in self.salon.confirmed() if not booking.by_person]
        taken = [(host, booking.interval.start) for booking in ours for host in booking.hosts]
        assert len(taken) == len(set(taken))

    @invariant()
    def attendances_say_what_bookings_say(self) -> None:
        self.salon.attendances_agree()

    def everything_agrees_in_the_end(self) -> None:
        self.salon.plan.forget()
        self.salon.fatal_step = None
        self.salon.unruly.land_all(self.salon)
        self.salon.settle()
        if self.person_heeds_alerts():
            self.salon.settle()
        self.salon.is_consistent()
        confirmed = {booking.id: booking for booking in self.salon.confirmed()}
        for booking_id, start in self.told.items():
            if booking_id not in self.uncertain:
                assert booking_id in confirmed, "who was told success lost the appointment"
                assert confirmed[booking_id].interval.start == start
        for booking in confirmed.values():
            is_explained = booking.id in self.told or booking.id in self.uncertain
            assert is_explained or booking.contact.contact_id in self.silent, (
                "who was told failed has a booking"
            )

    def person_heeds_alerts(self) -> bool:
        """Let the owner delete what returned to time given away, as the alert asks; tell if anything did."""
        told = {alert.key for alert in self.salon.bridge.alerts.open()}
        meant = [event for event in self.salon.events() if f"returned:{event.booking_id}" in told]
        for event in meant:
            provider = self.salon.provider(self.salon.calendars()[0])
            ref = replace(event.ref, etag=None)
            provider.cancel_event(ref, notify=False, deadline=self.salon.patience())
        return bool(meant)

    def under(
        self,
        action: Callable[[], BookOutcome],
        writes: list[Trouble],
        reads: list[Trouble],
        fatal: str | None,
    ) -> BookOutcome | None:
        """Do something while things go wrong; None when the process died."""
        self.salon.plan.writes.extend(writes)
        self.salon.plan.reads.extend(reads)
        self.salon.plan.every_write = Trouble.REFUSED if self.is_read_only else Trouble.NONE
        self.salon.fatal_step = fatal
        outcome = None
        with suppress(Killed):
            outcome = action()
        self.salon.plan.forget()
        self.salon.fatal_step = None
        if self.salon.unruly.late():
            self.first_late = self.first_late or self.salon.clock.now()
        else:
            self.first_late = None
        return outcome

    def one_told(self, data: st.DataObject) -> Booking:
        booking_id = data.draw(st.sampled_from(list(self.told)))
        return next(booking for booking in self.salon.bookings() if booking.id == booking_id)

    def event_of(self, booking: Booking) -> Event | None:
        if booking.state is not BookingState.CONFIRMED:
            return None
        return next((event for event in self.salon.events() if event.booking_id == booking.id), None)


def replace_start(event: Event, start: datetime) -> Interval:
    return Interval(start, start + (event.interval.end - event.interval.start))
