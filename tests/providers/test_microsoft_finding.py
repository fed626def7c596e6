"""Events are found by their key even where Graph's filter finds nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from providers.base import Interval
from tests.providers.microsoft import BOOKING, KEY, OTHER_KEY, calendars, draft, soon
from tests.vendors.microsoft import FakeMicrosoft

START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
SOON = Interval(START, START + timedelta(minutes=30))


def test_what_a_blind_filter_does_not_find_is_found_by_reading(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    made = provider.create_event("calendar", KEY, draft(SOON), deadline=soon())
    ms.graph.listing.habits.blind_filter = True
    found = provider.find_event("calendar", KEY, deadline=soon())
    assert found
    assert (found.ref.event_id, found.interval) == (made.ref.event_id, SOON)
    assert provider.find_event("calendar", OTHER_KEY, deadline=soon()) is None
    (of_booking,) = provider.find_booking("calendar", BOOKING, deadline=soon())
    assert of_booking.ref.event_id == made.ref.event_id


def test_what_the_filter_finds_costs_one_request(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    provider.create_event("calendar", KEY, draft(SOON), deadline=soon())
    ms.requests.clear()
    assert provider.find_event("calendar", KEY, deadline=soon())
    assert len(ms.requests) == 1
