"""Moving and removing Microsoft's events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from providers.base import Event, EventAttendee
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EventChanged,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
    WriteUnknown,
)
from providers.microsoft.calendars import MicrosoftCalendars
from tests.providers.microsoft import BEN, KEY, busy, calendars, draft, soon, span
from tests.vendors.microsoft import FakeMicrosoft, Fault

NO_CLEAR_ANSWER = [
    Fault.DROP,
    Fault.DROP_AFTER,
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_AFTER,
    Fault.UNAVAILABLE,
    Fault.REDIRECT,
]


@pytest.fixture
def provider(ms: FakeMicrosoft) -> MicrosoftCalendars:
    return calendars(ms)


@pytest.fixture
def event(provider: MicrosoftCalendars) -> Event:
    """Return an event of ours with a guest."""
    wanted = replace(draft(span(1, 9)), attendees=(EventAttendee("guest@example.com", "A Guest"),))
    return provider.create_event("calendar", KEY, wanted, deadline=soon())


def move(provider: MicrosoftCalendars, event: Event, seconds: float = 30.0) -> Event:
    return provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=soon(seconds))


def asked_of(ms: FakeMicrosoft, operation: str) -> int:
    return ms.operations().count(operation)


def test_a_move_sends_times_and_nothing_else(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    move(provider, event)
    assert ms.operations() == ["events.create", "events.update", "calendarView"]
    (request,) = (each for each in ms.requests if each.operation == "events.update")
    assert set(request.body) == {"start", "end", "isAllDay"}
    assert request.headers["if-match"] == event.ref.etag
    assert [mail.about for mail in ms.mails()] == ["created", "updated"]


def test_an_event_that_a_person_made_all_day_can_be_moved_to_a_time(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.change_event(BEN, event.ref.event_id, days=(date(2026, 12, 1), date(2026, 12, 2)))
    anyhow = replace(event.ref, etag=None)
    moved = provider.move_event(anyhow, span(2, 14), timezone="Europe/Berlin", deadline=soon())
    assert moved.interval == span(2, 14)


def test_a_conflict_that_passes_is_tried_once_more(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.fail_next(Fault.CONFLICT, operation="events.update")
    assert move(provider, event).interval == span(2, 14)
    assert asked_of(ms, "events.update") == 2


def test_a_conflict_that_stays_is_a_change(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.fail_next(Fault.CONFLICT, operation="events.update", times=None)
    with pytest.raises(EventChanged):
        move(provider, event)
    assert asked_of(ms, "events.update") == 2


def test_a_conflict_with_ones_own_earlier_move_is_done(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.move_event(BEN, event.ref.event_id, *span(2, 14))
    assert move(provider, event).interval == span(2, 14)
    assert asked_of(ms, "events.update") == 1


def test_a_conflict_that_cannot_be_looked_into_is_unknown(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.fail_next(Fault.CONFLICT, operation="events.update")
    ms.fail_next(Fault.BAD_REQUEST, operation="events.get")
    with pytest.raises(WriteUnknown):
        move(provider, event)


@pytest.mark.parametrize("fault", [*NO_CLEAR_ANSWER, Fault.TRUNCATE, Fault.GARBAGE, Fault.EMPTY])
def test_a_move_without_a_clear_answer_is_unknown(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event, fault: Fault
) -> None:
    ms.fail_next(fault, operation="events.update", times=None)
    with pytest.raises(WriteUnknown):
        move(provider, event)
    assert asked_of(ms, "events.update") == 1


def test_a_move_is_done_even_if_it_cannot_be_confirmed(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.fail_next(Fault.BAD_REQUEST, operation="calendarView")
    assert move(provider, event).interval == span(2, 14)


@pytest.mark.parametrize("with_etag", [True, False])
def test_moving_something_in_the_deleted_items_is_not_done(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event, with_etag: bool
) -> None:
    ms.delete_event(BEN, event.ref.event_id)
    ref = event.ref if with_etag else replace(event.ref, etag=None)
    with pytest.raises(EventNotFound):
        provider.move_event(ref, span(2, 14), timezone="Europe/Berlin", deadline=soon())


def test_moving_in_a_calendar_no_longer_shared_does_not_call_the_event_gone(ms: FakeMicrosoft) -> None:
    second = ms.add_calendar(BEN)
    provider = calendars(ms)
    event = provider.create_event(second, KEY, draft(span(1, 9)), deadline=soon())
    ms.remove_calendar(BEN, second)
    with pytest.raises(CalendarNotFound):
        move(provider, event)
    with pytest.raises(CalendarNotFound):
        provider.cancel_event(event.ref, notify=True, deadline=soon())


def test_without_a_second_left_nothing_is_moved_or_removed(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    with pytest.raises(ProviderUnavailable):
        move(provider, event, 0.9)
    with pytest.raises(ProviderUnavailable):
        provider.cancel_event(event.ref, notify=False, deadline=soon(0.9))
    assert ms.operations() == ["events.create"]


def test_an_organiser_cancels_and_the_guests_are_told_once(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    provider.cancel_event(event.ref, notify=True, deadline=soon())
    assert ms.operations() == ["events.create", "events.cancel"]
    assert [mail.about for mail in ms.mails()] == ["created", "cancelled"]
    assert busy(provider) == ()


def test_without_guests_the_event_is_deleted(ms: FakeMicrosoft, provider: MicrosoftCalendars) -> None:
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    provider.cancel_event(event.ref, notify=True, deadline=soon())
    assert ms.operations() == ["events.create", "events.cancel", "events.delete"]
    assert ms.events(BEN) == []


def test_with_nobody_to_tell_the_event_is_deleted_at_once(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    provider.cancel_event(event.ref, notify=False, deadline=soon())
    assert ms.operations() == ["events.create", "events.delete"]


@pytest.mark.parametrize("keeps_deleted", [True, False])
@pytest.mark.parametrize("notify", [True, False])
def test_what_is_gone_already_is_done_and_nobody_is_told_again(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event, keeps_deleted: bool, notify: bool
) -> None:
    ms.set_memory(keeps_deleted=keeps_deleted)
    provider.cancel_event(event.ref, notify=notify, deadline=soon())
    told = len(ms.mails())
    provider.cancel_event(event.ref, notify=notify, deadline=soon())
    assert len(ms.mails()) == told


def test_what_exchange_will_not_delete_but_still_shows_is_refused(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.fail_next(Fault.ACCESS, operation="events.delete", code="ErrorCannotDeleteObject")
    with pytest.raises(AccessDenied):
        provider.cancel_event(event.ref, notify=False, deadline=soon())
    assert len(ms.events(BEN)) == 1


@pytest.mark.parametrize("operation", ["events.cancel", "events.delete"])
def test_a_conflict_while_removing_is_tried_once_more(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event, operation: str
) -> None:
    ms.fail_next(Fault.CONFLICT, operation=operation)
    provider.cancel_event(event.ref, notify=operation == "events.cancel", deadline=soon())
    assert ms.events(BEN) == []


@pytest.mark.parametrize("notify", [True, False])
@pytest.mark.parametrize("fault", NO_CLEAR_ANSWER)
def test_a_removal_without_a_clear_answer_is_unknown(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event, fault: Fault, notify: bool
) -> None:
    ms.fail_next(fault, operation="events.cancel" if notify else "events.delete")
    with pytest.raises(WriteUnknown):
        provider.cancel_event(event.ref, notify=notify, deadline=soon())


def test_a_mailbox_switched_off_does_not_mean_the_event_is_gone(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, event: Event
) -> None:
    ms.disable_mailbox(BEN)
    for notify in (True, False):
        with pytest.raises(ProviderError) as caught:
            provider.cancel_event(event.ref, notify=notify, deadline=soon())
        assert isinstance(caught.value, AccessDenied)
    with pytest.raises(AccessDenied):
        move(provider, event)
