"""Creating, finding and reading Microsoft's events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from providers.base import EventAttendee, EventRef
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EventExists,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
    WriteUnknown,
)
from tests.providers.microsoft import (
    BEN,
    BOOKING,
    KEY,
    OTHER_KEY,
    WINDOW,
    Waiting,
    busy,
    calendars,
    draft,
    soon,
    span,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault


def test_a_create_is_one_request_that_bears_the_key_twice(ms: FakeMicrosoft) -> None:
    calendars(ms).create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    (request,) = ms.requests
    assert request.operation == "events.create"
    assert request.body["transactionId"] == "01234567-89ab-cdef-0123-456789abcdef"
    (event,) = ms.events(BEN)
    values = {name.rpartition(" ")[2]: value for name, value in event["properties"].items()}
    assert values == {"BookingId": BOOKING, "EventKey": KEY}


def test_whoever_is_listed_is_invited_and_nobody_else(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert ms.mails() == []
    guest = replace(draft(span(2, 9), OTHER_KEY), attendees=(EventAttendee("guest@example.com"),))
    provider.create_event("calendar", OTHER_KEY, guest, deadline=soon())
    assert [(mail.about, mail.to) for mail in ms.mails()] == [("created", ("guest@example.com",))]


def test_a_callers_text_is_sent_as_text(ms: FakeMicrosoft) -> None:
    wanted = replace(draft(span(1, 9)), description="<b>1 < 2</b>")
    calendars(ms).create_event("calendar", KEY, wanted, deadline=soon())
    assert ms.requests[0].body["body"] == {"contentType": "text", "content": "<b>1 < 2</b>"}


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("names_existing", [True, False])
def test_a_key_used_for_the_same_event_with_other_words_gives_that_event(
    ms: FakeMicrosoft, status: int, names_existing: bool
) -> None:
    ms.set_memory(duplicate_status=status, names_existing=names_existing)
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.move_event(BEN, first.ref.event_id, *span(1, 11))
    again = provider.create_event("calendar", KEY, replace(draft(span(1, 9)), title="Other"), deadline=soon())
    assert (again.ref.event_id, again.interval) == (first.ref.event_id, span(1, 11))
    assert len(ms.events(BEN)) == 1


def test_a_key_used_for_another_booking_tells_which_event_it_is(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    with pytest.raises(EventExists) as caught:
        provider.create_event("calendar", KEY, draft(span(1, 9), booking="another"), deadline=soon())
    assert caught.value.event is not None
    assert caught.value.event.ref.event_id == first.ref.event_id


@pytest.mark.parametrize("keeps_deleted", [True, False])
def test_the_key_of_a_deleted_event_is_used_up(ms: FakeMicrosoft, keeps_deleted: bool) -> None:
    ms.set_memory(keeps_deleted=keeps_deleted)
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.delete_event(BEN, first.ref.event_id)
    with pytest.raises(EventExists):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert busy(provider) == ()


def test_a_taken_key_whose_event_cannot_be_found_is_unknown(ms: FakeMicrosoft) -> None:
    ms.set_memory(names_existing=False)
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.delete_event(BEN, first.ref.event_id)
    with pytest.raises(WriteUnknown):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())


def test_a_taken_key_is_unknown_when_the_calendar_does_not_answer(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.fail_next(Fault.ACCESS, operation="events.list")
    with pytest.raises(WriteUnknown):
        provider.create_event("calendar", KEY, replace(draft(span(1, 9)), title="Other"), deadline=soon())


def test_success_is_never_an_event_that_was_deleted_long_ago(ms: FakeMicrosoft) -> None:
    ms.set_memory(answers_deleted="replay")
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.change_event(BEN, first.ref.event_id, deleted=True, created=datetime.now(UTC) - timedelta(minutes=2))
    with pytest.raises(EventExists):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())


def test_a_repeat_long_after_gives_the_event_as_it_is(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.change_event(BEN, first.ref.event_id, created=datetime.now(UTC) - timedelta(minutes=2))
    ms.move_event(BEN, first.ref.event_id, *span(1, 11))
    again = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert (again.ref.event_id, again.interval) == (first.ref.event_id, span(1, 11))


def test_a_key_that_exchange_forgot_makes_a_new_event(ms: FakeMicrosoft) -> None:
    ms.set_memory(seconds=0.0)
    provider = calendars(ms)
    provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    found = provider.find_event("calendar", KEY, deadline=soon())
    assert found is not None
    assert found.interval == span(1, 9)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROP,
        Fault.DROP_AFTER,
        Fault.SERVER_ERROR,
        Fault.SERVER_ERROR_AFTER,
        Fault.UNAVAILABLE,
        Fault.TRUNCATE,
        Fault.GARBAGE,
        Fault.EMPTY,
        Fault.REDIRECT,
    ],
)
def test_a_create_without_a_clear_answer_is_unknown_and_sent_once(ms: FakeMicrosoft, fault: Fault) -> None:
    ms.fail_next(fault, operation="events.create", times=None)
    with pytest.raises(WriteUnknown):
        calendars(ms).create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert ms.operations() == ["events.create"]


@pytest.mark.parametrize("after", [False, True])
def test_a_create_that_hangs_is_unknown_when_its_time_is_over(ms: FakeMicrosoft, after: bool) -> None:
    ms.fail_next(Fault.HANG_AFTER if after else Fault.HANG, operation="events.create")
    provider = calendars(ms)
    with pytest.raises(WriteUnknown):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=Waiting().deadline(1.1))
    assert (provider.find_event("calendar", KEY, deadline=soon()) is not None) is after


def test_a_create_that_was_told_to_wait_is_sent_again(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.RATE_429, operation="events.create", retry_after="2")
    waiting = Waiting()
    event = calendars(ms, waiting=waiting).create_event(
        "calendar", KEY, draft(span(1, 9)), deadline=waiting.deadline()
    )
    assert event.interval == span(1, 9)
    assert [round(seconds) for seconds in waiting.slept] == [2]
    assert len(ms.events(BEN)) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.ACCESS, AccessDenied),
        (Fault.BAD_REQUEST, ProviderError),
        (Fault.NOT_FOUND, CalendarNotFound),
        (Fault.NO_MAILBOX, AccessDenied),
    ],
)
def test_a_clear_refusal_is_no_doubt(ms: FakeMicrosoft, fault: Fault, kind: type[ProviderError]) -> None:
    ms.fail_next(fault, operation="events.create")
    with pytest.raises(kind) as caught:
        calendars(ms).create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert not isinstance(caught.value, WriteUnknown)
    assert ms.events(BEN) == []


def test_a_calendar_that_cannot_be_written_to_refuses(ms: FakeMicrosoft) -> None:
    shared = ms.add_calendar(BEN, can_edit=False)
    with pytest.raises(AccessDenied):
        calendars(ms).create_event(shared, KEY, draft(span(1, 9)), deadline=soon())


def test_nothing_can_be_booked_into_a_schedule(ms: FakeMicrosoft) -> None:
    with pytest.raises(CalendarNotFound):
        calendars(ms).create_event("schedule:room1@example.com", KEY, draft(span(1, 9)), deadline=soon())


def test_without_a_second_left_nothing_is_sent(ms: FakeMicrosoft) -> None:
    with pytest.raises(ProviderUnavailable):
        calendars(ms).create_event("calendar", KEY, draft(span(1, 9)), deadline=soon(0.9))
    assert ms.requests == []


@pytest.mark.parametrize("keeps_deleted", [True, False])
def test_a_deleted_event_is_not_read_from_the_deleted_items(ms: FakeMicrosoft, keeps_deleted: bool) -> None:
    ms.set_memory(keeps_deleted=keeps_deleted)
    provider = calendars(ms)
    event_id = ms.add_event(BEN, *span(1, 9))
    assert provider.read_event(EventRef("calendar", event_id), deadline=soon()).interval == span(1, 9)
    ms.delete_event(BEN, event_id)
    with pytest.raises(EventNotFound):
        provider.read_event(EventRef("calendar", event_id), deadline=soon())


def test_an_event_put_into_another_calendar_is_no_longer_in_its_own(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.put_elsewhere(BEN, event.ref.event_id, second)
    with pytest.raises(EventNotFound):
        provider.read_event(event.ref, deadline=soon())
    (found,) = provider.find_booking(second, BOOKING, deadline=soon())
    assert found.ref.event_id == event.ref.event_id


def test_an_event_of_a_calendar_no_longer_shared_is_not_called_deleted(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    provider = calendars(ms)
    event = provider.create_event(second, KEY, draft(span(1, 9)), deadline=soon())
    ms.remove_calendar(BEN, second)
    with pytest.raises(CalendarNotFound):
        provider.read_event(event.ref, deadline=soon())


def test_an_event_of_a_mailbox_switched_off_is_not_called_deleted(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    ms.disable_mailbox(BEN)
    with pytest.raises(AccessDenied):
        provider.read_event(event.ref, deadline=soon())


def test_an_event_is_read_by_its_key_as_long_as_nothing_else_is_known(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert provider.read_event(EventRef("calendar", KEY), deadline=soon()) == event
    moved = provider.move_event(EventRef("calendar", KEY), span(1, 11), timezone="UTC", deadline=soon())
    assert moved.ref.event_id == event.ref.event_id
    provider.cancel_event(EventRef("calendar", KEY), notify=True, deadline=soon())
    assert ms.events(BEN) == []
    provider.cancel_event(EventRef("calendar", KEY), notify=True, deadline=soon())


def test_an_event_that_a_person_made_a_series_is_still_there(ms: FakeMicrosoft) -> None:
    event_id = ms.add_series(BEN, span(1, 9), every_days=7, count=3)
    event = calendars(ms).read_event(EventRef("calendar", event_id), deadline=soon())
    assert event.interval == span(1, 9)


def test_a_whole_day_event_is_read_in_the_zone_it_was_made_in(ms: FakeMicrosoft) -> None:
    event_id = ms.add_days(BEN, date(2026, 12, 1), date(2026, 12, 2), zone="America/New_York")
    event = calendars(ms).read_event(EventRef("calendar", event_id), deadline=soon())
    assert event.interval.start == datetime(2026, 12, 1, 5, tzinfo=UTC)


def test_a_key_with_quotes_finds_nothing_and_breaks_nothing(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert provider.find_booking("calendar", "x' or ep/value ne 'y", deadline=soon()) == ()
    assert provider.find_event("calendar", "'", deadline=soon()) is None


def test_a_booking_is_found_over_many_pages(ms: FakeMicrosoft) -> None:
    ms.set_pages(2)
    provider = calendars(ms)
    for number in range(5):
        key = f"{number:032x}"
        provider.create_event("calendar", key, draft(span(1, 9 + number), key), deadline=soon())
    assert len(provider.find_booking("calendar", BOOKING, deadline=soon())) == 5


def test_listing_asks_for_no_title_or_attendee(ms: FakeMicrosoft) -> None:
    calendars(ms).list_events("calendar", WINDOW, deadline=soon())
    wanted = set(ms.requests[0].parameters["$select"].split(","))
    assert wanted.isdisjoint({"subject", "body", "bodyPreview", "attendees", "location", "organizer"})
