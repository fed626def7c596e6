"""Free/busy of Microsoft's calendars: what is asked, what counts, and what makes it unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from providers.base import EventRef, Interval
from providers.busy_policy import AllDay, BusyPolicy
from providers.errors import AccessDenied, CalendarNotFound, ProviderError, UnexpectedResponse
from tests.providers.microsoft import (
    BEN,
    DORA,
    KEY,
    WINDOW,
    asked,
    at,
    busy,
    calendars,
    draft,
    query,
    soon,
    span,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault


def test_one_calendar_costs_one_request_and_none_for_tokens_or_discovery(ms: FakeMicrosoft) -> None:
    busy(calendars(ms))
    assert ms.operations() == ["calendarView"]


def test_no_title_description_or_attendee_is_asked_for(ms: FakeMicrosoft) -> None:
    busy(calendars(ms))
    wanted = set(ms.requests[0].parameters["$select"].split(","))
    assert wanted.isdisjoint({"subject", "body", "bodyPreview", "attendees", "location", "organizer"})


def test_every_request_asks_for_utc_and_immutable_ids(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    ms.set_pages(1)
    for day in (1, 2):
        ms.add_event(BEN, *span(day, 9))
    busy(provider)
    provider.create_event("calendar", KEY, draft(span(3, 9)), deadline=soon())
    for request in ms.requests:
        assert 'outlook.timezone="UTC"' in request.headers["prefer"]
        assert 'IdType="ImmutableId"' in request.headers["prefer"]


def test_every_page_is_read_with_one_request_each(ms: FakeMicrosoft) -> None:
    ms.set_pages(2)
    for day in range(1, 6):
        ms.add_event(BEN, *span(day, 9))
    assert busy(calendars(ms)) == tuple(span(day, 9) for day in range(1, 6))
    assert ms.operations() == ["calendarView"] * 3


def test_an_empty_first_page_is_not_the_end(ms: FakeMicrosoft) -> None:
    ms.set_pages(2, empty_first=True)
    ms.add_event(BEN, *span(1, 9))
    assert busy(calendars(ms)) == (span(1, 9),)


def test_a_page_that_does_not_come_makes_the_calendar_unknown(ms: FakeMicrosoft) -> None:
    ms.set_pages(1)
    for day in (1, 2, 3):
        ms.add_event(BEN, *span(day, 9))
    ms.fail_next(Fault.BAD_REQUEST, operation="calendarView", after=2)
    assert isinstance(asked(calendars(ms)), ProviderError)
    assert ms.operations() == ["calendarView"] * 3


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/v1.0/me/calendar/calendarView",
        "https://localhost:1/v1.0/me/calendar/calendarView",
        "http://localhost/v1.0/me",
        "//evil.example.com/x",
        "",
    ],
)
def test_a_link_away_from_graph_is_not_followed(ms: FakeMicrosoft, link: str) -> None:
    ms.set_pages(1, next_link=link or "nonsense")
    for day in (1, 2):
        ms.add_event(BEN, *span(day, 9))
    assert isinstance(asked(calendars(ms)), UnexpectedResponse)
    assert ms.operations() == ["calendarView"]


def test_a_link_to_the_same_page_is_an_error_and_no_loop(ms: FakeMicrosoft) -> None:
    link = f"{ms.graph_url}/me/calendar/calendarView?startDateTime=2026-11-29&endDateTime=2026-12-15&$top=1"
    ms.set_pages(1, next_link=link)
    for day in (1, 2):
        ms.add_event(BEN, *span(day, 9))
    assert isinstance(asked(calendars(ms)), UnexpectedResponse)
    assert len(ms.requests) <= 3


def test_several_calendars_share_one_round_trip(ms: FakeMicrosoft) -> None:
    second, third = ms.add_calendar(BEN), ms.add_calendar(BEN)
    for number, calendar in enumerate(("calendar", second, third), start=1):
        ms.add_event(BEN, *span(number, 9), calendar=calendar)
    wanted = [query("calendar"), query(second), query(third)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert [answers[each] for each in wanted] == [(span(number, 9),) for number in (1, 2, 3)]
    assert ms.operations() == ["batch"]
    assert [part.operation for part in ms.parts] == ["calendarView"] * 3


def test_more_than_twenty_calendars_take_another_batch(ms: FakeMicrosoft) -> None:
    wanted = [query(ms.add_calendar(BEN)) for _ in range(21)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert set(answers.values()) == {()}
    assert ms.operations() == ["batch", "batch"]


def test_pages_of_calendars_in_a_batch_are_all_read(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    ms.set_pages(2)
    for day in range(1, 6):
        ms.add_event(BEN, *span(day, 9), calendar=second)
    wanted = [query("calendar"), query(second)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert answers[wanted[0]] == ()
    assert answers[wanted[1]] == tuple(span(day, 9) for day in range(1, 6))
    assert ms.operations() == ["batch", "calendarView", "calendarView"]


def test_a_refused_part_of_a_batch_is_unknown_and_spoils_no_other(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    ms.add_event(BEN, *span(1, 9), calendar=second)
    ms.break_calendar(BEN)
    broken, sound = query("calendar"), query(second)
    answers = calendars(ms).free_busy([broken, sound], WINDOW, deadline=soon())
    assert isinstance(answers[broken], AccessDenied)
    assert answers[sound] == (span(1, 9),)


@pytest.mark.parametrize("fault", [Fault.RATE_429, Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.UNAUTHORIZED])
def test_a_part_that_came_to_nothing_is_asked_again_alone(ms: FakeMicrosoft, fault: Fault) -> None:
    second = ms.add_calendar(BEN)
    ms.add_event(BEN, *span(1, 9))
    ms.fail_next(fault, operation="calendarView")
    wanted = [query("calendar"), query(second)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert answers == {wanted[0]: (span(1, 9),), wanted[1]: ()}
    assert ms.operations() == ["batch", "calendarView"]


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.EMPTY, Fault.GARBAGE, Fault.NO_MAILBOX])
def test_a_part_that_is_missing_or_says_nothing_is_unknown(ms: FakeMicrosoft, fault: Fault) -> None:
    second = ms.add_calendar(BEN)
    ms.fail_next(fault, operation="calendarView")
    wanted = [query("calendar"), query(second)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert isinstance(answers[wanted[0]], ProviderError)
    assert answers[wanted[1]] == ()


@pytest.mark.parametrize(
    "fault", [Fault.GARBAGE, Fault.EMPTY, Fault.REDIRECT, Fault.ACCESS, Fault.BAD_REQUEST]
)
@pytest.mark.parametrize("operation", ["batch", "calendarView"])
def test_an_answer_that_is_none_makes_every_calendar_unknown(
    ms: FakeMicrosoft, fault: Fault, operation: str
) -> None:
    wanted = [query("calendar")]
    if operation == "batch":
        wanted.append(query(ms.add_calendar(BEN)))
    ms.fail_next(fault, operation=operation, times=None)
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert all(isinstance(answer, ProviderError) for answer in answers.values())
    assert set(answers) == set(wanted)


def test_no_question_costs_no_request(ms: FakeMicrosoft) -> None:
    assert calendars(ms).free_busy([], WINDOW, deadline=soon()) == {}
    assert ms.requests == []


def test_a_malformed_id_is_a_calendar_that_does_not_exist(ms: FakeMicrosoft) -> None:
    assert isinstance(asked(calendars(ms), query("no such thing")), CalendarNotFound)


def test_a_calendar_no_longer_shared_is_not_found(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    ms.remove_calendar(BEN, second)
    assert isinstance(asked(calendars(ms), query(second)), CalendarNotFound)


def test_a_mailbox_switched_off_is_no_missing_calendar(ms: FakeMicrosoft) -> None:
    ms.disable_mailbox(BEN)
    answer = asked(calendars(ms))
    assert isinstance(answer, AccessDenied)
    assert "inactive" in answer.detail


def test_personal_accounts_are_read_like_all_others(ms: FakeMicrosoft) -> None:
    ms.add_account(DORA, personal=True)
    ms.add_event(DORA, *span(1, 9))
    assert busy(calendars(ms, DORA)) == (span(1, 9),)
    assert ms.operations() == ["calendarView"]


@pytest.mark.parametrize("shown", ["", "meetingBlob", "BUSY", "Oof"])
def test_a_status_that_is_unknown_or_spelled_otherwise_blocks(ms: FakeMicrosoft, shown: str) -> None:
    ms.add_event(BEN, *span(1, 9), show_as=shown)
    try:
        assert busy(calendars(ms)) == (span(1, 9),)
    finally:
        ms.graph.violations.clear()  # the fake is made to say what is not documented


def test_unknown_states_may_be_left_out_by_policy(ms: FakeMicrosoft) -> None:
    ms.add_event(BEN, *span(1, 9), show_as="unknown")
    assert busy(calendars(ms), query(policy=BusyPolicy(frozenset({"busy"})))) == ()
    assert busy(calendars(ms)) == (span(1, 9),)


@pytest.mark.parametrize("response", ["none", "notResponded", "tentativelyAccepted", "accepted"])
def test_only_a_declined_invitation_does_not_block(ms: FakeMicrosoft, response: str) -> None:
    ms.add_event(BEN, *span(1, 9), response=response, show_as="tentative")
    ms.add_event(BEN, *span(2, 9), response="declined", show_as="tentative")
    assert busy(calendars(ms)) == (span(1, 9),)


def test_times_in_the_mailboxes_windows_zone_are_understood(ms: FakeMicrosoft) -> None:
    ms.set_habits(local_zone=True)
    ms.add_event(BEN, *span(1, 9))
    ms.add_event(BEN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 0, tzinfo=UTC))
    october = Interval(datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC))
    assert busy(calendars(ms)) == (span(1, 9),)
    # 02:30 came twice that night, and stands for its first time: an hour too much is blocked, none too little
    assert busy(calendars(ms), window=october) == (
        Interval(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 0, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("zone", "first_hour"),
    [("America/New_York", 5), ("Asia/Tokyo", -9), ("Europe/London", 0), ("Europe/Berlin", -1)],
)
def test_whole_days_are_those_of_the_zone_the_event_was_made_in(
    ms: FakeMicrosoft, zone: str, first_hour: int
) -> None:
    ms.add_days(BEN, date(2026, 12, 1), date(2026, 12, 2), zone=zone)
    start = at(1, 0) + timedelta(hours=first_hour)
    assert busy(calendars(ms)) == (Interval(start, start + timedelta(days=1)),)


@pytest.mark.parametrize("zone", ["UTC", "tzone://Microsoft/Custom", "Customized Time Zone"])
def test_whole_days_of_no_zone_are_the_hosts_own(ms: FakeMicrosoft, zone: str) -> None:
    ms.add_days(BEN, date(2026, 12, 1), date(2026, 12, 2))
    (item,) = ms.world.account(BEN).default.items.values()
    item.zone = zone
    for host, first_hour in (("America/New_York", 5), ("Europe/Berlin", -1)):
        start = at(1, 0) + timedelta(hours=first_hour)
        found = busy(calendars(ms), query(timezone=host))
        assert found == (Interval(start, start + timedelta(days=1)),)


def test_whole_days_told_as_instants_are_taken_as_such(ms: FakeMicrosoft) -> None:
    ms.set_habits(all_day_as_instants=True)
    ms.add_days(BEN, date(2026, 12, 1), date(2026, 12, 2))
    assert busy(calendars(ms)) == (Interval(at(1, 0) - timedelta(hours=1), at(1, 23)),)
    policy = BusyPolicy(all_day_events=AllDay.IGNORE)
    assert busy(calendars(ms), query(policy=policy)) == ()


def test_a_whole_day_at_the_windows_edge_is_seen_in_the_hosts_zone(ms: FakeMicrosoft) -> None:
    ms.add_days(BEN, date(2026, 12, 1), date(2026, 12, 2), zone="UTC")
    window = Interval(at(2, 1), at(2, 3))
    found = busy(calendars(ms), query(timezone="America/New_York"), window)
    assert found == (window,)


def test_the_event_that_is_moved_is_left_out_by_its_uid_too(ms: FakeMicrosoft) -> None:
    ms.add_event(BEN, *span(1, 9), ical_uid="UID-OF-THE-MEETING")
    ms.add_event(BEN, *span(2, 9))
    without = EventRef("elsewhere", "another-id", ical_uid="UID-OF-THE-MEETING")
    assert busy(calendars(ms), query(without=without)) == (span(2, 9),)
    assert busy(calendars(ms)) == (span(1, 9), span(2, 9))


def test_years_are_asked_for_in_pieces(ms: FakeMicrosoft) -> None:
    far = Interval(at(1, 9) + timedelta(days=2500), at(1, 10) + timedelta(days=2500))
    ms.add_event(BEN, *span(1, 9))
    ms.add_event(BEN, *far)
    window = Interval(at(1, 0), at(1, 0) + timedelta(days=3000))
    assert busy(calendars(ms), window=window) == (span(1, 9), far)
