"""Sign an account in at Google: begin and finish.

Decides what Google's answers mean for a consent, and keeps nothing: state, verifier and tokens are the
caller's to store. The code is exchanged here and not by `Flow.fetch_token`, which has no deadline, refuses a
test's loopback address, and raises a bare Warning when the owner unticked a permission: what was granted is
read instead, and judged by the caller (`missing_scopes`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import AccessDeniedError, MismatchingStateError, OAuth2Error, WebApplicationClient

from providers.base import Deadline
from providers.errors import (
    AccessDenied,
    ConsentDenied,
    ConsentMismatch,
    ProviderError,
    ProviderUnavailable,
)
from providers.google.client import PROVIDER
from providers.google.errors import error_code, refusal_of
from providers.google.settings import GoogleSettings
from providers.google.token_endpoint import FORM, post
from providers.http import Call, session
from providers.tokens import Grant

_decode: Any = jwt.decode  # google-auth leaves it untyped


def begin_consent(
    settings: GoogleSettings, redirect_uri: str, scopes: Collection[str], login_hint: str | None = None
) -> tuple[str, str, str]:
    """Return the address of Google's page, the state and the PKCE verifier, to be kept server-side.

    `prompt=consent` makes Google give a refresh token again when the account was connected before.
    """
    scheme = settings.auth_url.partition("://")[0]
    addresses = {"auth_uri": _as_https(settings.auth_url), "token_uri": settings.token_url}
    config = {"web": {"client_id": settings.client_id, "client_secret": settings.client_secret, **addresses}}
    flow = Flow.from_client_config(config, scopes=list(scopes), redirect_uri=redirect_uri)
    try:
        url, state = flow.authorization_url(
            # Only with both does Google give a refresh token each time (protocols/oauth2/web-server).
            prompt="consent",
            access_type="offline",
            **({"login_hint": login_hint} if login_hint else {}),
        )
    finally:
        flow.oauth2session.close()
    return f"{scheme}://{url.removeprefix('https://')}", state, flow.code_verifier


def _as_https(url: str) -> str:
    """Return the address as oauthlib insists on it; behind a proxy or in a test it is another's to secure."""
    return f"https://{url.partition('://')[2]}"


def finish_consent(
    settings: GoogleSettings,
    redirect_uri: str,
    *,
    verifier: str,
    state: str,
    authorization_response_url: str,
    deadline: Deadline,
) -> Grant:
    """Return what the owner granted, in exchange for the code in the address Google sent the browser to.

    ConsentDenied: the owner said no. ConsentMismatch: not this sign-in's answer, or too late, or a second
    time. AccessDenied: Google does not take this OAuth client; its code is in `detail`. The grant may hold
    fewer scopes than asked for, and no refresh token.
    """
    call = Call(PROVIDER, "finish_consent", deadline)
    client = WebApplicationClient(settings.client_id)
    code = _code(call, client, authorization_response_url, state)
    body = client.prepare_request_body(
        code=code,
        redirect_uri=redirect_uri,
        client_secret=settings.client_secret,
        code_verifier=verifier,
    )
    with session(settings.route) as made:
        answer = post(made, call, settings.token_url, body, FORM)
    if answer.status_code != 200:
        raise _exchange_refusal(call, error_code(answer))
    return _grant(call, client, answer.text)


def _code(call: Call, client: WebApplicationClient, url: str, state: str) -> str:
    """Return the code from the callback's address."""
    try:
        code: str = client.parse_request_uri_response(_as_https(url), state=state)["code"]
    except MismatchingStateError:
        raise ConsentMismatch(call.provider, call.operation, "another sign-in's state") from None
    except AccessDeniedError:
        raise ConsentDenied(call.provider, call.operation) from None
    except OAuth2Error as error:
        raise _page_refusal(call, error.error) from None
    return code


def _page_refusal(call: Call, code: str) -> ProviderError:
    if code in ("server_error", "temporarily_unavailable"):
        return ProviderUnavailable(call.provider, call.operation, code)
    refusal = refusal_of(call, code)
    if isinstance(refusal, AccessDenied):
        return refusal
    return ConsentMismatch(call.provider, call.operation, "no code in the answer")


def _exchange_refusal(call: Call, code: str | None) -> ProviderError:
    """Return the meaning of a refused code: invalid_grant is about the code, not about a connection."""
    # A code is good once; the back button or a reload sends it again.
    if code == "invalid_grant":
        return ConsentMismatch(call.provider, call.operation, "the code came too late, twice or not from us")
    return refusal_of(call, code)


def _grant(call: Call, client: WebApplicationClient, text: str) -> Grant:
    try:
        # Without the scopes asked for, oauthlib does not compare, and so does not warn.
        token = client.parse_request_body_response(text)
        # Straight from Google over TLS: OpenID Connect Core 3.1.3.7 lets it stand unverified.
        claims = _decode(token.get("id_token", ""), verify=False)
    except (OAuth2Error, GoogleAuthError, ValueError, TypeError, AttributeError):
        raise call.unexpected("id_token") from None
    # TLS says who sent the token, not for whom it was made.
    if claims.get("aud") != client.client_id:
        raise call.unexpected("id_token")
    return Grant(
        email=_text(call, claims, "email"),
        access_token=_text(call, token, "access_token"),
        expires_at=datetime.fromtimestamp(_number(call, token, "expires_at"), UTC),
        refresh_token=token.get("refresh_token"),
        # Owners may untick single boxes (resources/granular-permissions); only this tells what they left.
        granted_scopes=frozenset(token.scopes) if token.get("scope") else frozenset(),
    )


def _text(call: Call, holder: Any, name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value:
        raise call.unexpected(name)
    return value


def _number(call: Call, holder: Any, name: str) -> float:
    value = holder.get(name)
    if not isinstance(value, int | float):
        raise call.unexpected(name)
    return float(value)
