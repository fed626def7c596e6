"""What Exchange alone has: keys taken twice, schedules, answers cut short, sign-ins, waits, rooms."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from providers.base import BusyAnswer, BusyQuery, EventAttendee, EventDraft, Interval
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    WriteUnknown,
)
from providers.exchange import ExchangeCalendars, ExchangeSettings, Lines
from providers.route import Route
from providers.tokens import GivenToken
from tests.contracts.account import KEY, WINDOW, at, busy, draft, plenty, span
from tests.exchange.account import ANNA, MailboxAccount, provider_at, settings_of
from tests.providers.google import Waiting
from tests.vendors.common import Answer, Fake, Request
from tests.vendors.exchange import HANDSHAKE, PASSWORD, FakeExchange, Fault

BRIDGE, ROOM = "bridge@contoso.example.com", "room1@contoso.example.com"


@pytest.fixture
def exchange() -> Iterator[FakeExchange]:
    with FakeExchange() as exchange:
        exchange.add_mailbox(ANNA)
        exchange.add_mailbox(BRIDGE, impersonates=True)
        exchange.add_mailbox(ROOM, is_room=True)
        yield exchange


def test_of_two_events_under_one_key_the_younger_goes(exchange: FakeExchange) -> None:
    provider = provider_at(exchange)
    elder = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=plenty())
    copied = next(iter(exchange.world.mailbox(ANNA).folder("calendar").items.values()))
    properties = deepcopy(copied.properties)  # an earlier request, whose answer was lost, lands after all
    exchange.add_event(ANNA, *span(1, 9), properties=properties, uid=KEY)
    found = provider.find_event("calendar", KEY, deadline=plenty())
    assert found is not None
    assert found.ref.event_id == elder.ref.event_id
    again = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=plenty())
    assert again.ref.event_id == elder.ref.event_id
    assert [each["id"] for each in exchange.events(ANNA)] == [elder.ref.event_id]


def schedule(provider: ExchangeCalendars, address: str, window: Interval = WINDOW) -> BusyAnswer:
    query = BusyQuery(f"schedule:{address}")
    return provider.free_busy([query], window, deadline=plenty())[query]


def test_a_room_is_asked_for_in_as_many_questions_as_its_time_takes(exchange: FakeExchange) -> None:
    window = Interval(WINDOW.start, WINDOW.start + timedelta(days=100))
    late = Interval(at(1, 9) + timedelta(days=90), at(1, 10) + timedelta(days=90))
    exchange.add_event(ROOM, *span(1, 9))
    exchange.add_event(ROOM, *span(2, 9), show_as="Free")
    exchange.add_event(ROOM, *late, show_as="Tentative")
    provider = provider_at(exchange)
    assert schedule(provider, ROOM, window) == (span(1, 9), late)
    assert exchange.operations().count("GetUserAvailability") == 3
    assert provider.identity(f"schedule:{ROOM.upper()}", deadline=plenty()) == ROOM


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"schedule_unknown": True}, ProviderUnavailable),
        ({"schedule_view": "None"}, ProviderUnavailable),
        ({"schedule_error": "ErrorNoFreeBusyAccess"}, AccessDenied),
        ({"schedule_error": "ErrorMailRecipientNotFound"}, CalendarNotFound),
        ({"schedule_error": "ErrorFreeBusyGenerationFailed"}, ProviderUnavailable),
    ],
)
def test_what_exchange_does_not_know_is_unknown(
    exchange: FakeExchange, members: dict[str, object], expected: type[ProviderError]
) -> None:
    exchange.change_mailbox(ROOM, **members)
    assert isinstance(schedule(provider_at(exchange), ROOM), expected)


def test_where_only_a_picture_of_the_times_is_shown_it_is_read(exchange: FakeExchange) -> None:
    exchange.change_mailbox(ROOM, schedule_view="MergedOnly")
    exchange.add_event(ROOM, *span(1, 9, minutes=60))
    assert schedule(provider_at(exchange), ROOM) == (span(1, 9, minutes=60),)


def test_a_calendar_of_more_entries_than_are_told_at_once_is_read_whole(exchange: FakeExchange) -> None:
    exchange.set_limits(most=3, most_in_view=3)
    times = [span(day, hour) for day in range(1, 6) for hour in (9, 11)]
    for each in times:
        exchange.add_event(ANNA, *each)
    assert busy(provider_at(exchange), "calendar") == tuple(times)


def test_a_service_account_acts_for_a_mailbox(exchange: FakeExchange) -> None:
    exchange.add_event(ANNA, *span(1, 9))
    provider = provider_at(exchange, signed_in_as=BRIDGE, impersonates=True)
    assert busy(provider, "calendar") == (span(1, 9),)
    as_itself = provider_at(exchange, signed_in_as=BRIDGE)
    query = BusyQuery("calendar")
    assert isinstance(as_itself.free_busy([query], WINDOW, deadline=plenty())[query], AccessDenied)


def test_a_line_that_is_signed_in_stays_so_and_is_nobody_elses_meanwhile(exchange: FakeExchange) -> None:
    provider = provider_at(exchange)
    for _ in range(3):
        busy(provider, "calendar")
    assert exchange.operations().count(HANDSHAKE) == 2
    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(lambda _: busy(provider, "calendar"), range(24))) == {()}


def test_a_refused_password_is_kept_from_the_server_for_a_while(exchange: FakeExchange) -> None:
    waiting = Waiting()
    wrong = GivenToken(f"{exchange.user(ANNA)}:wrong")
    provider = provider_at(exchange, clocks=waiting.clocks(), tokens=wrong, auth="basic")
    shown = []
    for pause in (0, 30, 31, 60, 61):
        waiting.sleep(pause)
        with pytest.raises(ConnectionExpired):
            provider.list_calendars(deadline=waiting.deadline())
        shown.append(len(exchange.requests))
    assert shown == [1, 1, 2, 2, 3]


def test_of_many_who_have_a_wrong_password_one_shows_it(exchange: FakeExchange) -> None:
    waiting = Waiting()
    lines = Lines(settings_of(exchange, auth="basic"), waiting.monotonic)
    wrong = GivenToken(f"{exchange.user(ANNA)}:wrong")
    boxes = [ExchangeCalendars(each, wrong, lines, clocks=waiting.clocks()) for each in (ANNA, BRIDGE) * 4]
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(each.list_calendars, deadline=plenty()) for each in boxes]
    assert {type(each.exception()) for each in answers} == {ConnectionExpired}
    assert len(exchange.requests) == 1


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.UNAVAILABLE])
def test_a_write_that_was_never_signed_in_did_not_happen(exchange: FakeExchange, fault: Fault) -> None:
    provider = provider_at(exchange)
    provider.list_calendars(deadline=plenty())
    exchange.set_password(ANNA, PASSWORD)  # every line is signed out
    exchange.fail_next(fault, operation=HANDSHAKE, times=None, after=1)
    with pytest.raises(ProviderUnavailable):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=plenty())
    assert exchange.events(ANNA) == []


@pytest.mark.parametrize("operation", ["FindItem", HANDSHAKE])
def test_a_server_that_hangs_is_given_up_in_time(exchange: FakeExchange, operation: str) -> None:
    provider = provider_at(exchange)
    exchange.fail_next(Fault.HANG, operation=operation, times=None)
    waiting = Waiting()
    query = BusyQuery("calendar")
    answer = provider.free_busy([query], WINDOW, deadline=waiting.deadline(0.4))[query]
    assert isinstance(answer, ProviderUnavailable)


def test_a_busy_server_is_left_alone_for_as_long_as_it_says(exchange: FakeExchange) -> None:
    waiting = Waiting()
    provider = provider_at(exchange, clocks=waiting.clocks())
    busy(provider, "calendar")
    exchange.fail_next(Fault.BUSY, operation="FindItem", retry_after="2500")
    query = BusyQuery("calendar")
    assert provider.free_busy([query], WINDOW, deadline=waiting.deadline())[query] == ()
    assert waiting.slept == [2.5]
    exchange.fail_next(Fault.BUSY, operation="FindItem", retry_after="60000")
    asked = len(exchange.requests)
    for _ in range(2):
        found = provider.free_busy([query], WINDOW, deadline=waiting.deadline(5.0))[query]
        assert isinstance(found, RateLimited)
    assert len(exchange.requests) == asked + 1


def test_a_create_that_exchange_answers_with_trouble_is_in_doubt(exchange: FakeExchange) -> None:
    provider = provider_at(exchange)
    exchange.fail_next(Fault.SERVER_ERROR_AFTER, operation="CreateItem")
    with pytest.raises(WriteUnknown):
        provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=plenty())
    assert len(exchange.events(ANNA)) == 1


def test_markup_that_people_made_of_the_text_stays(exchange: FakeExchange) -> None:
    provider = provider_at(exchange)
    was = replace(draft(span(1, 9)), description="Name: Kim\nWish: <short>")
    now = replace(was, description="Name: Tim & Kim\nWish: <short>")
    event = provider.create_event("calendar", KEY, was, deadline=plenty())
    markup = "<html><body><b>Mine</b><p>Name: Kim</p>{}</body></html>"
    exchange.change_event(
        ANNA, event.ref.event_id, body=markup.format("Wish: &lt;short&gt;"), body_type="HTML"
    )
    provider.amend_event(event.ref, was, now, deadline=plenty())
    (stored,) = exchange.events(ANNA)
    wanted = markup.replace("Name: Kim", "Name: Tim &amp; Kim").format("Wish: &lt;short&gt;")
    assert (stored["body"], stored["body_type"]) == (wanted, "HTML")


def with_room(interval: Interval) -> EventDraft:
    room = EventAttendee(ROOM, "Room 1", is_resource=True)
    return replace(draft(interval), attendees=(EventAttendee("kim@example.org"), room))


def test_a_room_is_invited_as_one_and_its_refusal_is_seen(exchange: FakeExchange) -> None:
    provider = provider_at(exchange)
    made = provider.create_event("calendar", KEY, with_room(span(1, 9)), deadline=plenty())
    (stored,) = exchange.events(ANNA)
    assert stored["guests"] == {"kim@example.org": "RequiredAttendees", ROOM: "Resources"}
    assert stored["location"] == "Room 1"
    assert provider.read_event(made.ref, deadline=plenty()).rooms == {ROOM}
    exchange.answer(ANNA, made.ref.event_id, ROOM, "Decline")
    assert provider.read_event(made.ref, deadline=plenty()).rooms == frozenset()
    provider.amend_event(made.ref, with_room(span(1, 9)), draft(span(1, 9)), deadline=plenty())
    assert exchange.events(ANNA)[0]["guests"] == {}


def test_a_server_whose_authority_is_not_believed_is_not_spoken_to(exchange: FakeExchange) -> None:
    waiting = Waiting()
    settings = replace(settings_of(exchange), route=Route())
    token = GivenToken(f"{exchange.user(ANNA)}:{PASSWORD}")
    lines = Lines(settings, waiting.monotonic)
    provider = ExchangeCalendars(ANNA, token, lines, clocks=waiting.clocks())
    with pytest.raises(ProviderUnavailable):
        provider.list_calendars(deadline=waiting.deadline())
    assert exchange.requests == []


def test_a_calendar_among_the_deleted_things_is_none(exchange: FakeExchange) -> None:
    account = MailboxAccount(exchange)
    mailbox = exchange.world.mailbox(ANNA)
    folder = next(each for each in mailbox.folders.values() if each.name == "Second")
    folder.parent = mailbox.folder("deleteditems").id
    listed = account.make_provider().list_calendars(deadline=plenty())
    assert [each.id for each in listed] == ["calendar"]


def test_a_calendar_made_anew_under_its_name_is_found(exchange: FakeExchange) -> None:
    before = exchange.add_calendar(ANNA, "Second")
    provider, queries = provider_at(exchange), [BusyQuery("calendar"), BusyQuery("Second")]
    provider.free_busy(queries, WINDOW, deadline=plenty())
    del exchange.world.mailbox(ANNA).folders[before]  # or the mailbox was moved: its folders have other ids
    exchange.add_calendar(ANNA, "Second")
    provider.free_busy(queries, WINDOW, deadline=plenty())
    assert provider.free_busy(queries, WINDOW, deadline=plenty())[queries[1]] == ()


class Challenging(Fake):
    """A server that lets nobody in, by its words for somebody who asks and for somebody who signs in."""

    def __init__(self, first: str, then: str) -> None:
        self._first, self._then = first, then
        super().__init__()

    def answer_to(self, request: Request) -> Answer:
        told = self._then if "authorization" in request.headers else self._first
        return Answer(401, headers={"WWW-Authenticate": told}, content=b"")


def challenged(first: str, then: str) -> ProviderError:
    """Return why somebody is not let in by NTLM."""
    with Challenging(first, then) as server:
        lines = Lines(ExchangeSettings(server.url), Waiting().clocks().monotonic)
        tokens = GivenToken(f"EXAMPLE\\anna:{PASSWORD}")
        provider = ExchangeCalendars(ANNA, tokens, lines, clocks=Waiting().clocks())
        with pytest.raises(ProviderError) as caught:
            provider.list_calendars(deadline=plenty())
    return caught.value


@pytest.mark.parametrize("challenge", [b"", b"NTLMSSP\0", b"NTLMSSP\0\2\0\0\0", b"\xff" * 60])
def test_a_challenge_that_is_none_signs_nobody_in(challenge: bytes) -> None:
    refused = challenged("NTLM", f"NTLM {b64encode(challenge).decode()}")
    assert isinstance(refused, ProviderUnavailable)
    assert refused.detail.startswith("no sign-in")


def test_a_password_that_was_not_asked_for_was_not_refused() -> None:
    refused = challenged('Basic realm="mail"', "")
    assert not isinstance(refused, ConnectionExpired)
    assert "compare auth" in refused.detail
