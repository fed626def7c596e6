"""Busy time from listed events, where free/busy says too little."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers.base import EventRef, Interval
from providers.busy_policy import AllDay, BusyPolicy
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ProviderError,
    UnexpectedResponse,
)
from tests.providers.google import (
    ANNA,
    BEN,
    TEAM,
    WINDOW,
    at,
    calendars,
    provider_of,
    query,
    soon,
    span,
)
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.google.canned import Canned


def test_another_policy_lists_events_of_its_calendar_and_spares_the_others(google: FakeGoogle) -> None:
    google.add_event(ANNA, *span(1, 9), status="tentative")
    google.add_event(TEAM, *span(2, 9), status="tentative")
    easy, plain = query(ANNA, BusyPolicy(frozenset({"busy"}))), query(TEAM)
    answers = calendars(google).free_busy([easy, plain], WINDOW, deadline=soon())
    assert answers == {easy: (), plain: (span(2, 9),)}
    assert sorted(google.operations()) == ["events.list", "freebusy.query"]


@pytest.mark.parametrize(("size", "empty_first"), [(1, False), (2, False), (2, True), (3, True)])
def test_every_page_of_a_listing_is_read_short_and_empty_ones_too(
    google: FakeGoogle, size: int, empty_first: bool
) -> None:
    for day in range(1, 8):
        google.add_event(ANNA, *span(day, 9))
    google.set_pages(size, empty_first=empty_first)
    easy = query(ANNA, BusyPolicy(frozenset({"busy"})))
    (answer,) = calendars(google).free_busy([easy], WINDOW, deadline=soon()).values()
    assert answer == tuple(span(day, 9) for day in range(1, 8))


def test_a_page_that_fails_makes_the_listing_unknown(google: FakeGoogle) -> None:
    for day in range(1, 8):
        google.add_event(ANNA, *span(day, 9))
    google.set_pages(2)
    provider = calendars(google)
    google.fail_next(Fault.BAD_REQUEST, operation="events.list")
    easy = query(ANNA, BusyPolicy(frozenset({"busy"})))
    (answer,) = provider.free_busy([easy], WINDOW, deadline=soon()).values()
    assert isinstance(answer, ProviderError)


def test_a_listing_that_turns_in_circles_ends_as_unknown(canned: Canned) -> None:
    page = {"items": [], "timeZone": "Europe/Berlin", "nextPageToken": "again"}
    canned.answer(page, times=3)
    easy = query(ANNA, BusyPolicy(all_day_events=AllDay.IGNORE))
    (answer,) = provider_of(canned).free_busy([easy], WINDOW, deadline=soon()).values()
    assert isinstance(answer, UnexpectedResponse)


def test_a_calendar_shared_as_free_busy_only_is_unknown_by_another_policy(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "freeBusyReader")
    google.add_event(BEN, *span(1, 9))
    strange = query(BEN, BusyPolicy(all_day_events=AllDay.IGNORE))
    answers = calendars(google).free_busy([query(BEN), strange], WINDOW, deadline=soon())
    assert answers[query(BEN)] == (span(1, 9),)
    assert isinstance(answers[strange], AccessDenied)


def test_a_calendar_shared_as_free_busy_only_is_known_while_an_event_is_moved(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "freeBusyReader")
    google.add_event(BEN, *span(1, 9))
    mine = google.add_event(ANNA, *span(2, 9))
    moving = [query(each, without=EventRef(ANNA, mine)) for each in (ANNA, BEN)]
    answers = calendars(google).free_busy(moving, WINDOW, deadline=soon())
    assert [answers[each] for each in moving] == [(), (span(1, 9),)]
    google.share(BEN, ANNA, "none")
    (answer,) = calendars(google).free_busy(moving[1:], WINDOW, deadline=soon()).values()
    assert isinstance(answer, CalendarNotFound)


def test_an_event_with_many_guests_is_judged_by_its_hosts_own_answer(google: FakeGoogle) -> None:
    guests = [{"email": f"guest{number}@example.org", "responseStatus": "accepted"} for number in range(30)]
    google.add_event(ANNA, *span(1, 9), attendees=[*guests, {"email": ANNA, "responseStatus": "declined"}])
    google.add_event(ANNA, *span(2, 9), attendees=[*guests, {"email": ANNA, "responseStatus": "accepted"}])
    easy = query(ANNA, BusyPolicy(all_day_events=AllDay.IGNORE))
    (answer,) = calendars(google).free_busy([easy], WINDOW, deadline=soon()).values()
    assert answer == (span(2, 9),)


def test_all_day_events_lie_in_the_calendars_zone_not_the_hosts(google: FakeGoogle) -> None:
    google.add_account(BEN, timezone="America/New_York")
    google.share(BEN, ANNA, "reader")
    google.add_event(BEN, date(2026, 12, 2), date(2026, 12, 3))
    policy = BusyPolicy(frozenset({"busy"}))
    day = Interval(at(2, 5), at(3, 5))
    answers = calendars(google).free_busy([query(BEN), query(BEN, policy)], WINDOW, deadline=soon())
    assert list(answers.values()) == [(day,), (day,)]


def listed(item: dict[str, Any], zone: str = "Europe/Berlin") -> dict[str, Any]:
    return {"items": [{"id": "one", "status": "confirmed"} | item], "timeZone": zone}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ({"dateTime": "2026-12-01T09:00:00"}, {"dateTime": "2026-12-01T10:00:00"}, (14, 15)),
        (
            {"dateTime": "2026-12-01T09:00:00", "timeZone": "Asia/Tokyo"},
            {"dateTime": "2026-12-01T10:00:00", "timeZone": "Asia/Tokyo"},
            (0, 1),
        ),
        ({"dateTime": "2026-12-01T09:00:00-05:00"}, {"dateTime": "2026-12-01T15:00:00Z"}, (14, 15)),
    ],
)
def test_a_time_without_offset_lies_in_its_own_zone_or_else_in_the_hosts(
    canned: Canned, start: dict[str, str], end: dict[str, str], expected: tuple[int, int]
) -> None:
    canned.answer(listed({"start": start, "end": end}))
    asked = query(ANNA, BusyPolicy(all_day_events=AllDay.IGNORE), timezone="America/New_York")
    (answer,) = provider_of(canned).free_busy([asked], WINDOW, deadline=soon()).values()
    assert answer == (Interval(at(1, expected[0]), at(1, expected[1])),)


TIMED = {"start": {"dateTime": "2026-12-01T09:00:00Z"}, "end": {"dateTime": "2026-12-01T10:00:00Z"}}


@pytest.mark.parametrize(
    "page",
    [
        {"items": [], "timeZone": 7},
        {"items": []},
        {"items": [], "timeZone": "Mars/Olympus"},
        {"items": [], "timeZone": "../../etc/passwd"},
        {"items": [], "timeZone": "Europe"},
        {"timeZone": "Europe/Berlin"},
        {"items": {}, "timeZone": "Europe/Berlin"},
        listed({}),
        listed({"start": "now", "end": "later"}),
        listed(TIMED | {"end": {}}),
        listed(TIMED | {"end": {"dateTime": "2026-13-01T00:00:00Z"}}),
        listed(TIMED | {"start": {"dateTime": "2026-12-01T11:00:00Z"}}),
        listed({"start": {"date": "2026-12-01"}, "end": {"dateTime": "2026-12-02T00:00:00Z"}}),
        listed({"start": {"date": "2026-02-30"}, "end": {"date": "2026-03-01"}}),
        listed({"start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "No/Where"}, "end": TIMED["end"]}),
    ],
    ids=repr,
)
def test_a_listing_of_another_shape_is_never_free(canned: Canned, page: Any) -> None:
    canned.answer(page)
    asked = query(ANNA, BusyPolicy(frozenset({"busy"})))
    (answer,) = provider_of(canned).free_busy([asked], WINDOW, deadline=soon()).values()
    assert isinstance(answer, UnexpectedResponse)
