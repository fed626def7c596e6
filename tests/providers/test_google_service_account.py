"""Service accounts with domain-wide delegation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from providers.errors import AccessDenied, ConnectionExpired, ProviderUnavailable
from providers.google.calendars import GoogleCalendars
from providers.google.delegation import ServiceAccountTokens, service_account_tokens
from providers.google.settings import CALENDAR_SCOPES, GoogleSettings
from providers.google.transport import Lines
from tests.providers.google import ANNA, BEN, NOW, WINDOW, Waiting, calendars, query, settings_of, soon, span
from tests.providers.hanging import hanging
from tests.vendors.google import FakeGoogle, Fault

ROBOT = "robot@fake-project.iam.gserviceaccount.com"


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime.now(NOW.tzinfo)

    def __call__(self) -> datetime:
        return self.now


def tokens_for(
    google: FakeGoogle,
    subject: str = ANNA,
    *,
    allowed: tuple[str, ...] = CALENDAR_SCOPES,
    clock: Clock | None = None,
) -> ServiceAccountTokens:
    key = google.add_service_account(ROBOT, allowed)
    return service_account_tokens(
        key, subject, settings=GoogleSettings(token_url=google.token_url), now=clock or Clock()
    )


def test_it_acts_for_each_account_with_a_token_of_its_own(google: FakeGoogle) -> None:
    google.add_account(BEN)
    google.add_event(BEN, *span(1, 9))
    for email, busy in ((ANNA, ()), (BEN, (span(1, 9),))):
        provider = calendars(google, email, tokens=tokens_for(google, email))
        assert provider.free_busy([query("primary")], WINDOW, deadline=soon()) == {query("primary"): busy}
    assert google.operations() == ["token", "freebusy.query"] * 2


def test_a_token_is_kept_until_shortly_before_it_ends(google: FakeGoogle) -> None:
    clock = Clock()
    tokens = tokens_for(google, clock=clock)
    first = tokens.access_token(deadline=soon())
    clock.now += timedelta(minutes=58)
    assert tokens.access_token(deadline=soon()) == first
    clock.now += timedelta(minutes=1, seconds=30)
    assert tokens.access_token(deadline=soon()) != first
    assert google.operations() == ["token", "token"]


def test_the_background_renews_a_token_before_a_call_has_to(google: FakeGoogle) -> None:
    clock = Clock()
    tokens = tokens_for(google, clock=clock)
    first = tokens.access_token(deadline=soon())
    clock.now += timedelta(minutes=45)
    tokens.keep_fresh(deadline=soon())
    assert google.operations() == ["token"]
    clock.now += timedelta(minutes=6)
    tokens.keep_fresh(deadline=soon())
    assert tokens.access_token(deadline=soon()) != first
    assert google.operations() == ["token", "token"]


def test_a_call_does_not_wait_for_a_renewal(google: FakeGoogle) -> None:
    clock = Clock()
    tokens = tokens_for(google, clock=clock)
    first = tokens.access_token(deadline=soon())
    clock.now += timedelta(minutes=55)
    with hanging(google, "token", lambda deadline: tokens.keep_fresh(deadline=deadline)) as slow:
        assert tokens.access_token(deadline=soon()) == first
        assert not slow.done()
    assert isinstance(slow.exception(), ProviderUnavailable)


def test_many_threads_fetch_one_token(google: FakeGoogle) -> None:
    tokens = tokens_for(google)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: tokens.access_token(deadline=soon()), range(16)))
    assert len(found) == 1
    assert google.operations() == ["token"]


def test_a_rejected_token_is_fetched_anew(google: FakeGoogle) -> None:
    tokens = tokens_for(google)
    provider = calendars(google, tokens=tokens)
    provider.list_calendars(deadline=soon())
    google.end_access(ANNA)
    provider.list_calendars(deadline=soon())
    assert google.operations() == [
        "token",
        "calendarList.list",
        "calendarList.list",
        "token",
        "calendarList.list",
    ]


def test_a_rejection_of_an_older_token_changes_nothing(google: FakeGoogle) -> None:
    tokens = tokens_for(google)
    first = tokens.access_token(deadline=soon())
    tokens.rejected("fake-older")
    assert tokens.access_token(deadline=soon()) == first


def test_scopes_the_administrator_did_not_allow_are_told(google: FakeGoogle) -> None:
    tokens = tokens_for(google, allowed=CALENDAR_SCOPES[:1])
    with pytest.raises(AccessDenied) as caught:
        tokens.access_token(deadline=soon())
    assert caught.value.detail == "unauthorized_client"


def test_an_account_outside_of_the_workspace_is_told(google: FakeGoogle) -> None:
    with pytest.raises(ConnectionExpired):
        tokens_for(google, "nobody@example.org").access_token(deadline=soon())


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.SERVER_ERROR, Fault.DROP, Fault.HANG])
def test_trouble_at_the_token_endpoint_ends_with_the_deadline(google: FakeGoogle, fault: Fault) -> None:
    google.fail_next(fault, operation="token", times=None)
    tokens = tokens_for(google)
    with pytest.raises(ProviderUnavailable):
        tokens.access_token(deadline=soon(0.2))
    google.come_up()
    assert tokens.access_token(deadline=soon())


def test_who_waits_for_anothers_fetch_waits_no_longer_than_the_deadline(google: FakeGoogle) -> None:
    tokens = tokens_for(google)
    with hanging(google, "token", lambda deadline: tokens.access_token(deadline=deadline)) as slow:
        with pytest.raises(ProviderUnavailable):
            tokens.access_token(deadline=soon(0.05))
        assert not slow.done()
    assert isinstance(slow.exception(), ProviderUnavailable)


@pytest.mark.parametrize("key", [{}, {"type": "service_account"}, {"private_key": "no key"}])
def test_a_file_that_is_no_key_is_refused_at_once(key: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        service_account_tokens(key, ANNA, settings=GoogleSettings(), now=Clock())


def test_requests_can_be_counted_per_account(google: FakeGoogle) -> None:
    google.add_account(BEN)
    lines = Lines(Waiting().monotonic)
    for email in (ANNA, BEN):
        provider = GoogleCalendars(
            email,
            tokens_for(google, email),
            settings_of(google),
            clocks=Waiting().clocks(),
            lines=lines,
            spread_quota=True,
        )
        provider.list_calendars(deadline=soon())
        made = provider.list_events("primary", WINDOW, deadline=soon())
        assert made == ()
    users = [request.parameters["quotaUser"] for request in google.requests if request.operation != "token"]
    assert users[0] == users[1] != users[2] == users[3]
    assert max(map(len, users)) <= 40
    assert not any(ANNA in user for user in users)
