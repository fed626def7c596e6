"""The default calendar of another owner, seen through an account that it is shared with."""

from __future__ import annotations

import pytest

from providers.errors import AccessDenied, EventNotFound, ProviderError
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.settings import CALENDARS, SHARED_CALENDARS
from tests.providers.microsoft import (
    BEN,
    BOOKING,
    CARLA,
    KEY,
    WINDOW,
    Waiting,
    asked,
    busy,
    calendars,
    draft,
    query,
    soon,
    span,
    teams_draft,
)
from tests.vendors.microsoft import FakeMicrosoft, tokens_of

CARLAS = f"shared:{CARLA}"


@pytest.fixture
def bens(ms: FakeMicrosoft) -> MicrosoftCalendars:
    """Ben's account, which may change Carla's calendar."""
    ms.add_account(CARLA)
    ms.share(CARLA, BEN)
    return account_of_ben(ms, [CALENDARS, SHARED_CALENDARS])


def account_of_ben(ms: FakeMicrosoft, scopes: list[str]) -> MicrosoftCalendars:
    tokens, clocks = tokens_of(ms, BEN, scopes), Waiting().clocks()
    return MicrosoftCalendars(BEN, tokens, ms.settings(), clocks=clocks, shared=[CARLA])


def test_everything_a_booking_needs_happens_in_the_owner_s_calendar(
    ms: FakeMicrosoft, bens: MicrosoftCalendars
) -> None:
    made = bens.create_event(CARLAS, KEY, teams_draft(span(1, 9)), deadline=soon())
    assert made.link
    assert [event["id"] for event in ms.events(CARLA)] == [made.ref.event_id]
    assert busy(bens, query(CARLAS)) == (span(1, 9),)
    assert busy(bens, query()) == (), "of Ben's own calendar"
    cursor = bens.changes(CARLAS, None, deadline=soon()).cursor
    moved = bens.move_event(made.ref, span(1, 11), timezone="Europe/Berlin", deadline=soon())
    assert bens.read_event(moved.ref, deadline=soon()).interval == span(1, 11)
    (event,) = bens.changes(CARLAS, cursor, deadline=soon()).events
    assert (event.ref.event_id, event.booking_id) == (made.ref.event_id, BOOKING)
    assert bens.find_event(CARLAS, KEY, deadline=soon())
    assert bens.find_booking(CARLAS, BOOKING, deadline=soon())
    assert [each.interval for each in bens.list_events(CARLAS, WINDOW, deadline=soon())] == [span(1, 11)]
    bens.cancel_event(moved.ref, notify=True, deadline=soon())
    with pytest.raises(EventNotFound):
        bens.read_event(moved.ref, deadline=soon())
    assert ms.events(CARLA) == []


def test_it_is_one_with_the_calendar_that_its_owner_calls_the_default_one(
    ms: FakeMicrosoft, bens: MicrosoftCalendars
) -> None:
    names = {
        calendars(ms, CARLA).identity("calendar", deadline=soon()),
        bens.identity(CARLAS, deadline=soon()),
        bens.identity(CARLAS.replace("carla", "Carla"), deadline=soon()),
        bens.identity(f"schedule:{CARLA}", deadline=soon()),
    }
    assert names == {CARLA}


@pytest.mark.parametrize("scopes", [[CALENDARS], [CALENDARS, SHARED_CALENDARS]])
def test_without_the_permission_or_the_share_it_is_unknown_and_not_listed(
    ms: FakeMicrosoft, bens: MicrosoftCalendars, scopes: list[str]
) -> None:
    if SHARED_CALENDARS in scopes:
        ms.share(CARLA, BEN, can_write=None)
    provider = account_of_ben(ms, scopes)
    assert isinstance(asked(provider, query(CARLAS)), AccessDenied)
    assert isinstance(asked(provider, query()), tuple)
    assert [info.id for info in provider.list_calendars(deadline=soon())] == ["calendar"]


def test_a_share_for_reading_shows_events_and_refuses_writes(
    ms: FakeMicrosoft, bens: MicrosoftCalendars
) -> None:
    (_, shared) = bens.list_calendars(deadline=soon())
    assert (shared.id, shared.can_write, shared.is_primary) == (CARLAS, True, False)
    ms.share(CARLA, BEN, can_write=False)
    (_, shared) = bens.list_calendars(deadline=soon())
    assert not shared.can_write
    assert busy(bens, query(CARLAS)) == ()
    with pytest.raises(ProviderError) as refused:
        bens.create_event(CARLAS, KEY, draft(span(1, 9)), deadline=soon())
    assert isinstance(refused.value, AccessDenied)


def test_nothing_is_subscribed_to_in_somebody_else_s_mailbox(
    ms: FakeMicrosoft, bens: MicrosoftCalendars
) -> None:
    ms.requests.clear()
    assert bens.watch(CARLAS, "https://calendar.example.com/notify/microsoft", "t", deadline=soon()) is None
    assert not ms.requests
