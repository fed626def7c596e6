"""What the tests of Google's sign-in share."""

from __future__ import annotations

from typing import Any

from providers.google.settings import REQUIRED_SCOPES, GoogleSettings
from providers.google.sign_in import begin_consent, finish_consent
from providers.tokens import Grant
from tests.providers.google import ANNA, settings_of, soon
from tests.vendors.google import FakeGoogle

CALLBACK = "https://bridge.example.com/connect/google/callback"


def sign_in(google: FakeGoogle, **decision: Any) -> Grant:
    settings = settings_of(google)
    url, state, verifier = begin_consent(settings, CALLBACK, REQUIRED_SCOPES, ANNA)
    answer = google.consent(url, ANNA, **decision)
    return finish(settings, verifier, state, answer)


def finish(settings: GoogleSettings, verifier: str, state: str, answer: str) -> Grant:
    return finish_consent(
        settings,
        CALLBACK,
        verifier=verifier,
        state=state,
        authorization_response_url=answer,
        deadline=soon(),
    )


GOOD = {"access_token": "fake", "expires_in": 3599, "scope": "openid", "token_type": "Bearer"}
