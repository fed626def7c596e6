"""Keep a consent at Google alive, or end it: refresh and revoke.

Apart from the sign-in, whose libraries no server needs while it runs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from google.oauth2.credentials import Credentials

from providers.base import Deadline
from providers.google.client import PROVIDER
from providers.google.errors import error_code, refusal_of
from providers.google.settings import GoogleSettings
from providers.google.token_endpoint import FORM, Wire, post
from providers.http import Call, session
from providers.tokens import Grant

_Credentials: Any = Credentials  # google-auth leaves it untyped


def refresh(
    settings: GoogleSettings, refresh_token: str, scopes: Collection[str], *, deadline: Deadline
) -> Grant:
    """Return a new access token; `scopes` are those granted before, as stored.

    ConnectionExpired: the consent is gone, the owner must connect again. AccessDenied: Google refuses the
    OAuth client or the scopes.
    """
    call = Call(PROVIDER, "refresh", deadline)
    credentials = _Credentials(
        token=None,
        refresh_token=refresh_token,
        token_uri=settings.token_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        # Scopes beyond the grant end in invalid_scope: those that were granted, not those asked for.
        scopes=sorted(scopes) or None,
    )
    with session(settings.route) as made:
        expires_at = Wire(made, call).refresh(credentials)
    rotated = credentials.refresh_token
    return Grant(
        email=None,
        access_token=credentials.token,
        expires_at=expires_at,
        # Google may give another one; None leaves the stored one as it is.
        refresh_token=rotated if rotated != refresh_token else None,
        granted_scopes=frozenset(credentials.granted_scopes or scopes),
    )


def revoke(settings: GoogleSettings, token: str, *, deadline: Deadline) -> None:
    """End the consent that a refresh or access token belongs to; one that is dead already is done."""
    call = Call(PROVIDER, "revoke", deadline)
    with session(settings.route) as made:
        answer = post(made, call, settings.revoke_url, {"token": token}, FORM)
    if answer.status_code not in (200, 400):  # 400 invalid_token: revoked or expired before
        raise refusal_of(call, error_code(answer))
