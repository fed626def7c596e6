"""Making, reading, moving and removing events at Google."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EventExists,
    InvitationsRefused,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    WriteUnknown,
)
from tests.providers.google import ANNA, BEN, BOOKING, KEY, TEAM, WINDOW, calendars, draft, soon, span
from tests.vendors.google import FakeGoogle, Fault

OTHER = "fedcba9876543210fedcba9876543210"


def test_an_event_is_made_under_the_callers_key_with_all_it_needs(google: FakeGoogle) -> None:
    wanted = replace(draft(span(1, 9)), description="Tel. <+49 30 1>\n& more", location="Hauptstr. 1")
    calendars(google).create_event(TEAM, KEY, wanted, deadline=soon())
    (stored,) = google.events(TEAM)
    assert stored["id"] == KEY
    assert stored["description"] == "Tel. &lt;+49 30 1&gt;\n&amp; more"
    assert stored["start"] == {"dateTime": "2026-12-01T09:00:00Z", "timeZone": "Europe/Berlin"}
    assert stored["end"] == {"dateTime": "2026-12-01T09:30:00Z", "timeZone": "Europe/Berlin"}
    assert stored["extendedProperties"] == {"private": {"booking_id": BOOKING, "event_key": KEY}}
    assert "attendees" not in stored
    assert google.operations() == ["events.insert"]


@pytest.mark.parametrize(("guests", "updates"), [((), "none"), (("lead@example.org",), "all")])
def test_mail_is_sent_exactly_when_somebody_is_invited(
    google: FakeGoogle, guests: tuple[str, ...], updates: str
) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9), attendees=guests), deadline=soon())
    assert google.requests[0].parameters["sendUpdates"] == updates
    assert [(mail.about, mail.to) for mail in google.mails()] == ([("created", guests)] if guests else [])


@pytest.mark.parametrize("notify", [True, False])
def test_guests_hear_of_a_cancellation_only_if_they_shall(google: FakeGoogle, notify: bool) -> None:
    provider = calendars(google)
    made = provider.create_event(
        ANNA, KEY, draft(span(1, 9), attendees=("lead@example.org",)), deadline=soon()
    )
    provider.cancel_event(made.ref, notify=notify, deadline=soon())
    assert [mail.about for mail in google.mails()] == ["created", *(["cancelled"] if notify else [])]


def test_guests_hear_of_a_move(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(
        ANNA, KEY, draft(span(1, 9), attendees=("lead@example.org",)), deadline=soon()
    )
    provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    assert [mail.about for mail in google.mails()] == ["created", "updated"]
    assert google.events(ANNA)[0]["attendees"] == [
        {"email": "lead@example.org", "responseStatus": "needsAction"}
    ]


def test_a_foreign_event_under_the_key_is_told_and_not_taken_for_ours(google: FakeGoogle) -> None:
    google.add_event(ANNA, *span(2, 9), id=KEY)
    provider = calendars(google)
    with pytest.raises(EventExists) as caught:
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert caught.value.event is not None
    assert caught.value.event.interval == span(2, 9)
    assert provider.find_event(ANNA, KEY, deadline=soon()) is None


def test_an_event_of_another_booking_under_the_key_is_not_ours(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9), booking="another"), deadline=soon())
    with pytest.raises(EventExists):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_key_used_up_by_a_removed_event_says_so(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    provider.cancel_event(made.ref, notify=False, deadline=soon())
    with pytest.raises(EventExists) as caught:
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert caught.value.event is not None
    assert caught.value.event.cancelled


def test_a_taken_key_that_cannot_be_read_back_leaves_doubt(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.fail_next(Fault.SERVER_ERROR, operation="events.get", times=None)
    with pytest.raises(WriteUnknown):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_taken_key_whose_event_is_not_shown_is_taken(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.fail_next(Fault.NOT_FOUND, operation="events.get")
    with pytest.raises(EventExists) as caught:
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert caught.value.event is None


def test_when_google_lets_nobody_be_invited_the_event_can_be_made_without(google: FakeGoogle) -> None:
    provider = calendars(google)
    google.fail_next(Fault.QUOTA, operation="events.insert")
    wanted = draft(span(1, 9), attendees=("lead@example.org",))
    with pytest.raises(InvitationsRefused):
        provider.create_event(ANNA, KEY, wanted, deadline=soon())
    assert google.events(ANNA) == []
    provider.create_event(ANNA, KEY, replace(wanted, attendees=()), deadline=soon())
    assert google.operations() == ["events.insert", "events.insert"]


def test_a_quota_is_no_question_of_guests_where_there_are_none(google: FakeGoogle) -> None:
    google.fail_next(Fault.QUOTA, operation="events.insert")
    with pytest.raises(RateLimited):
        calendars(google).create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_service_account_for_itself_may_invite_nobody(google: FakeGoogle) -> None:
    robot = "robot@project.example.com"
    google.add_account(robot)
    google.add_service_account(robot, [])
    wanted = draft(span(1, 9), attendees=("lead@example.org",))
    with pytest.raises(InvitationsRefused):
        calendars(google, robot).create_event(robot, KEY, wanted, deadline=soon())


def test_long_private_answers_are_cut_to_what_google_keeps(google: FakeGoogle) -> None:
    private = {f"answer{number:02}" * 9: "ü" * 2000 for number in range(40)} | dict(draft(span(1, 9)).private)
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, replace(draft(span(1, 9)), private=private), deadline=soon())
    assert (made.booking_id, made.event_key) == (BOOKING, KEY)
    kept = google.events(ANNA)[0]["extendedProperties"]["private"]
    assert max(map(len, kept)) == 44
    assert max(map(len, kept.values())) == 1024
    assert 10 < len(kept) < 40


@pytest.mark.parametrize("role", ["reader", "freeBusyReader"])
def test_a_calendar_shared_for_reading_takes_no_event(google: FakeGoogle, role: str) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, role)
    with pytest.raises(AccessDenied):
        calendars(google).create_event(BEN, KEY, draft(span(1, 9)), deadline=soon())


def test_a_calendar_shared_for_writing_takes_events(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "writer")
    provider = calendars(google)
    provider.create_event(BEN, KEY, draft(span(1, 9)), deadline=soon())
    infos = {info.id: info for info in provider.list_calendars(deadline=soon())}
    assert infos[BEN].can_write
    assert not infos[BEN].is_primary


def test_calendars_are_listed_over_all_pages_with_what_can_be_done_in_them(google: FakeGoogle) -> None:
    for number in range(5):
        google.add_calendar(ANNA, f"c{number}@group.calendar.example.com", meet=False)
    google.add_account(BEN)
    google.share(BEN, ANNA, "freeBusyReader")
    google.set_pages(2)
    infos = {info.id: info for info in calendars(google).list_calendars(deadline=soon())}
    assert len(infos) == 8
    assert infos[ANNA].is_primary
    assert infos[ANNA].conferences == {"google_meet"}
    assert infos["c3@group.calendar.example.com"].conferences == frozenset()
    assert not infos[BEN].can_write


@pytest.mark.parametrize(
    "look",
    [
        lambda provider, ref: provider.read_event(ref, deadline=soon()),
        lambda provider, ref: provider.find_event(ref.calendar, ref.event_id, deadline=soon()),
        lambda provider, ref: provider.move_event(ref, span(2, 9), timezone="Europe/Berlin", deadline=soon()),
        lambda provider, ref: provider.cancel_event(ref, notify=False, deadline=soon()),
    ],
    ids=["read", "find", "move", "cancel"],
)
def test_an_event_in_a_calendar_no_longer_shared_is_not_called_gone(google: FakeGoogle, look: Any) -> None:
    google.add_account(BEN)
    google.share(BEN, ANNA, "writer")
    provider = calendars(google)
    made = provider.create_event(BEN, KEY, draft(span(1, 9)), deadline=soon())
    google.share(BEN, ANNA, "none")
    with pytest.raises(CalendarNotFound):
        look(provider, made.ref)


def test_a_booking_is_found_by_its_private_property_over_all_pages(google: FakeGoogle) -> None:
    provider = calendars(google)
    for number in range(5):
        key = f"{number:032x}"
        provider.create_event(ANNA, key, draft(span(1 + number, 9), key=key), deadline=soon())
    google.set_pages(2)
    found = provider.find_booking(ANNA, BOOKING, deadline=soon())
    assert len(found) == 5


def test_a_booking_whose_event_a_person_made_a_series_is_found_once(google: FakeGoogle) -> None:
    provider = calendars(google)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    google.change_event(ANNA, KEY, recurrence=["RRULE:FREQ=DAILY;COUNT=30"])
    found = provider.find_booking(ANNA, BOOKING, deadline=soon())
    assert [event.ref.event_id for event in found] == [KEY]
    assert len(provider.list_events(ANNA, WINDOW, deadline=soon())) == 13


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.BAD_REQUEST, Fault.NOT_FOUND])
def test_a_clear_refusal_is_no_doubt(google: FakeGoogle, fault: Fault) -> None:
    provider = calendars(google)
    google.fail_next(fault, operation="events.insert")
    with pytest.raises(ProviderError) as caught:
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert not isinstance(caught.value, WriteUnknown)
    assert not isinstance(caught.value, ProviderUnavailable)
    assert google.events(ANNA) == []


def test_an_id_with_strange_characters_reaches_the_calendar_meant(google: FakeGoogle) -> None:
    strange = "a/b c?&=%2F#ü@group.calendar.example.com"
    google.add_calendar(ANNA, strange)
    calendars(google).create_event(strange, OTHER, draft(span(1, 9), key=OTHER), deadline=soon())
    assert [event["id"] for event in google.events(strange)] == [OTHER]
