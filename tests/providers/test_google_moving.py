"""Moving events at Google, and reading what people made of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers.base import EventRef, Interval
from providers.errors import (
    AccessDenied,
    EventChanged,
    EventNotFound,
    WriteUnknown,
)
from tests.providers.google import ANNA, BOOKING, KEY, at, calendars, draft, soon, span
from tests.vendors.google import FakeGoogle, Fault

OTHER = "fedcba9876543210fedcba9876543210"


def test_a_patch_that_went_out_twice_is_done(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.fail_next(Fault.DROP_AFTER, operation="events.patch")
    moved = provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    assert moved.interval == span(2, 9)
    assert google.operations().count("events.patch") == 2
    assert google.events(ANNA)[0]["sequence"] == 1


def test_a_conflict_that_cannot_be_looked_into_leaves_doubt(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.move_event(ANNA, KEY, *span(1, 11))
    google.fail_next(Fault.SERVER_ERROR, operation="events.get", times=None)
    with pytest.raises(WriteUnknown):
        provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())


def test_any_change_since_it_was_read_stops_a_move(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.change_event(ANNA, KEY, summary="Renamed")
    with pytest.raises(EventChanged):
        provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    fresh = provider.read_event(made.ref, deadline=soon())
    provider.move_event(fresh.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    assert google.events(ANNA)[0]["summary"] == "Renamed"


@pytest.mark.parametrize("answered", ["forbidden", "answered"])
def test_a_removed_event_is_not_moved_however_google_puts_it(google: FakeGoogle, answered: Any) -> None:
    google.api.events.deleted_patch = answered
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.delete_event(ANNA, KEY)
    with pytest.raises(EventNotFound):
        provider.move_event(EventRef(ANNA, KEY), span(2, 9), timezone="Europe/Berlin", deadline=soon())


def test_a_move_that_is_not_allowed_is_told_as_such(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.fail_next(Fault.FORBIDDEN, operation="events.patch")
    with pytest.raises(AccessDenied):
        provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())


def test_an_event_a_person_made_all_day_lies_in_its_calendars_days_and_can_be_moved_back(
    google: FakeGoogle,
) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.move_event(ANNA, KEY, date(2026, 12, 1), date(2026, 12, 2))
    seen = provider.read_event(made.ref, deadline=soon())
    assert seen.interval == Interval(at(1, 0).replace(day=30, month=11, hour=23), at(1, 23))
    moved = provider.move_event(seen.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    assert moved.interval == span(2, 9)
    assert set(google.events(ANNA)[0]["start"]) == {"dateTime", "timeZone"}


def test_a_removed_event_can_still_be_read_as_cancelled(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.delete_event(ANNA, KEY)
    seen = provider.read_event(made.ref, deadline=soon())
    assert (seen.cancelled, seen.blocks, seen.booking_id) == (True, False, BOOKING)
