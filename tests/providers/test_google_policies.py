"""What counts as busy, event by event (docs/behaviour.md, Bookable)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers.base import EventRef
from providers.busy_policy import DEFAULT_BUSY_STATUSES, AllDay, BusyPolicy
from providers.errors import ProviderError
from providers.google.json import status_of
from tests.providers.google import ANNA, BEN, KEY, TEAM, WINDOW, calendars, draft, query, soon, span
from tests.vendors.google import FakeGoogle

ME, SOMEBODY = {"email": ANNA, "self": True}, {"email": "x@example.org"}


def home(kind: str) -> dict[str, Any]:
    return {
        "eventType": "workingLocation",
        "workingLocationProperties": {"type": kind},
        "transparency": "transparent",
    }


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({}, "busy"),
        ({"transparency": "opaque"}, "busy"),
        ({"transparency": "transparent"}, "free"),
        ({"status": "tentative"}, "tentative"),
        ({"status": "cancelled"}, "free"),
        ({"status": "cancelled", "eventType": "outOfOffice"}, "free"),
        ({"eventType": "focusTime"}, "busy"),
        ({"eventType": "fromGmail"}, "busy"),
        ({"eventType": "birthday", "transparency": "transparent"}, "free"),
        ({"eventType": "outOfOffice"}, "oof"),
        ({"eventType": "outOfOffice", "transparency": "transparent"}, "free"),
        ({"eventType": "somethingNewFrom2027"}, "unknown"),
        (home("homeOffice"), "workingElsewhere"),
        (home("customLocation"), "workingElsewhere"),
        (home("officeLocation"), "free"),
        ({"eventType": "workingLocation"}, "workingElsewhere"),
        ({"attendees": [SOMEBODY | {"responseStatus": "declined"}]}, "busy"),
        ({"attendees": [SOMEBODY, ME | {"responseStatus": "declined"}]}, "free"),
        ({"attendees": [ME | {"responseStatus": "tentative"}]}, "tentative"),
        ({"attendees": [ME | {"responseStatus": "needsAction"}]}, "tentative"),
        ({"attendees": [ME | {"responseStatus": "accepted"}]}, "busy"),
        ({"attendees": [ME | {"responseStatus": "somethingNew"}]}, "busy"),
        ({"attendees": [ME]}, "busy"),
        ({"attendees": "nonsense", "eventType": 7, "transparency": 7}, "unknown"),
        (
            {"attendees": [None, 7], "workingLocationProperties": 7, "eventType": "workingLocation"},
            "workingElsewhere",
        ),
    ],
)
def test_every_kind_of_event_has_one_status(members: dict[str, Any], status: str) -> None:
    assert status_of({"status": "confirmed"} | members) == status


@pytest.mark.parametrize(
    ("answer", "blocks"),
    [("needsAction", True), ("tentative", True), ("accepted", True), ("declined", False)],
)
def test_free_busy_and_listing_agree_on_invitations_by_default(
    google: FakeGoogle, answer: str, blocks: bool
) -> None:
    google.add_event(ANNA, *span(1, 9), attendees=[{"email": ANNA, "responseStatus": answer}])
    by_listing = query(ANNA, without=EventRef(ANNA, KEY))
    answers = calendars(google).free_busy([query(ANNA), by_listing], WINDOW, deadline=soon())
    assert list(answers.values()) == [(span(1, 9),) if blocks else ()] * 2


@pytest.mark.parametrize(
    ("all_day", "expected"),
    [(AllDay.BLOCK, {1, 2, 3}), (AllDay.IGNORE, {3}), (AllDay.OUT_OF_OFFICE_ONLY, {2, 3})],
)
def test_all_day_events_block_by_the_hosts_policy(
    google: FakeGoogle, all_day: AllDay, expected: set[int]
) -> None:
    google.add_event(ANNA, date(2026, 12, 1), date(2026, 12, 2))
    google.add_event(ANNA, date(2026, 12, 2), date(2026, 12, 3), eventType="outOfOffice")
    google.add_event(ANNA, *span(3, 9), eventType="outOfOffice")
    google.add_event(ANNA, date(2026, 12, 4), date(2026, 12, 5), transparency="transparent")
    policy = BusyPolicy(DEFAULT_BUSY_STATUSES | {"workingElsewhere"}, all_day)
    (answer,) = calendars(google).free_busy([query(ANNA, policy)], WINDOW, deadline=soon()).values()
    assert not isinstance(answer, ProviderError)
    days = {
        day
        for each in answer
        for day in range(1, 5)
        if each.start < span(day, 12).start and each.end > span(day, 8).start
    }
    assert days == expected


def test_out_of_office_may_be_left_out(google: FakeGoogle) -> None:
    google.add_event(ANNA, *span(1, 9), eventType="outOfOffice")
    google.add_event(ANNA, *span(2, 9), eventType="focusTime")
    policy = BusyPolicy(DEFAULT_BUSY_STATUSES - {"oof"})
    (answer,) = calendars(google).free_busy([query(ANNA, policy)], WINDOW, deadline=soon()).values()
    assert answer == (span(2, 9),)


def test_a_colleagues_copy_of_the_left_out_event_is_left_out_too(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "reader")
    made = calendars(google).create_event(ANNA, KEY, draft(span(1, 9), attendees=(BEN,)), deadline=soon())
    google.add_event(BEN, *span(2, 9))
    busy = query(BEN), query(BEN, without=made.ref)
    answers = calendars(google).free_busy(busy, WINDOW, deadline=soon())
    assert list(answers.values()) == [(span(1, 9), span(2, 9)), (span(2, 9),)]


def test_a_copy_with_an_id_of_its_own_is_known_by_its_uid(google: FakeGoogle) -> None:
    google.add_event(TEAM, *span(1, 9), id="copy", iCalUID="the-same@example.com")
    google.add_event(TEAM, *span(2, 9), id="other", iCalUID="another@example.com")
    ours = EventRef(ANNA, KEY, ical_uid="the-same@example.com")
    (answer,) = calendars(google).free_busy([query(TEAM, without=ours)], WINDOW, deadline=soon()).values()
    assert answer == (span(2, 9),)
