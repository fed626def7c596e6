"""Random callers, owners, faults and crashes leave everything consistent."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.booking.machine import Machine, callers, slots
from tests.cast.config import Staff, salon_config
from tests.cast.team_calendars import SharedSalon
from tests.cast.unruly import UnrulySalon

EXAMPLES, PARTS = 16, 2
WANTED = int(os.environ.get("BRIDGE_EXAMPLES", "0"))


class SharedMachine(Machine):
    """The same where both hosts take bookings in one calendar, which each sees through their own account."""

    salon: SharedSalon

    def open(self, url: str) -> UnrulySalon:
        staff = [Staff(name, calendar=f"google:{name}@example.com/team") for name in ("anna", "ben")]
        return SharedSalon(salon_config(url, *staff))

    @initialize(who=callers, start=slots)
    def somebody_is_booked(self, who: str, start: datetime) -> None:
        """Give people something to touch: of examples that begin with none, hardly any ends with one."""
        self.book(who, start, [], [], None)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def person_puts_elsewhere(self, data: st.DataObject) -> None:
        event = self.event_of(self.one_told(data))
        if event is not None:
            self.uncertain.add(str(event.booking_id))
            self.salon.team.put_elsewhere(event)

    @precondition(lambda self: self.told)
    @rule(data=st.data(), is_declined=st.booleans())
    def person_answers(self, data: st.DataObject, is_declined: bool) -> None:
        event = self.event_of(self.one_told(data))
        if event is not None:
            self.salon.team.answer(event, is_declined=is_declined)

    def everything_agrees_in_the_end(self) -> None:
        super().everything_agrees_in_the_end()
        # Whatever has happened: few of the examples end with a decline of their own.
        for event in self.salon.events():
            self.salon.team.answer(event, is_declined=True)
        self.time_passes(1, [], [], None)
        self.time_passes(1, [], [], None)
        events = {event.booking_id: event for event in self.salon.events() if event.booking_id}
        told = {alert.key for alert in self.salon.bridge.alerts.open()}
        for booking in self.salon.confirmed():
            event = events[booking.id]
            assert booking.calendar.calendar == event.ref.calendar, (
                "an event was put elsewhere and not followed"
            )
            assert (f"declined:{booking.id}" in told) is event.declined

    @invariant()
    def nothing_is_booked_twice_at_once(self) -> None:
        starts = [booking.interval.start for booking in self.salon.confirmed() if not booking.by_person]
        assert len(starts) == len(set(starts))


@pytest.mark.timeout(0 if WANTED else 300)
@pytest.mark.unmeasured  # a law: what it walks, the examples beside it have walked
@pytest.mark.parametrize("kind", [Machine, SharedMachine])
@pytest.mark.parametrize("part", range(PARTS))
def test_callers_owners_faults_and_crashes_leave_everything_consistent(
    migrated_file: Path, kind: type[Machine], part: int
) -> None:
    """The same examples in each run, in parts for several processes; `make fuzz` looks for new ones."""
    machine: type[Machine] = type(f"Machine{part}", (kind,), {"template": migrated_file})
    run_state_machine_as_test(
        machine if WANTED else seed(part)(machine),
        settings=settings(
            max_examples=(WANTED or EXAMPLES) // PARTS,
            stateful_step_count=14,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=bool(WANTED),
        ),
    )
