"""Refreshing and revoking consents at Google."""

from __future__ import annotations

import logging
from datetime import UTC
from typing import Any

import pytest

from providers.errors import (
    AccessDenied,
    ConnectionExpired,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.google.renewal import refresh, revoke
from providers.google.settings import REQUIRED_SCOPES, GoogleSettings
from tests.providers.google import ANNA, settings_of, soon
from tests.providers.google_signing_in import GOOD, sign_in
from tests.vendors.google import FakeGoogle, Fault
from tests.vendors.google.canned import Canned


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        GOOD | {"access_token": 7},
        {"access_token": "fake"},
        GOOD | {"expires_in": "soon"},
    ],
    ids=repr,
)
def test_a_refresh_of_another_shape_is_not_taken(canned: Canned, body: Any) -> None:
    canned.answer(body)
    settings = GoogleSettings("fake-client", "fake-secret", token_url=f"{canned.url}/token")
    with pytest.raises(UnexpectedResponse):
        refresh(settings, "fake-refresh", (), deadline=soon())


def test_a_refresh_gives_a_new_access_token_and_leaves_the_refresh_token(google: FakeGoogle) -> None:
    grant = sign_in(google)
    fresh = refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
    assert fresh.access_token != grant.access_token
    assert fresh.refresh_token is None
    assert fresh.email is None
    assert fresh.granted_scopes == grant.granted_scopes
    assert fresh.expires_at.tzinfo is UTC


def test_a_rotated_refresh_token_is_handed_on(google: FakeGoogle) -> None:
    grant = sign_in(google)
    google.set_tokens(rotate=True)
    fresh = refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
    assert fresh.refresh_token not in (None, grant.refresh_token)
    with pytest.raises(ConnectionExpired):
        refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
    refresh(settings_of(google), str(fresh.refresh_token), grant.granted_scopes, deadline=soon())


def test_a_consent_that_ended_is_expired_at_once_without_asking_again(google: FakeGoogle) -> None:
    grant = sign_in(google)
    google.end_consent(ANNA)
    with pytest.raises(ConnectionExpired):
        refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
    assert google.operations().count("token") == 2


def test_more_scopes_than_granted_are_refused_at_refresh(google: FakeGoogle) -> None:
    grant = sign_in(google, untick=["calendar.events"])
    with pytest.raises(AccessDenied) as caught:
        refresh(settings_of(google), str(grant.refresh_token), REQUIRED_SCOPES, deadline=soon())
    assert caught.value.detail == "invalid_scope"
    refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())


def test_a_refresh_ends_with_the_deadline(google: FakeGoogle) -> None:
    grant = sign_in(google)
    google.fail_next(Fault.HANG, operation="token")
    with pytest.raises(ProviderUnavailable):
        refresh(settings_of(google), str(grant.refresh_token), REQUIRED_SCOPES, deadline=soon(0.2))


def test_a_revoked_consent_is_dead_and_revoking_again_is_done(google: FakeGoogle) -> None:
    grant = sign_in(google)
    for _ in range(2):
        revoke(settings_of(google), str(grant.refresh_token), deadline=soon())
    with pytest.raises(ConnectionExpired):
        refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())


def test_trouble_while_revoking_is_told(google: FakeGoogle) -> None:
    google.fail_next(Fault.SERVER_ERROR, operation="revoke")
    with pytest.raises(ProviderUnavailable):
        revoke(settings_of(google), "fake-refresh", deadline=soon())


def test_no_secret_stands_in_a_repr_an_error_or_a_log(
    google: FakeGoogle, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        grant = sign_in(google, untick=["calendar.events"])
        fresh = refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
        google.end_consent(ANNA)
        with pytest.raises(ConnectionExpired) as caught:
            refresh(settings_of(google), str(grant.refresh_token), grant.granted_scopes, deadline=soon())
    shown = f"{grant!r} {fresh!r} {settings_of(google)!r} {caught.value!r} {caplog.text}"
    secrets = (grant.access_token, str(grant.refresh_token), fresh.access_token, google.client_secret)
    assert not any(secret in shown for secret in secrets)
