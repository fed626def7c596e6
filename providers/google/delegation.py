"""Get tokens for a Workspace's calendars from a service account with domain-wide delegation.

The administrator must have allowed the account's client id exactly these scopes; otherwise every token is
AccessDenied (unauthorized_client). Source: developers.google.com/identity/protocols/oauth2/service-account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from google.oauth2.service_account import Credentials

from providers.base import Deadline
from providers.google.client import PROVIDER
from providers.google.settings import CALENDAR_SCOPES, GoogleSettings
from providers.google.token_endpoint import Wire
from providers.http import Call, session
from providers.route import Route
from providers.tokens import DelegatedTokens


class ServiceAccountTokens(DelegatedTokens):
    """The tokens of one account of the Workspace."""

    def __init__(self, credentials: Any, route: Route, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._credentials = credentials
        self._route = route

    def _call(self, deadline: Deadline) -> Call:
        return Call(PROVIDER, "service_account_token", deadline)

    def _fetch(self, call: Call) -> tuple[str, datetime]:
        # A session for each: tokens last about an hour, no line is worth keeping that long.
        with session(self._route) as made:
            expires_at = Wire(made, call).refresh(self._credentials)
        return self._credentials.token, expires_at


def service_account_tokens(
    key: Mapping[str, Any],
    subject: str,
    scopes: Collection[str] = CALENDAR_SCOPES,
    *,
    settings: GoogleSettings,
    now: Callable[[], datetime],
) -> ServiceAccountTokens:
    """Return the tokens with which the service account acts as `subject`.

    `key` is the content of the JSON key file. ValueError: it is not one.
    """
    made: Any = Credentials  # google-auth leaves it untyped
    # The key file names Google's own endpoint; what is configured counts.
    credentials = made.from_service_account_info(
        {**key, "token_uri": settings.token_url}, scopes=sorted(scopes), subject=subject
    )
    return ServiceAccountTokens(credentials, settings.route, now)
