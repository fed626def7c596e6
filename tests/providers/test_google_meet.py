"""Google Meet: waited for briefly, never at the price of the booking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.base import EventDraft
from providers.errors import ConferenceUnavailable, EventChanged, EventNotFound
from tests.providers.google import ANNA, KEY, Waiting, calendars, draft, soon, span
from tests.vendors.google import FakeGoogle, Fault

OTHER_KEY = KEY[::-1]


def wanted() -> EventDraft:
    return replace(draft(span(1, 9)), conference="google_meet")


def test_a_link_that_is_there_at_once_is_returned_without_waiting(google: FakeGoogle) -> None:
    google.set_meet(reads=0)
    made = calendars(google).create_event(ANNA, KEY, wanted(), deadline=soon())
    assert (made.link, made.conference_pending) == (f"https://meet.example.com/{KEY[:10]}", False)
    assert google.operations() == ["events.insert"]


def test_a_link_in_the_making_is_waited_for(google: FakeGoogle) -> None:
    google.set_meet(reads=3)
    waiting = Waiting()
    made = calendars(google, waiting=waiting).create_event(ANNA, KEY, wanted(), deadline=waiting.deadline())
    assert (made.link, made.conference_pending) == (f"https://meet.example.com/{KEY[:10]}", False)
    assert sum(waiting.slept) == pytest.approx(0.6)


def test_a_link_that_takes_longer_than_a_second_comes_later(google: FakeGoogle) -> None:
    google.set_meet(reads=20)
    waiting = Waiting()
    provider = calendars(google, waiting=waiting)
    made = provider.create_event(ANNA, KEY, wanted(), deadline=waiting.deadline())
    assert (made.link, made.conference_pending) == (None, True)
    assert 0.5 < sum(waiting.slept) <= 1.0
    google.set_meet(reads=1)
    assert provider.read_event(made.ref, deadline=soon()).link is not None


def test_nobody_waits_for_a_link_when_the_answer_is_due(google: FakeGoogle) -> None:
    google.set_meet(reads=7)
    waiting = Waiting()
    provider = calendars(google, waiting=waiting)
    made = provider.create_event(ANNA, KEY, wanted(), deadline=waiting.deadline(1.3))
    assert made.conference_pending
    assert sum(waiting.slept) < 0.5


def test_a_link_that_cannot_be_asked_for_takes_no_more_time_than_waiting_for_it(google: FakeGoogle) -> None:
    google.fail_next(Fault.HANG, operation="events.get", times=None)
    deadline = soon(50)
    made = calendars(google).create_event(ANNA, KEY, wanted(), deadline=deadline)
    assert made.conference_pending
    assert deadline.remaining() > 25  # it would have hung for 30


def test_trouble_while_waiting_for_the_link_is_no_trouble_for_the_event(google: FakeGoogle) -> None:
    google.fail_next(Fault.BAD_REQUEST, operation="events.get")
    made = calendars(google).create_event(ANNA, KEY, wanted(), deadline=soon())
    assert (made.link, made.conference_pending) == (None, True)


def test_a_meeting_that_fails_leaves_an_event_without_link(google: FakeGoogle) -> None:
    google.set_meet(reads=1, fails=True)
    made = calendars(google).create_event(ANNA, KEY, wanted(), deadline=soon())
    assert (made.link, made.conference_pending) == (None, False)
    assert len(google.events(ANNA)) == 1


def test_the_request_id_is_the_events_key_so_a_repetition_makes_no_second_meeting(google: FakeGoogle) -> None:
    provider = calendars(google)
    first = provider.create_event(ANNA, KEY, wanted(), deadline=soon())
    second = provider.create_event(ANNA, KEY, wanted(), deadline=soon())
    assert first.link == second.link is not None
    body = google.requests[0].body
    assert body["conferenceData"]["createRequest"]["requestId"] == KEY


def test_a_calendar_that_cannot_make_a_meeting_takes_the_event_without_it(google: FakeGoogle) -> None:
    plain = google.add_calendar(ANNA, "plain@group.calendar.example.com", meet=False)
    provider = calendars(google)
    with pytest.raises(ConferenceUnavailable):
        provider.create_event(plain, KEY, wanted(), deadline=soon())
    assert google.events(plain) == []
    provider.create_event(plain, KEY, replace(wanted(), conference=None), deadline=soon())
    assert len(google.events(plain)) == 1


def test_another_vendors_meeting_is_refused_before_anything_is_sent(google: FakeGoogle) -> None:
    with pytest.raises(ConferenceUnavailable):
        calendars(google).create_event(
            ANNA, KEY, replace(wanted(), conference="microsoft_teams"), deadline=soon()
        )
    assert google.requests == []


def test_a_move_keeps_the_link(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, wanted(), deadline=soon())
    moved = provider.move_event(made.ref, span(2, 9), timezone="Europe/Berlin", deadline=soon())
    assert moved.link == made.link is not None


def test_a_meeting_that_failed_is_asked_for_again_under_a_new_key(google: FakeGoogle) -> None:
    google.set_meet(reads=1, fails=True)
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, wanted(), deadline=soon())
    google.set_meet(reads=1)
    ignored = provider.add_conference(made.ref, "google_meet", KEY, deadline=soon())
    assert (ignored.link, ignored.conference_pending) == (None, False), "as Google does with a key it knows"
    asked = provider.add_conference(ignored.ref, "google_meet", OTHER_KEY, deadline=soon())
    assert asked.link
    assert asked.interval == made.interval
    assert asked.booking_id == made.booking_id


def test_no_meeting_is_asked_for_where_there_is_none_or_the_event_changed(google: FakeGoogle) -> None:
    provider = calendars(google)
    made = provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    with pytest.raises(ConferenceUnavailable):
        provider.add_conference(made.ref, "microsoft_teams", OTHER_KEY, deadline=soon())
    google.fail_next(Fault.CONFERENCE, operation="events.patch")
    with pytest.raises(ConferenceUnavailable):
        provider.add_conference(made.ref, "google_meet", OTHER_KEY, deadline=soon())
    google.move_event(ANNA, made.ref.event_id, *span(1, 11))
    with pytest.raises(EventChanged):
        provider.add_conference(made.ref, "google_meet", OTHER_KEY, deadline=soon())
    google.delete_event(ANNA, made.ref.event_id)
    with pytest.raises(EventNotFound):
        provider.add_conference(replace(made.ref, etag=None), "google_meet", OTHER_KEY, deadline=soon())
