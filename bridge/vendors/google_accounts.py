"""What reaches Google: the sign-in that connects accounts, and the service account that needs none.

Apart from what is known of Google without any configuration: Google's libraries are loaded with this, where
the configuration has a section for Google.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bridge.connections.sign_in import Answer, Approval, Begun, Tokens
from bridge.connections.tokens import Delegation
from bridge.errors import ConfigError
from bridge.said import Said
from bridge.vendors.google import Google
from providers.base import Deadline
from providers.google import renewal
from providers.google.delegation import ServiceAccountTokens, service_account_tokens
from providers.google.settings import (
    CALENDAR_LIST,
    EMAIL,
    EVENTS,
    FREE_BUSY,
    REQUIRED_SCOPES,
    GoogleSettings,
    missing_scopes,
)
from providers.http import Clocks
from providers.tokens import Grant, TokenSource

_ = str  # marks a text for the catalogues

# Google's own words on its consent page, so that the owner finds the box that was left empty.
_PERMISSIONS = {
    FREE_BUSY: _("View your availability in your calendars"),
    EVENTS: _("View and edit events on all your calendars"),
    CALENDAR_LIST: _("See the list of Google calendars you’re subscribed to"),
    EMAIL: _("See your primary Google Account email address"),
    "openid": _("Associate you with your personal info on Google"),
}
TRUSTED_APPS = "https://admin.google.com/ac/owl/list?tab=configuredApps"
_FOR_ADMINISTRATORS = _(
    "If Google says that the app is blocked or not verified for your company, an administrator of the "
    "Workspace adds it in the Admin console (Security, API controls, App access control) by its client ID, "
    "{client_id}, and trusts it; then connect the account again."
)


class GoogleSignIn:
    """Connects Google accounts."""

    provider = Google.name
    title = Google.title
    main_calendar = Google.main_calendar
    speaks = False

    def __init__(self, settings: GoogleSettings) -> None:
        self._settings = settings
        # It writes states, and would write tokens, whatever level the bridge's own log has.
        logging.getLogger("requests_oauthlib").setLevel(logging.INFO)

    def approval(self, redirect_uri: str, state: str) -> Approval:
        """Return where a Workspace's administrator lists trusted apps; no link trusts one by itself."""
        return Approval(_FOR_ADMINISTRATORS, TRUSTED_APPS, self._settings.client_id)

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        """Start a sign-in, for this account if it is known."""
        from providers.google.sign_in import begin_consent  # with libraries that only a sign-in needs

        url, state, verifier = begin_consent(self._settings, redirect_uri, REQUIRED_SCOPES, account)
        return Begun(url, state, {"verifier": verifier})

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        """Return what was granted."""
        from providers.google.sign_in import finish_consent

        return _tokens(
            finish_consent(
                self._settings,
                redirect_uri,
                verifier=begun.kept["verifier"],
                state=begun.state,
                authorization_response_url=f"{redirect_uri}?{urlencode(answer.arguments)}",
                deadline=deadline,
            )
        )

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        """Return the next token; a refresh token that was rotated replaces the one it came with."""
        granted = renewal.refresh(self._settings, lasting["refresh_token"], scopes, deadline=deadline)
        return _tokens(granted, lasting)

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        """End the consent at Google, with every token that came of it."""
        renewal.revoke(self._settings, lasting["refresh_token"], deadline=deadline)
        return True

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        """Return which needed permissions were left out; the list of calendars only spares looking up ids."""
        needed = [scope for scope in REQUIRED_SCOPES if scope != CALENDAR_LIST]
        return tuple(_PERMISSIONS[scope] for scope in missing_scopes(scopes, needed))


def _tokens(grant: Grant, kept: Mapping[str, Any] | None = None) -> Tokens:
    lasting = {"refresh_token": grant.refresh_token} if grant.refresh_token else kept
    return Tokens(grant.email, grant.access_token, grant.expires_at, grant.granted_scopes, lasting)


def service_account(settings: GoogleSettings, path: Path, clocks: Clocks) -> Delegation:
    """Return how a service account acts for a Workspace's accounts. ConfigError: the file is not its key."""
    try:
        key = json.loads(path.read_text("utf-8"))
        service_account_tokens(key, "", settings=settings, now=clocks.now)
    except (OSError, ValueError, TypeError, AttributeError):
        problem = Said("is not the JSON key file of a Google service account")
        raise ConfigError([("google.service_account_file", problem)]) from None

    made: list[ServiceAccountTokens] = []

    def tokens(account: str) -> TokenSource:
        made.append(service_account_tokens(key, account, settings=settings, now=clocks.now))
        return made[-1]

    return Delegation(tokens, lambda: tuple(made))
