"""Microsoft's sign-in, as connecting sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bridge.connections.sign_in import Answer, Begun, Tokens
from providers.base import Deadline
from providers.microsoft import Entra, missing_scopes
from providers.tokens import Grant

_ = str  # marks a text for the catalogues

# Microsoft's own words on its consent page for Calendars.ReadWrite.
_PERMISSION = _("Have full access to your calendars")


class MicrosoftVendor:
    """Connects Microsoft accounts: of work, of school, and personal ones."""

    provider = "microsoft"
    title = "Microsoft"
    speaks = True

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        """Start a sign-in, for this account if it is known."""
        flow = self._entra.begin_consent(redirect_uri, login_hint=account, deadline=deadline)
        return Begun(flow["auth_uri"], flow["state"], flow)

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        """Return what was granted."""
        consent = self._entra.finish_consent(begun.kept, answer.arguments, deadline=deadline)
        lasting = {"cache": consent.cache, "account_id": consent.account_id, "tenant": consent.tenant}
        return _tokens(consent.grant, lasting if consent.grant.refresh_token else None)

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        """Return the next token, with the cache that holds a rotated refresh token."""
        renewed = self._entra.acquire_silent(
            lasting["cache"], lasting["account_id"], force_refresh=True, deadline=deadline
        )
        changed = {} if renewed.cache is None else {"cache": renewed.cache}
        return _tokens(renewed.grant, {**lasting, **changed}, scopes)

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        """Do nothing: Entra lets an application end no consent, only the owner and the administrator."""
        return False

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        """Return which needed permissions were left out."""
        return (_PERMISSION,) if missing_scopes(scopes) else ()


def _tokens(grant: Grant, lasting: Mapping[str, Any] | None, granted_before: Collection[str] = ()) -> Tokens:
    scopes = grant.granted_scopes or frozenset(granted_before)
    return Tokens(grant.email, grant.access_token, grant.expires_at, scopes, lasting)
