"""Busy time of colleagues and rooms, seen through another account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from providers.base import EventRef, Interval
from providers.busy_policy import AllDay, BusyPolicy
from providers.errors import AccessDenied, CalendarNotFound, ProviderError, UnexpectedResponse
from tests.providers.microsoft import (
    BEN,
    CARLA,
    DORA,
    ROOM,
    WINDOW,
    asked,
    at,
    busy,
    calendars,
    query,
    soon,
    span,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault

OF_ROOM = f"schedule:{ROOM}"
OF_CARLA = f"schedule:{CARLA}"


@pytest.fixture(autouse=True)
def colleagues(ms: FakeMicrosoft) -> None:
    for address in (CARLA, ROOM):
        ms.add_account(address)


def test_a_rooms_busy_time_is_read_through_the_account(ms: FakeMicrosoft) -> None:
    ms.add_event(ROOM, *span(1, 9))
    ms.add_event(BEN, *span(2, 9))
    assert busy(calendars(ms), query(OF_ROOM)) == (span(1, 9),)
    assert ms.operations() == ["getSchedule"]


def test_the_accounts_calendar_and_schedules_share_one_round_trip(ms: FakeMicrosoft) -> None:
    ms.add_event(BEN, *span(1, 9))
    ms.add_event(CARLA, *span(2, 9))
    wanted = [query(), query(OF_CARLA), query(OF_ROOM)]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert [answers[each] for each in wanted] == [(span(1, 9),), (span(2, 9),), ()]
    assert ms.operations() == ["batch"]
    assert [part.operation for part in ms.parts] == ["calendarView", "getSchedule"]


def test_an_event_is_left_out_of_a_schedule_by_its_time_and_only_once(ms: FakeMicrosoft) -> None:
    ms.add_event(CARLA, *span(1, 9))
    ms.add_event(CARLA, *span(1, 11))
    ours = replace(
        query(OF_CARLA), without=EventRef("calendar", "ours", ical_uid="uid"), without_at=span(1, 9)
    )
    assert busy(calendars(ms), ours) == (span(1, 11),)
    ms.add_event(CARLA, *span(1, 9))
    assert busy(calendars(ms), ours) == (span(1, 9), span(1, 11))


def test_addresses_are_asked_for_twenty_at_a_time(ms: FakeMicrosoft) -> None:
    names = [f"person{number}@contoso.example.com" for number in range(45)]
    for name in names:
        ms.add_account(name)
    ms.add_event(names[44], *span(1, 9))
    wanted = [query(f"schedule:{name}") for name in names]
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert [answers[each] for each in wanted] == [()] * 44 + [(span(1, 9),)]
    assert [len(part.body["schedules"]) for part in ms.parts] == [20, 20, 5]


def test_a_long_window_is_asked_for_sixty_days_at_a_time(ms: FakeMicrosoft) -> None:
    window = Interval(at(1, 0), at(1, 0) + timedelta(days=150))
    meetings = [span(1, 9), span(31, 9)]
    meetings.append(Interval(*(moment + timedelta(days=140) for moment in span(1, 9))))
    for each in meetings:
        ms.add_event(ROOM, *each)
    assert busy(calendars(ms), query(OF_ROOM), window) == tuple(meetings)
    assert len(ms.parts) == 3


def test_a_failed_piece_makes_the_whole_window_unknown(ms: FakeMicrosoft) -> None:
    window = Interval(at(1, 0), at(1, 0) + timedelta(days=150))
    ms.fail_next(Fault.BAD_REQUEST, operation="getSchedule", after=1)
    assert isinstance(asked(calendars(ms), query(OF_ROOM), window), ProviderError)


def test_a_window_of_minutes_can_be_asked_for(ms: FakeMicrosoft) -> None:
    ms.add_event(ROOM, *span(1, 9))
    window = Interval(at(1, 9, 10), at(1, 9, 15))
    assert busy(calendars(ms), query(OF_ROOM), window) == (window,)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ErrorMailRecipientNotFound", CalendarNotFound),
        ("ErrorNoFreeBusyAccess", AccessDenied),
        ("ErrorSomethingNew", ProviderError),
    ],
)
def test_an_error_for_one_schedule_is_unknown_and_spoils_no_other(
    ms: FakeMicrosoft, code: str, kind: type[ProviderError]
) -> None:
    ms.add_event(CARLA, *span(1, 9))
    ms.set_schedule(ROOM, error=code)
    broken, sound = query(OF_ROOM), query(OF_CARLA)
    answers = calendars(ms).free_busy([broken, sound], WINDOW, deadline=soon())
    assert isinstance(answers[broken], kind)
    assert answers[sound] == (span(1, 9),)


def test_an_unknown_address_is_not_free(ms: FakeMicrosoft) -> None:
    assert isinstance(asked(calendars(ms), query("schedule:nobody@contoso.example.com")), CalendarNotFound)


def test_an_address_left_out_of_the_answer_is_unknown(ms: FakeMicrosoft) -> None:
    ms.set_schedule(ROOM, left_out=True)
    broken, sound = query(OF_ROOM), query(OF_CARLA)
    answers = calendars(ms).free_busy([broken, sound], WINDOW, deadline=soon())
    assert isinstance(answers[broken], UnexpectedResponse)
    assert answers[sound] == ()


def test_items_missing_beside_a_view_that_is_not_free_are_unknown(ms: FakeMicrosoft) -> None:
    ms.add_event(ROOM, *span(1, 9))
    ms.set_schedule(ROOM, hides_items=True)
    assert isinstance(asked(calendars(ms), query(OF_ROOM)), UnexpectedResponse)


def test_a_failed_request_makes_every_schedule_unknown(ms: FakeMicrosoft) -> None:
    wanted = [query(OF_ROOM), query(OF_CARLA)]
    ms.fail_next(Fault.BAD_REQUEST, operation="getSchedule")
    answers = calendars(ms).free_busy(wanted, WINDOW, deadline=soon())
    assert all(isinstance(answers[each], ProviderError) for each in wanted)


def test_personal_accounts_see_no_schedules_but_their_own_calendar(ms: FakeMicrosoft) -> None:
    ms.add_account(DORA, personal=True)
    ms.add_event(DORA, *span(1, 9))
    own, other = query(), query(OF_ROOM)
    answers = calendars(ms, DORA).free_busy([own, other], WINDOW, deadline=soon())
    assert answers[own] == (span(1, 9),)
    assert isinstance(answers[other], AccessDenied)


@pytest.mark.parametrize("status", ["busy", "tentative", "oof", "unknown", "workingElsewhere", "free"])
def test_a_schedules_statuses_follow_the_policy(ms: FakeMicrosoft, status: str) -> None:
    ms.add_event(ROOM, *span(1, 9), show_as=status)
    blocking = () if status in ("workingElsewhere", "free") else (span(1, 9),)
    assert busy(calendars(ms), query(OF_ROOM)) == blocking
    only_away = BusyPolicy(frozenset({"busy", "oof"}))
    found = busy(calendars(ms), query(OF_ROOM, only_away))
    assert found == ((span(1, 9),) if status in ("busy", "oof") else ())


def test_whole_days_of_a_schedule_block_under_every_policy(ms: FakeMicrosoft) -> None:
    ms.add_days(ROOM, date(2026, 12, 1), date(2026, 12, 2))
    day = Interval(at(1, 0) - timedelta(hours=1), at(1, 23))
    policy = BusyPolicy(all_day_events=AllDay.IGNORE)
    assert busy(calendars(ms), query(OF_ROOM, policy)) == (day,)


def test_an_address_is_the_same_however_it_is_spelled(ms: FakeMicrosoft) -> None:
    ms.add_event(ROOM, *span(1, 9))
    assert busy(calendars(ms), query(f"schedule:{ROOM.title()}")) == (span(1, 9),)


def test_only_what_lies_in_the_window_is_told(ms: FakeMicrosoft) -> None:
    ms.add_event(ROOM, at(1, 8), at(1, 10))
    window = Interval(at(1, 9), datetime(2026, 12, 1, 9, 30, tzinfo=at(1, 9).tzinfo))
    assert busy(calendars(ms), query(OF_ROOM), window) == (window,)


def test_a_default_calendar_is_one_under_its_word_its_id_and_its_owners_schedule(ms: FakeMicrosoft) -> None:
    own_id = next(iter(ms.world.account(BEN).calendars))
    names = ("calendar", own_id, f"schedule:{BEN.upper()}", OF_CARLA)
    known = [calendars(ms).identity(name, deadline=soon()) for name in names]
    assert known == [BEN, BEN, BEN, CARLA]
