"""An application that reaches a tenant's mailboxes without a sign-in page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from providers.errors import AccessDenied, ProviderUnavailable
from providers.microsoft.delegation import AppTokens
from providers.microsoft.sign_in import Entra
from tests.providers.microsoft import (
    BEN,
    CARLA,
    KEY,
    ROOM,
    Waiting,
    app_only,
    asked,
    busy,
    calendars,
    draft,
    query,
    soon,
    span,
)
from tests.vendors.microsoft import CONTOSO, FakeMicrosoft, Fault


def tokens_of_app(ms: FakeMicrosoft, waiting: Waiting) -> AppTokens:
    clocks = waiting.clocks()
    return AppTokens(Entra(ms.settings(tenant=CONTOSO, app_only=True), clocks=clocks), clocks=clocks)


def test_one_token_serves_every_mailbox(ms: FakeMicrosoft) -> None:
    ms.add_account(CARLA)
    ms.add_event(CARLA, *span(1, 9))
    tokens = tokens_of_app(ms, Waiting())
    settings = ms.settings(tenant=CONTOSO, app_only=True)
    assert busy(calendars(ms, BEN, tokens=tokens, settings=settings)) == ()
    assert busy(calendars(ms, CARLA, tokens=tokens, settings=settings)) == (span(1, 9),)
    assert ms.operations() == ["discovery", "token", "calendarView", "calendarView"]
    assert [request.account for request in ms.requests if request.operation == "calendarView"] == [BEN, CARLA]


def test_a_fresh_token_in_the_background_leaves_nothing_for_the_live_path(ms: FakeMicrosoft) -> None:
    waiting = Waiting()
    tokens = tokens_of_app(ms, waiting)
    tokens.keep_fresh(deadline=soon())
    before = len(ms.requests)
    for _ in range(3):
        tokens.access_token(deadline=soon())
    tokens.keep_fresh(deadline=soon())
    assert len(ms.requests) == before
    waiting.now += timedelta(minutes=52)
    first = tokens.access_token(deadline=soon())
    assert len(ms.requests) == before
    tokens.keep_fresh(deadline=soon())
    assert len(ms.requests) == before + 1
    assert tokens.access_token(deadline=soon()) != first


def test_a_rejected_token_is_replaced(ms: FakeMicrosoft) -> None:
    tokens = tokens_of_app(ms, Waiting())
    provider = calendars(ms, tokens=tokens, settings=ms.settings(tenant=CONTOSO, app_only=True))
    busy(provider)
    ms.end_access(None)
    assert busy(provider) == ()
    assert ms.operations().count("token") == 2


def test_rejecting_an_old_token_keeps_the_new_one(ms: FakeMicrosoft) -> None:
    tokens = tokens_of_app(ms, Waiting())
    token = tokens.access_token(deadline=soon())
    tokens.rejected("an older one")
    assert tokens.access_token(deadline=soon()) == token


def test_threads_wait_for_one_request(ms: FakeMicrosoft) -> None:
    ms.set_latency(0.05)
    tokens = tokens_of_app(ms, Waiting())
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: tokens.access_token(deadline=soon()), range(8)))
    assert len(found) == 1
    assert ms.operations() == ["discovery", "token"]


def test_a_wrong_secret_says_what_to_set_right(ms: FakeMicrosoft) -> None:
    ms.sign_in.client_secret = "another-fake-secret"
    with pytest.raises(AccessDenied) as caught:
        tokens_of_app(ms, Waiting()).access_token(deadline=soon())
    assert "client secret" in caught.value.detail
    answer = asked(calendars(ms, tokens=tokens_of_app(ms, Waiting()), settings=ms.settings(app_only=True)))
    assert isinstance(answer, AccessDenied)


def test_a_sign_in_service_in_trouble_leaves_the_calendar_unknown(ms: FakeMicrosoft) -> None:
    ms.fail_next(Fault.UNAVAILABLE, operation="token", times=None)
    settings = ms.settings(tenant=CONTOSO, app_only=True)
    answer = asked(calendars(ms, tokens=tokens_of_app(ms, Waiting()), settings=settings))
    assert isinstance(answer, ProviderUnavailable)


def test_an_application_books_reads_schedules_and_removes(ms: FakeMicrosoft) -> None:
    ms.add_account(ROOM)
    ms.add_event(ROOM, *span(2, 9))
    provider = app_only(ms)
    event = provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon())
    assert busy(provider, query(f"schedule:{ROOM}")) == (span(2, 9),)
    provider.cancel_event(event.ref, notify=True, deadline=soon())
    assert all(request.path.startswith(f"/v1.0/users/{BEN}/") for request in ms.requests)


def test_a_mailbox_that_does_not_exist_is_no_empty_one(ms: FakeMicrosoft) -> None:
    answer = asked(app_only(ms, "nobody@contoso.example.com"))
    assert isinstance(answer, AccessDenied)
    assert "no user" in answer.detail
