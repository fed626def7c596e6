"""Signing in at Google: the consent page, and the exchange of its code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from providers.errors import (
    AccessDenied,
    ConsentDenied,
    ConsentMismatch,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.google.renewal import refresh
from providers.google.settings import (
    CALENDAR_LIST,
    EMAIL,
    EVENTS,
    FREE_BUSY,
    REQUIRED_SCOPES,
    GoogleSettings,
    missing_scopes,
)
from providers.google.sign_in import begin_consent
from tests.providers.google import ANNA, WINDOW, calendars, query, settings_of, soon
from tests.providers.google_signing_in import CALLBACK, GOOD, finish, sign_in
from tests.vendors.google import FakeGoogle, FakeTokens, Fault
from tests.vendors.google.canned import Canned

# {}.{"aud":"other","email":"x@example.com"}.{}: what another client's sign-in would be given
ANOTHERS = "e30.eyJhdWQiOiJvdGhlciIsImVtYWlsIjoieEBleGFtcGxlLmNvbSJ9.e30"


def test_the_consent_page_is_asked_for_what_is_needed_and_a_lasting_permission() -> None:
    settings = GoogleSettings("fake-client", "fake-secret")
    url, state, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES, ANNA)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://accounts.google.com/o/oauth2/auth?")
    assert asked["scope"].split() == ["openid", EMAIL, FREE_BUSY, EVENTS, CALENDAR_LIST]
    assert asked["state"] == state
    assert (asked["access_type"], asked["prompt"], asked["login_hint"]) == ("offline", "consent", ANNA)
    assert (asked["redirect_uri"], asked["response_type"]) == (CALLBACK, "code")
    assert asked["code_challenge_method"] == "S256"
    assert len(verifier) >= 43
    assert verifier not in url
    assert "fake-secret" not in url


def test_state_and_verifier_are_new_each_time() -> None:
    settings = GoogleSettings("fake-client", "fake-secret")
    begun = [begin_consent(settings, CALLBACK, REQUIRED_SCOPES) for _ in range(3)]
    assert len({state for _, state, _ in begun}) == len({verifier for *_, verifier in begun}) == 3


def test_a_consent_gives_tokens_that_work(google: FakeGoogle) -> None:
    before = datetime.now(UTC)
    grant = sign_in(google)
    assert grant.email == ANNA
    assert grant.granted_scopes == frozenset(REQUIRED_SCOPES)
    assert grant.refresh_token
    assert timedelta(seconds=3500) < grant.expires_at - before < timedelta(seconds=3700)
    provider = calendars(google, tokens=FakeTokens(lambda: grant.access_token))
    assert provider.free_busy([query()], WINDOW, deadline=soon()) == {query(): ()}


def test_a_consent_works_through_the_page_as_a_browser_sees_it(google: FakeGoogle) -> None:
    settings = settings_of(google)
    url, state, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES, ANNA)
    with requests.Session() as browser:
        page = browser.get(url, timeout=5).text
        assert all(word in page for word in (ANNA, FREE_BUSY, "Continue", "Cancel"))
        form = [*parse_qs(urlsplit(url).query, keep_blank_values=True).items()]
        fields = [(name, value) for name, values in form if name != "scope" for value in values]
        fields += [("scope", scope) for scope in REQUIRED_SCOPES if scope != EVENTS]
        fields += [("account", ANNA), ("decision", "allow")]
        decided = browser.post(f"{google.url}/o/oauth2/decide", data=fields, allow_redirects=False, timeout=5)
    grant = finish(settings, verifier, state, decided.headers["Location"])
    assert missing_scopes(grant.granted_scopes) == (EVENTS,)


def test_unticked_scopes_are_no_error_but_are_told(google: FakeGoogle) -> None:
    grant = sign_in(google, untick=["calendar.events", "calendar.freebusy"])
    assert missing_scopes(grant.granted_scopes) == (FREE_BUSY, EVENTS)
    assert grant.refresh_token


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (REQUIRED_SCOPES, ()),
        ((), REQUIRED_SCOPES),
        (("openid", "email", "https://www.googleapis.com/auth/calendar"), ()),
        (
            ("openid", EMAIL, "https://www.googleapis.com/auth/calendar.readonly"),
            (EVENTS,),
        ),
    ],
)
def test_a_wider_scope_covers_a_narrower_one(granted: tuple[str, ...], missing: tuple[str, ...]) -> None:
    assert missing_scopes(granted) == missing


def test_a_second_consent_gives_a_refresh_token_again(google: FakeGoogle) -> None:
    first, second = sign_in(google), sign_in(google)
    assert first.refresh_token != second.refresh_token
    assert second.refresh_token


def test_a_missing_refresh_token_is_told_as_none(google: FakeGoogle) -> None:
    google.set_tokens(withhold_refresh=True)
    assert sign_in(google).refresh_token is None


def test_saying_no_is_told_as_such(google: FakeGoogle) -> None:
    with pytest.raises(ConsentDenied):
        sign_in(google, deny=True)
    assert google.operations() == []


def test_an_answer_to_another_sign_in_is_not_taken(google: FakeGoogle) -> None:
    settings = settings_of(google)
    _, _, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES)
    other, _, _ = begin_consent(settings, CALLBACK, REQUIRED_SCOPES)
    with pytest.raises(ConsentMismatch):
        finish(settings, verifier, "fake-state", google.consent(other, ANNA))
    assert google.operations() == []


def test_a_code_is_good_once(google: FakeGoogle) -> None:
    settings = settings_of(google)
    url, state, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES)
    answer = google.consent(url, ANNA)
    finish(settings, verifier, state, answer)
    with pytest.raises(ConsentMismatch):
        finish(settings, verifier, state, answer)


def test_a_stolen_code_is_no_use_without_the_verifier(google: FakeGoogle) -> None:
    settings = settings_of(google)
    url, state, _ = begin_consent(settings, CALLBACK, REQUIRED_SCOPES)
    with pytest.raises(ConsentMismatch):
        finish(settings, "x" * 64, state, google.consent(url, ANNA))


def test_a_callback_behind_a_proxy_may_say_http(google: FakeGoogle) -> None:
    settings = settings_of(google)
    url, state, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES)
    answer = google.consent(url, ANNA).replace("https://", "http://")
    assert finish(settings, verifier, state, answer).email == ANNA


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", ConsentMismatch),
        ("state=s", ConsentMismatch),
        ("code=c", ConsentMismatch),
        ("code=c&state=other", ConsentMismatch),
        ("error=access_denied&state=s", ConsentDenied),
        ("error=admin_policy_enforced&state=s", AccessDenied),
        ("error=org_internal&state=s", AccessDenied),
        ("error=temporarily_unavailable&state=s", ProviderUnavailable),
        ("error=%3Cscript%3E&state=s", ConsentMismatch),
    ],
)
def test_every_odd_callback_has_one_meaning(
    google: FakeGoogle, query: str, error: type[ProviderError]
) -> None:
    with pytest.raises(error) as caught:
        finish(settings_of(google), "v" * 43, "s", f"{CALLBACK}?{query}")
    assert type(caught.value) is error
    assert "script" not in str(caught.value)
    assert google.operations() == []


def test_a_wrong_client_secret_is_told_as_such(google: FakeGoogle) -> None:
    settings = settings_of(google)
    wrong = GoogleSettings(
        settings.client_id, "fake-wrong", auth_url=settings.auth_url, token_url=settings.token_url
    )
    url, state, verifier = begin_consent(wrong, CALLBACK, REQUIRED_SCOPES)
    with pytest.raises(AccessDenied) as caught:
        finish(wrong, verifier, state, google.consent(url, ANNA))
    assert caught.value.detail == "invalid_client"


@pytest.mark.parametrize(
    "fault",
    [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.DROP, Fault.TRUNCATE, Fault.RATE_429, Fault.REDIRECT],
)
def test_trouble_at_the_token_endpoint_is_unavailable(google: FakeGoogle, fault: Fault) -> None:
    grant = sign_in(google)
    google.fail_next(fault, operation="token", times=None)
    with pytest.raises(ProviderUnavailable):
        sign_in(google)
    with pytest.raises(ProviderUnavailable):
        refresh(settings_of(google), str(grant.refresh_token), REQUIRED_SCOPES, deadline=soon())
    assert google.operations().count("token") == 3


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        GOOD,
        GOOD | {"id_token": "no.jwt.atall"},
        GOOD | {"id_token": 7},
        GOOD | {"id_token": "e30.e30.e30"},
        GOOD | {"id_token": ANOTHERS},
        {name: value for name, value in GOOD.items() if name != "access_token"},
        {name: value for name, value in GOOD.items() if name != "expires_in"},
        GOOD | {"expires_in": "soon"},
        GOOD | {"access_token": None},
    ],
    ids=repr,
)
def test_an_exchange_of_another_shape_is_not_taken(canned: Canned, body: Any) -> None:
    canned.answer(body)
    settings = GoogleSettings("fake-client", "fake-secret", token_url=f"{canned.url}/token")
    with pytest.raises(UnexpectedResponse):
        finish(settings, "v" * 43, "s", f"{CALLBACK}?code=c&state=s")
