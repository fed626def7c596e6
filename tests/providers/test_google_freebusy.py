"""Google's free/busy: one question, and unknown is never free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from providers.base import Interval
from providers.busy_policy import BusyPolicy
from providers.errors import (
    CalendarNotFound,
    ProviderError,
    ProviderUnavailable,
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
    queries,
    query,
    soon,
    span,
)
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.google.canned import Canned


def ask(google: FakeGoogle, *calendar_ids: str, window: Interval = WINDOW) -> list[Any]:
    asked = queries(calendar_ids)
    answers = calendars(google).free_busy(asked, window, deadline=soon())
    return [answers[each] for each in asked]


def test_all_calendars_of_an_account_are_one_request_and_no_other(google: FakeGoogle) -> None:
    google.add_event(TEAM, *span(1, 9))
    assert ask(google, ANNA, TEAM) == [(), (span(1, 9),)]
    assert google.operations() == ["freebusy.query"]


def test_a_calendar_asked_twice_is_asked_once(google: FakeGoogle) -> None:
    asked = [query(ANNA), query(ANNA, timezone="America/New_York")]
    google.add_event(ANNA, *span(1, 9))
    answers = calendars(google).free_busy(asked, WINDOW, deadline=soon())
    assert [answers[each] for each in asked] == [(span(1, 9),)] * 2
    assert google.requests[0].body["items"] == [{"id": ANNA}]


def test_nothing_asked_is_nothing_sent(google: FakeGoogle) -> None:
    assert calendars(google).free_busy([], WINDOW, deadline=soon()) == {}
    assert google.requests == []


@pytest.mark.parametrize(("count", "requests"), [(50, 1), (51, 2), (101, 3)])
def test_more_than_fifty_calendars_are_several_questions(
    google: FakeGoogle, count: int, requests: int
) -> None:
    ids = [google.add_calendar(ANNA, f"c{number}@group.calendar.example.com") for number in range(count)]
    for number, each in enumerate(ids):
        google.add_event(each, at(1, 8), at(1, 8) + timedelta(minutes=5 + number))
    answers = ask(google, *ids)
    assert [answer[0].end for answer in answers] == [
        at(1, 8) + timedelta(minutes=5 + n) for n in range(count)
    ]
    assert google.operations() == ["freebusy.query"] * requests


def test_more_than_sixty_days_are_several_questions_and_one_answer(google: FakeGoogle) -> None:
    window = Interval(at(1, 0), at(1, 0) + timedelta(days=150))
    across = Interval(at(1, 0) + timedelta(days=59), at(1, 0) + timedelta(days=61))
    google.add_event(ANNA, *across)
    assert ask(google, ANNA, window=window) == [(across,)]
    assert google.operations() == ["freebusy.query"] * 3


def test_one_failed_part_makes_the_whole_unknown(google: FakeGoogle) -> None:
    window = Interval(at(1, 0), at(1, 0) + timedelta(days=100))
    google.add_event(ANNA, *span(1, 9))
    provider = calendars(google)
    google.fail_next(Fault.BAD_REQUEST, operation="freebusy.query")
    (answer,) = provider.free_busy([query(ANNA)], window, deadline=soon()).values()
    assert isinstance(answer, ProviderError)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("notFound", CalendarNotFound),
        ("internalError", ProviderUnavailable),
        ("groupTooBig", ProviderUnavailable),
        ("somethingNewFrom2027", ProviderUnavailable),
    ],
)
def test_an_error_inside_the_200_is_unknown_for_its_calendar_alone(
    google: FakeGoogle, reason: str, error: type[ProviderError]
) -> None:
    google.break_calendar(TEAM, reason)
    google.add_event(ANNA, *span(1, 9))
    sound, broken = ask(google, ANNA, TEAM)
    assert sound == (span(1, 9),)
    assert type(broken) is error


def test_a_calendar_no_longer_shared_is_not_found(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "freeBusyReader")
    google.add_event(BEN, *span(1, 9))
    assert ask(google, BEN) == [(span(1, 9),)]
    google.share(BEN, ANNA, "none")
    assert isinstance(ask(google, BEN)[0], CalendarNotFound)


BUSY = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"calendars": None},
        {"calendars": []},
        {"calendars": {}},
        {"calendars": {"other@example.com": {"busy": []}}},
        {"calendars": {ANNA: None}},
        {"calendars": {ANNA: []}},
        {"calendars": {ANNA: {}}},
        {"calendars": {ANNA: {"busy": None}}},
        {"calendars": {ANNA: {"busy": {}}}},
        {"calendars": {ANNA: {"busy": [None]}}},
        {"calendars": {ANNA: {"busy": [{}]}}},
        {"calendars": {ANNA: {"busy": [{"start": BUSY["start"]}]}}},
        {"calendars": {ANNA: {"busy": [{**BUSY, "start": "tomorrow"}]}}},
        {"calendars": {ANNA: {"busy": [{**BUSY, "start": "2026-12-01T09:00:00"}]}}},
        {"calendars": {ANNA: {"busy": [{**BUSY, "end": 7}]}}},
        {"calendars": {ANNA: {"busy": [{"start": BUSY["end"], "end": BUSY["start"]}]}}},
        {"calendars": {ANNA: {"errors": [{}], "busy": []}}},
        {"calendars": {ANNA: {"errors": {"reason": "notFound"}, "busy": []}}},
        [],
        "text",
        None,
        7,
    ],
    ids=repr,
)
def test_an_answer_of_another_shape_is_never_free(canned: Canned, answer: Any) -> None:
    canned.answer(answer)
    (found,) = provider_of(canned).free_busy([query(ANNA)], WINDOW, deadline=soon()).values()
    assert isinstance(found, (UnexpectedResponse, ProviderUnavailable))


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("primary", ANNA), (ANNA, "primary"), ("Anna@Example.com", ANNA), ("primary", "primary")],
)
def test_an_answer_is_found_by_either_name_of_the_primary_calendar(
    canned: Canned, asked: str, answered: str
) -> None:
    canned.answer({"calendars": {answered: {"busy": [BUSY]}}})
    (found,) = provider_of(canned).free_busy([query(asked)], WINDOW, deadline=soon()).values()
    assert found == (Interval(at(1, 9), at(1, 10)),)


def test_times_with_any_offset_are_read_as_utc(canned: Canned) -> None:
    busy = {"start": "2026-12-01T10:00:00+01:00", "end": "2026-12-01T04:30:00.000-05:00"}
    canned.answer({"calendars": {ANNA: {"busy": [busy]}}})
    (found,) = provider_of(canned).free_busy([query(ANNA)], WINDOW, deadline=soon()).values()
    assert found == (Interval(at(1, 9), at(1, 9, 30)),)


def test_titles_are_never_asked_for(google: FakeGoogle) -> None:
    google.add_event(ANNA, *span(1, 9), summary="Private matter")
    provider = calendars(google)
    easy = query(ANNA, BusyPolicy(frozenset({"busy"})))
    provider.free_busy([easy, query(ANNA)], WINDOW, deadline=soon())
    provider.list_events(ANNA, WINDOW, deadline=soon())
    provider.changes(ANNA, None, deadline=soon())
    assert {
        request.parameters["maxAttendees"]
        for request in google.requests
        if request.operation == "events.list"
    } == {"1"}
    for request in google.requests:
        wanted = request.parameters["fields"]
        assert not {"summary", "description", "location", "email", "displayName", "*"} & set(
            wanted.replace("(", ",").replace(")", ",").replace("/", ",").split(",")
        )
