"""Tokens that are rejected, expire, or lack a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from providers.base import CalendarProvider
from providers.busy_policy import BusyPolicy
from providers.errors import AccessDenied, ConnectionExpired, ProviderError, ProviderUnavailable
from providers.google.settings import CALENDAR_LIST, CALENDAR_SCOPES, EVENTS, FREE_BUSY
from tests.providers.google import ANNA, KEY, WINDOW, calendars, draft, query, soon, span
from tests.vendors.google import FakeGoogle, Fault, tokens_of

Ask = Callable[[CalendarProvider], Any]

NEEDS: dict[str, tuple[Ask, str]] = {
    "list_calendars": (lambda provider: provider.list_calendars(deadline=soon()), CALENDAR_LIST),
    "create_event": (
        lambda provider: provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon()),
        EVENTS,
    ),
    "list_events": (lambda provider: provider.list_events(ANNA, WINDOW, deadline=soon()), EVENTS),
    "changes": (lambda provider: provider.changes(ANNA, None, deadline=soon()), EVENTS),
}


def free_busy(provider: CalendarProvider, policy: BusyPolicy | None = None) -> Any:
    (answer,) = provider.free_busy([query(ANNA, policy)], WINDOW, deadline=soon()).values()
    return answer


def test_a_live_token_is_used_and_nothing_else_is_asked(google: FakeGoogle) -> None:
    tokens = tokens_of(google, ANNA)
    provider = calendars(google, tokens=tokens)
    for _ in range(3):
        assert free_busy(provider) == ()
    assert tokens.rejections == []
    assert google.operations() == ["freebusy.query"] * 3


def test_a_rejected_token_is_told_and_the_next_one_tried_once(google: FakeGoogle) -> None:
    tokens = tokens_of(google, ANNA)
    provider = calendars(google, tokens=tokens)
    old = tokens.access_token(deadline=soon())
    google.end_access(ANNA)
    assert free_busy(provider) == ()
    assert tokens.rejections == [old]
    assert google.operations() == ["freebusy.query"] * 2


def test_a_write_with_a_rejected_token_is_done_once_with_the_next(google: FakeGoogle) -> None:
    tokens = tokens_of(google, ANNA)
    tokens.access_token(deadline=soon())
    google.end_access(ANNA)
    calendars(google, tokens=tokens).create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert len(google.events(ANNA)) == 1


def test_two_rejected_tokens_mean_that_the_connection_is_gone(google: FakeGoogle) -> None:
    tokens = tokens_of(google, ANNA)
    google.fail_next(Fault.UNAUTHORIZED, times=None)
    with pytest.raises(ConnectionExpired):
        calendars(google, tokens=tokens).list_calendars(deadline=soon())
    assert len(set(tokens.rejections)) == 2
    assert len(google.requests) == 2


def test_the_same_token_again_is_not_tried_again(google: FakeGoogle) -> None:
    class Stubborn:
        def access_token(self, **_: Any) -> str:
            return "fake-access-always"

        def rejected(self, token: str) -> None:
            assert token == "fake-access-always"

    with pytest.raises(ConnectionExpired):
        calendars(google, tokens=Stubborn()).list_calendars(deadline=soon())
    assert len(google.requests) == 1


@pytest.mark.parametrize(
    ("state", "error"), [("has_expired", ConnectionExpired), ("has_none", ProviderUnavailable)]
)
def test_without_a_token_nothing_is_sent_and_the_reason_is_passed_on(
    google: FakeGoogle, state: str, error: type[ProviderError]
) -> None:
    tokens = tokens_of(google, ANNA)
    setattr(tokens, state, True)
    provider = calendars(google, tokens=tokens)
    assert isinstance(free_busy(provider), error)
    with pytest.raises(error):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert google.requests == []


@pytest.mark.parametrize("name", NEEDS)
def test_a_missing_scope_is_named(google: FakeGoogle, name: str) -> None:
    ask, needed = NEEDS[name]
    tokens = tokens_of(google, ANNA, [scope for scope in CALENDAR_SCOPES if scope != needed])
    with pytest.raises(AccessDenied) as caught:
        ask(calendars(google, tokens=tokens))
    assert caught.value.detail == f"scope missing: {needed}"


@pytest.mark.parametrize(
    ("policy", "needed"), [(BusyPolicy(), FREE_BUSY), (BusyPolicy(frozenset({"busy"})), EVENTS)]
)
def test_a_scope_missing_for_free_busy_is_named(google: FakeGoogle, policy: BusyPolicy, needed: str) -> None:
    tokens = tokens_of(google, ANNA, [scope for scope in CALENDAR_SCOPES if scope != needed])
    answer = free_busy(calendars(google, tokens=tokens), policy)
    assert isinstance(answer, AccessDenied)
    assert answer.detail == f"scope missing: {needed}"


@pytest.mark.parametrize("name", NEEDS)
def test_the_scopes_asked_for_at_sign_in_are_enough(google: FakeGoogle, name: str) -> None:
    ask, _ = NEEDS[name]
    ask(calendars(google, tokens=tokens_of(google, ANNA, CALENDAR_SCOPES)))
