"""The zone that an event at Microsoft is seen in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from providers.base import Interval
from tests.providers.microsoft import KEY, at, busy, calendars, draft, soon, span
from tests.vendors.microsoft import FakeMicrosoft

_BERLIN = "W. Europe Standard Time"


@pytest.mark.parametrize(
    ("zone", "start", "sent"),
    [
        (
            "Europe/Berlin",
            at(1, 9),
            {"dateTime": "2026-12-01T10:00:00", "timeZone": "W. Europe Standard Time"},
        ),
        (
            "Europe/Vienna",
            at(1, 9),
            {"dateTime": "2026-12-01T10:00:00", "timeZone": "W. Europe Standard Time"},
        ),
        ("UTC", at(1, 9), {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}),
        # 2:30 on the night the clocks go back is there twice.
        (
            "Europe/Berlin",
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            {"dateTime": "2026-10-25T01:30:00", "timeZone": "UTC"},
        ),
    ],
)
def test_an_event_carries_the_zone_people_shall_see_it_in(
    ms: FakeMicrosoft, zone: str, start: datetime, sent: dict[str, str]
) -> None:
    provider, interval = calendars(ms), Interval(start, start + timedelta(minutes=30))
    made = provider.create_event("calendar", KEY, replace(draft(interval), timezone=zone), deadline=soon())
    assert ms.requests[0].body["start"] == sent
    assert made.interval == interval
    ms.requests.clear()
    assert provider.move_event(made.ref, interval, timezone=zone, deadline=soon()).interval == interval
    assert ms.requests[0].body["start"] == sent


def test_an_exchange_with_other_rules_for_a_zone_gets_the_instant_all_the_same(ms: FakeMicrosoft) -> None:
    ms.graph.writing.zones_are_off = timedelta(hours=1)
    wanted = replace(draft(span(1, 9)), timezone="Europe/Berlin")
    made = calendars(ms).create_event("calendar", KEY, wanted, deadline=soon())
    assert (made.interval, made.event_key) == (span(1, 9), KEY)
    assert busy(calendars(ms)) == (span(1, 9),)
    later = calendars(ms).move_event(made.ref, span(1, 11), timezone="Europe/Berlin", deadline=soon())
    assert later.interval == span(1, 11)
