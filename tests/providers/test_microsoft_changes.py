"""What changed in Microsoft's calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from providers.base import Changes, EventRef, Interval
from providers.errors import AccessDenied, EventNotFound, ProviderError
from tests.providers.microsoft import (
    BEN,
    BOOKING,
    KEY,
    NOW,
    OTHER_KEY,
    Waiting,
    app_only,
    at,
    calendars,
    draft,
    soon,
    span,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault


def starts(changes: Changes) -> list[object]:
    return [event.interval.start for event in changes.events]


def test_a_cursor_survives_pages_of_the_delta(ms: FakeMicrosoft) -> None:
    ms.set_pages(2)
    provider = calendars(ms)
    for day in range(1, 8):
        ms.add_event(BEN, *span(day, 9))
    first = provider.changes("calendar", None, deadline=soon())
    assert starts(first) == [at(day, 9) for day in range(1, 8)]
    for day in range(8, 13):
        ms.add_event(BEN, *span(day, 9))
    later = provider.changes("calendar", first.cursor, deadline=soon())
    assert starts(later) == [at(day, 9) for day in range(8, 13)]
    assert provider.changes("calendar", later.cursor, deadline=soon()).events == ()


def test_nothing_new_costs_one_request(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    before = len(ms.requests)
    provider.changes("calendar", cursor, deadline=soon())
    assert ms.operations()[before:] == ["delta"]


def test_the_delta_is_asked_for_no_properties_but_the_calendar_is(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    (event,) = provider.changes("calendar", cursor, deadline=soon()).events
    assert (event.booking_id, event.event_key) == (BOOKING, KEY)
    for request in ms.requests:
        if request.operation == "delta":
            assert {"$select", "$expand"}.isdisjoint(request.parameters)


@pytest.mark.parametrize("fault", [Fault.SYNC_STATE, Fault.RESYNC, Fault.BAD_REQUEST])
def test_a_cursor_that_microsoft_no_longer_knows_starts_over(ms: FakeMicrosoft, fault: Fault) -> None:
    provider = calendars(ms)
    ms.add_event(BEN, *span(1, 9))
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.fail_next(fault, operation="delta")
    changes = provider.changes("calendar", cursor, deadline=soon())
    assert changes.complete
    assert starts(changes) == [at(1, 9)]


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", '{"start": 1}', "[]", '{"link": "x"}'])
def test_a_cursor_that_is_none_starts_over(ms: FakeMicrosoft, cursor: str) -> None:
    assert calendars(ms).changes("calendar", cursor, deadline=soon()).complete


def test_a_cursor_that_leads_away_from_graph_starts_over(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    elsewhere = cursor.replace(ms.graph_url, "https://evil.example.com/v1.0")
    assert provider.changes("calendar", elsewhere, deadline=soon()).complete


def test_a_window_long_in_use_is_laid_anew_and_loses_no_deletion(ms: FakeMicrosoft) -> None:
    waiting = Waiting()
    provider = calendars(ms, waiting=waiting)
    gone, kept = ms.add_event(BEN, *span(1, 9)), ms.add_event(BEN, *span(12, 9))
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.delete_event(BEN, gone)
    far = Interval(NOW + timedelta(days=420), NOW + timedelta(days=420, hours=1))
    new = ms.add_event(BEN, *far)
    waiting.now = NOW + timedelta(days=31)
    changes = provider.changes("calendar", cursor, deadline=soon())
    assert changes.complete
    assert changes.deleted == (gone,)
    assert {event.ref.event_id for event in changes.events} == {kept, new}
    assert not provider.changes("calendar", changes.cursor, deadline=soon()).complete


def test_occurrences_of_a_changed_series_are_told_with_what_the_delta_leaves_out(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.add_series(BEN, span(1, 9), every_days=1, count=3, skipped=[1], show_as="free")
    changes = provider.changes("calendar", cursor, deadline=soon())
    assert starts(changes) == [at(1, 9), at(3, 9)]
    assert [event.blocks for event in changes.events] == [False, False]


def test_a_series_of_many_years_is_not_read_from_its_beginning(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    long_ago = span(1, 9)[0] - timedelta(days=3640)
    ms.add_series(BEN, (long_ago, long_ago + timedelta(hours=1)), every_days=728, count=7)
    before = len(ms.requests)
    (told,) = provider.changes("calendar", cursor, deadline=soon()).events
    (_, listing) = ms.requests[before:]
    assert told.interval.start.date().isoformat() > listing.parameters["startDateTime"] > "2026"


def test_an_event_put_into_another_calendar_is_told_gone_here_and_new_there(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    cursors = [provider.changes(each, None, deadline=soon()).cursor for each in ("calendar", second)]
    ms.put_elsewhere(BEN, event.ref.event_id, second)
    here = provider.changes("calendar", cursors[0], deadline=soon())
    there = provider.changes(second, cursors[1], deadline=soon())
    assert (here.events, here.deleted) == ((), (event.ref.event_id,))
    assert [found.booking_id for found in there.events] == [BOOKING]


def test_a_deletion_is_confirmed_by_reading_although_ids_outlive_it(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.delete_event(BEN, event.ref.event_id)
    (gone,) = provider.changes("calendar", cursor, deadline=soon()).deleted
    with pytest.raises(EventNotFound):
        provider.read_event(EventRef("calendar", gone), deadline=soon())


def test_a_change_that_is_undone_before_it_is_read_is_told_next_time(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.move_event(BEN, event.ref.event_id, *span(1, 11))
    ms.move_event(BEN, event.ref.event_id, *span(1, 13))
    changes = provider.changes("calendar", cursor, deadline=soon())
    assert starts(changes) == [at(1, 13)]


def test_a_cancelled_meeting_is_told_as_cancelled(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.change_event(BEN, event.ref.event_id, cancelled=True)
    (told,) = provider.changes("calendar", cursor, deadline=soon()).events
    assert told.cancelled


@pytest.mark.parametrize("fault", [Fault.ACCESS, Fault.EMPTY, Fault.NO_MAILBOX])
def test_a_failed_reading_is_an_error_and_no_deletion(ms: FakeMicrosoft, fault: Fault) -> None:
    provider = calendars(ms)
    ms.add_event(BEN, *span(1, 9))
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.fail_next(fault, operation="delta")
    with pytest.raises(ProviderError):
        provider.changes("calendar", cursor, deadline=soon())


def test_a_broken_calendar_is_no_empty_one(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.break_calendar(BEN)
    for each in (None, cursor):
        with pytest.raises(AccessDenied):
            provider.changes("calendar", each, deadline=soon())


def test_an_applications_mailbox_tells_its_changes_too(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    provider = app_only(ms)
    for calendar in ("calendar", second):
        cursor = provider.changes(calendar, None, deadline=soon()).cursor
        ms.add_event(BEN, *span(1, 9), calendar=calendar)
        assert starts(provider.changes(calendar, cursor, deadline=soon())) == [at(1, 9)]


def test_two_bookings_changed_at_once_are_both_told(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    far = Interval(*(moment + timedelta(days=200) for moment in span(1, 9)))
    second = provider.create_event("calendar", OTHER_KEY, replace(draft(far, OTHER_KEY)), deadline=soon())
    cursor = provider.changes("calendar", None, deadline=soon()).cursor
    ms.move_event(BEN, first.ref.event_id, *span(1, 11))
    ms.change_event(BEN, second.ref.event_id, subject="Another title")
    changes = provider.changes("calendar", cursor, deadline=soon())
    assert [event.event_key for event in changes.events] == [KEY, OTHER_KEY]
