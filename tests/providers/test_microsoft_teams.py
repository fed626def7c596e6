"""Teams meetings: where they can be made, their links, and doing without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.errors import AccessDenied, ConferenceUnavailable, EventChanged
from tests.providers.microsoft import (
    BEN,
    BOOKING,
    DORA,
    KEY,
    OTHER_KEY,
    Waiting,
    calendars,
    draft,
    soon,
    span,
    teams_draft,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault


def test_a_teams_meeting_has_its_link_at_once(ms: FakeMicrosoft) -> None:
    event = calendars(ms).create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert event.link is not None
    assert event.link.startswith("https://teams.example.com/")
    assert not event.conference_pending


def test_an_event_without_conference_has_none(ms: FakeMicrosoft) -> None:
    event = calendars(ms).create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert (event.link, event.conference_pending) == (None, False)
    assert ms.operations() == ["events.create"]


def test_whether_a_calendar_makes_teams_is_asked_once_an_hour(ms: FakeMicrosoft) -> None:
    waiting = Waiting()
    provider = calendars(ms, waiting=waiting)
    for number in range(3):
        key = f"{number:032x}"
        wanted = replace(teams_draft(span(1, 9 + number)), private={"booking_id": "b", "event_key": key})
        provider.create_event("calendar", key, wanted, deadline=waiting.deadline())
    assert ms.operations() == ["calendars.get", *["events.create"] * 3]
    waiting.sleep(3601)
    provider.create_event("calendar", KEY, teams_draft(span(1, 15)), deadline=waiting.deadline())
    assert ms.operations()[-2:] == ["calendars.get", "events.create"]


def test_a_listing_tells_it_too(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    (info,) = provider.list_calendars(deadline=soon())
    assert info.conferences == {"microsoft_teams"}
    provider.create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert ms.operations() == ["calendars.list", "events.create"]


@pytest.mark.parametrize("conference", ["microsoft_teams", "google_meet"])
def test_a_calendar_without_teams_says_so_before_anything_is_written(
    ms: FakeMicrosoft, conference: str
) -> None:
    ms.add_account(DORA, personal=True)
    wanted = replace(draft(span(1, 9)), conference=conference)
    with pytest.raises(ConferenceUnavailable):
        calendars(ms, DORA).create_event("calendar", KEY, wanted, deadline=soon())
    assert "events.create" not in ms.operations()


def test_meet_links_are_not_microsofts(ms: FakeMicrosoft) -> None:
    wanted = replace(draft(span(1, 9)), conference="google_meet")
    with pytest.raises(ConferenceUnavailable):
        calendars(ms).create_event("calendar", KEY, wanted, deadline=soon())
    assert ms.requests == []


def test_nothing_is_written_while_it_is_unknown_whether_teams_is_possible(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.ACCESS, operation="calendars.get")
    with pytest.raises(AccessDenied):
        calendars(ms).create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert ms.events(BEN) == []


def test_a_link_that_is_being_made_is_waited_for(ms: FakeMicrosoft) -> None:
    ms.set_teams(reads=2)
    waiting = Waiting()
    event = calendars(ms, waiting=waiting).create_event(
        "calendar", KEY, teams_draft(span(1, 9)), deadline=waiting.deadline()
    )
    assert event.link is not None
    assert (event.booking_id, event.event_key) == (teams_draft(span(1, 9)).booking_id, KEY)
    assert waiting.slept == [0.2, 0.2]


def test_a_link_that_takes_long_is_pending_and_the_event_made(ms: FakeMicrosoft) -> None:
    ms.set_teams(reads=50)
    waiting = Waiting()
    event = calendars(ms, waiting=waiting).create_event(
        "calendar", KEY, teams_draft(span(1, 9)), deadline=waiting.deadline()
    )
    assert (event.link, event.conference_pending) == (None, True)
    assert sum(waiting.slept) <= 1.0


def test_no_link_is_waited_for_in_the_last_second(ms: FakeMicrosoft) -> None:
    ms.set_teams(reads=50)
    waiting = Waiting()
    ms.world.on_change = lambda *_: waiting.lose(29.5)
    event = calendars(ms, waiting=waiting).create_event(
        "calendar", KEY, teams_draft(span(1, 9)), deadline=waiting.deadline(30)
    )
    assert event.conference_pending
    assert waiting.slept == []


def test_a_meeting_that_silently_is_not_made_leaves_the_event_without_link(ms: FakeMicrosoft) -> None:
    ms.set_teams(fails=True)
    event = calendars(ms).create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert (event.link, event.conference_pending) == (None, False)
    assert len(ms.events(BEN)) == 1


def test_an_event_is_made_although_its_link_cannot_be_read(ms: FakeMicrosoft) -> None:
    ms.set_teams(reads=5)
    ms.fail_next(Fault.BAD_REQUEST, operation="events.get")
    event = calendars(ms).create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert event.conference_pending
    assert event.event_key == KEY


def test_a_move_keeps_the_meeting(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    event = provider.create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    moved = provider.move_event(event.ref, span(2, 14), timezone="Europe/Berlin", deadline=soon())
    assert moved.link == event.link
    (stored,) = ms.events(BEN)
    assert stored["joinUrl"] == event.link
    assert str(event.link) in stored["content"]


def test_a_repeat_gives_the_same_link(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    first = provider.create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    again = provider.create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
    assert again.link == first.link
    other = provider.create_event(
        "calendar",
        OTHER_KEY,
        replace(teams_draft(span(1, 9)), private={"booking_id": "b", "event_key": OTHER_KEY}),
        deadline=soon(),
    )
    assert other.link != first.link


def test_an_event_without_a_meeting_becomes_one(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    made = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    asked = provider.add_conference(made.ref, "microsoft_teams", OTHER_KEY, deadline=soon())
    assert asked.link
    again = provider.read_event(asked.ref, deadline=soon())
    assert (again.link, again.interval, again.booking_id) == (asked.link, made.interval, BOOKING)


def test_no_meeting_is_made_where_there_is_none_or_the_event_changed(ms: FakeMicrosoft) -> None:
    provider = calendars(ms)
    made = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    with pytest.raises(ConferenceUnavailable):
        provider.add_conference(made.ref, "google_meet", OTHER_KEY, deadline=soon())
    ms.move_event(BEN, made.ref.event_id, *span(1, 11))
    with pytest.raises(EventChanged):
        provider.add_conference(made.ref, "microsoft_teams", OTHER_KEY, deadline=soon())


def test_a_calendar_known_to_make_no_meetings_refuses_each_time(ms: FakeMicrosoft) -> None:
    ms.add_account(DORA, personal=True)
    provider = calendars(ms, DORA)
    for _ in range(2):
        with pytest.raises(ConferenceUnavailable):
            provider.create_event("calendar", KEY, teams_draft(span(1, 9)), deadline=soon())
