"""Google's sign-in, as connecting sees it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from bridge.connections.sign_in import Answer, Begun, Tokens
from providers.base import Deadline
from providers.google import sign_in
from providers.google.settings import (
    CALENDAR_LIST,
    EMAIL,
    EVENTS,
    FREE_BUSY,
    REQUIRED_SCOPES,
    GoogleSettings,
    missing_scopes,
)
from providers.tokens import Grant

_ = str  # marks a text for the catalogues

# Google's own words on its consent page, so that the owner finds the box that was left empty.
_PERMISSIONS = {
    FREE_BUSY: _("View your availability in your calendars"),
    EVENTS: _("View and edit events on all your calendars"),
    CALENDAR_LIST: _("See the list of Google calendars you’re subscribed to"),
    EMAIL: _("See your primary Google Account email address"),
    "openid": _("Associate you with your personal info on Google"),
}


class GoogleVendor:
    """Connects Google accounts."""

    provider = "google"
    title = "Google"
    speaks = False

    def __init__(self, settings: GoogleSettings) -> None:
        self._settings = settings
        # It writes states, and would write tokens, whatever level the bridge's own log has.
        logging.getLogger("requests_oauthlib").setLevel(logging.INFO)

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        """Start a sign-in, for this account if it is known."""
        url, state, verifier = sign_in.begin_consent(self._settings, redirect_uri, REQUIRED_SCOPES, account)
        return Begun(url, state, {"verifier": verifier})

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        """Return what was granted."""
        return _tokens(
            sign_in.finish_consent(
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
        granted = sign_in.refresh(self._settings, lasting["refresh_token"], scopes, deadline=deadline)
        return _tokens(granted, lasting)

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        """End the consent at Google, with every token that came of it."""
        sign_in.revoke(self._settings, lasting["refresh_token"], deadline=deadline)
        return True

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        """Return which needed permissions were left out."""
        return tuple(_PERMISSIONS[scope] for scope in missing_scopes(scopes))


def _tokens(grant: Grant, kept: Mapping[str, Any] | None = None) -> Tokens:
    lasting = {"refresh_token": grant.refresh_token} if grant.refresh_token else kept
    return Tokens(grant.email, grant.access_token, grant.expires_at, grant.granted_scopes, lasting)
