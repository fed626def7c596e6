"""Lines to Google: kept, shared by threads one at a time, dropped when dead."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from providers.errors import ProviderUnavailable, UnexpectedResponse
from providers.google.calendars import GoogleCalendars
from providers.google.client import built_api
from providers.google.transport import Lines
from tests.providers.google import (
    ANNA,
    BEN,
    KEY,
    WINDOW,
    Waiting,
    calendars,
    draft,
    provider_of,
    query,
    settings_of,
    soon,
    span,
)
from tests.vendors.google import FakeGoogle, Fault, tokens_of
from tests.vendors.google.canned import Canned


def ask(provider: GoogleCalendars) -> None:
    assert provider.free_busy([query()], WINDOW, deadline=soon()) == {query(): ()}


def test_one_connection_serves_call_after_call(google: FakeGoogle) -> None:
    provider = calendars(google)
    for _ in range(5):
        ask(provider)
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert google.connections() == 1


def test_a_refusal_keeps_the_connection(google: FakeGoogle) -> None:
    provider = calendars(google)
    for _ in range(3):
        provider.find_event(ANNA, KEY, deadline=soon())
    assert google.connections() == 1


def test_accounts_may_share_connections(google: FakeGoogle) -> None:
    google.add_account(BEN)
    waiting = Waiting()
    lines = Lines(waiting.monotonic)
    for email in (ANNA, BEN, ANNA):
        provider = GoogleCalendars(
            email, tokens_of(google, email), settings_of(google), clocks=waiting.clocks(), lines=lines
        )
        provider.list_calendars(deadline=soon())
    assert google.connections() == 1
    assert [request.account for request in google.requests] == [ANNA, BEN, ANNA]


def test_threads_never_share_a_connection_at_the_same_time(google: FakeGoogle) -> None:
    provider = calendars(google)
    barrier = threading.Barrier(4)

    def ask_own(number: int) -> set[str | None]:
        barrier.wait()
        found = set()
        for turn in range(10):
            key = f"{number * 100 + turn:032x}"
            found.add(provider.create_event(ANNA, key, draft(span(1, 9), key=key), deadline=soon()).event_key)
        return found

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask_own, range(4)))
    assert answers == [{f"{number * 100 + turn:032x}" for turn in range(10)} for number in range(4)]
    assert google.connections() <= 4


def test_a_connection_that_the_server_ended_is_not_used_for_the_next_call(google: FakeGoogle) -> None:
    provider = calendars(google)
    ask(provider)
    google.hang_up()
    provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert Counter(google.operations())["events.insert"] == 1
    assert google.connections() == 2


def test_a_connection_that_was_silent_for_long_is_not_trusted(google: FakeGoogle) -> None:
    waiting = Waiting()
    provider = calendars(google, waiting=waiting)
    ask(provider)
    waiting.sleep(54)
    ask(provider)
    assert google.connections() == 1
    waiting.sleep(56)
    ask(provider)
    assert google.connections() == 2


def test_after_a_broken_answer_a_new_connection_is_taken(google: FakeGoogle) -> None:
    provider = calendars(google)
    google.fail_next(Fault.TRUNCATE)
    provider.free_busy([query()], WINDOW, deadline=soon())
    ask(provider)
    assert google.connections() == 2


def test_after_a_time_out_the_late_answer_is_nobodys(google: FakeGoogle) -> None:
    google.add_event(ANNA, *span(1, 9))
    provider = calendars(google)
    google.fail_next(Fault.TRICKLE, seconds=0.15)
    assert provider.free_busy([query()], WINDOW, deadline=soon(0.1))[query()] != (span(1, 9),)
    assert ANNA in {info.id for info in provider.list_calendars(deadline=soon())}


def test_a_kept_connection_waits_no_longer_than_each_calls_own_deadline(google: FakeGoogle) -> None:
    provider = calendars(google)
    ask(provider)
    google.fail_next(Fault.HANG, seconds=2)  # then the line drops, and the request would be sent again
    (answer,) = provider.free_busy([query()], WINDOW, deadline=soon(0.2)).values()
    assert isinstance(answer, ProviderUnavailable)


def test_a_provider_that_is_let_go_hangs_up(google: FakeGoogle) -> None:
    provider = calendars(google)
    gc.collect(0)  # what is younger by a collection comes first at the last one
    ask(provider)
    del provider
    gc.collect()  # a connection left open would be a ResourceWarning, and warnings are errors


def test_the_client_is_built_once_and_without_network(google: FakeGoogle) -> None:
    calendars(google)
    assert built_api() is built_api()
    assert google.requests == []


@pytest.mark.parametrize("content", [b"", b"null", b"7"])
def test_a_body_that_is_no_json_object_is_never_free(canned: Canned, content: bytes) -> None:
    canned.say(content)
    (answer,) = provider_of(canned).free_busy([query()], WINDOW, deadline=soon()).values()
    assert isinstance(answer, UnexpectedResponse)
    assert answer.field in ("body", "calendars")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b"{", b"<html>Wait</html>"])
def test_a_body_that_is_no_json_is_asked_for_again(canned: Canned, content: bytes) -> None:
    canned.say(content)
    canned.answer({"calendars": {ANNA: {"busy": []}}})
    (answer,) = provider_of(canned).free_busy([query()], WINDOW, deadline=soon()).values()
    assert answer == ()
    assert len(canned.requests) == 2
