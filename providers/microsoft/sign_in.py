"""Sign accounts in at Microsoft, and get their tokens: begin, finish, renew.

Decides what Entra's answers mean, and keeps nothing but where its endpoints are: flows, caches and tokens are
the caller's to store. Never used while a caller is on the phone. msal remembers a refusal for a minute and
would go on refusing an account that was just connected again; so each call has a memory of its own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msal

from providers.base import Deadline
from providers.errors import ConnectionExpired, ConsentMismatch, ProviderError
from providers.http import Call, Clocks
from providers.microsoft.client import PROVIDER
from providers.microsoft.errors import refused_application, refused_consent, refused_refresh
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.settings import MicrosoftSettings
from providers.microsoft.token_endpoint import Found, Line, Unreadable, understood
from providers.tokens import Grant

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consent:
    """What an owner granted. `cache` is msal's, to be sealed; `account_id` names the account in it."""

    grant: Grant
    cache: str = field(repr=False)
    account_id: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """A token from a cache; `cache` is None when that did not change, else the one to store."""

    grant: Grant
    cache: str | None = field(repr=False)


class Entra:
    """The sign-in side of one registered application; one per process discovers its endpoints once."""

    def __init__(
        self, settings: MicrosoftSettings, *, clocks: Clocks, mailboxes: Mailboxes | None = None
    ) -> None:
        self._settings = settings
        self._clocks = clocks
        self._session = (mailboxes or Mailboxes(clocks.monotonic, settings.route)).session
        self._found: Found = {}
        self._discovering = threading.Lock()

    def approval_link(self, redirect_uri: str, state: str) -> str:
        """Return the page on which an administrator approves the application for a whole company."""
        return self._settings.approval_link(redirect_uri, state)

    def begin_consent(
        self,
        redirect_uri: str,
        *,
        login_hint: str | None = None,
        with_shared: bool = False,
        deadline: Deadline,
    ) -> dict[str, Any]:
        """Return the flow: its `auth_uri` is where to send the browser, `state` the key to keep all of it by.

        The flow holds the PKCE verifier and the nonce, so it stays on the server, for one use. `with_shared`
        asks for the calendars that others share with the account too.
        """
        call = Call(PROVIDER, "begin_consent", deadline)
        flow: dict[str, Any] = understood(
            call,
            lambda: self._application(call).initiate_auth_code_flow(
                self._settings.scopes(with_shared=with_shared),
                redirect_uri=redirect_uri,
                # Else Entra takes whichever account the browser is signed in to.
                prompt="select_account",
                login_hint=login_hint,
                response_mode="form_post",
            ),
        )
        # A posted answer comes from another site, so browsers leave our cookie out of it. msal warns of any
        # other mode; the code is bound to this server by PKCE and the secret either way.
        flow["auth_uri"] = flow["auth_uri"].replace("response_mode=form_post", "response_mode=query")
        return flow

    def finish_consent(
        self, flow: Mapping[str, Any], answer: Mapping[str, str], *, deadline: Deadline
    ) -> Consent:
        """Return what the owner granted; `answer` are the query arguments of the callback.

        ConsentDenied: the owner said no. ConsentMismatch: not this sign-in's answer, too late, or twice.
        AccessDenied: something must be set right first. `detail` says in words what to do.
        """
        call = Call(PROVIDER, "finish_consent", deadline)
        cache = msal.SerializableTokenCache()
        application = self._application(call, cache)
        try:
            result = understood(
                call, lambda: application.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
            )
        except Unreadable:
            raise ConsentMismatch(call.provider, call.operation, "another sign-in's answer") from None
        if "error" in result:
            raise refused_consent(call, result)
        # msal no longer verifies these (its #911); they came straight from Entra over TLS.
        claims = result.get("id_token_claims")
        claims = claims if isinstance(claims, Mapping) else {}
        accounts = application.get_accounts()
        # msal names an account only where Entra sent client_info; without one no cache can be asked again.
        if len(accounts) != 1:
            raise call.unexpected("client_info")
        return Consent(
            grant=self._grant(call, result, claims),
            cache=cache.serialize(),
            account_id=str(accounts[0]["home_account_id"]),
            tenant=str(claims.get("tid", "")),
        )

    def acquire_silent(
        self,
        cache: str,
        account_id: str,
        *,
        with_shared: bool = False,
        force_refresh: bool = False,
        deadline: Deadline,
    ) -> Renewed:
        """Return a token from an account's cache, asking Entra when it has under five minutes left.

        `with_shared`: shared calendars were granted; to ask for more than was granted ends the connection.

        ConnectionExpired: the owner must connect the account again; `detail` says why. AccessDenied: Entra
        refuses the application itself.
        """
        call = Call(PROVIDER, "acquire_silent", deadline)
        kept = _opened(call, cache)
        application = self._application(call, kept)
        account = next(
            (each for each in application.get_accounts() if each["home_account_id"] == account_id), None
        )
        result = understood(
            call,
            # Not acquire_token_silent: that is None after every failure, and invalid_grant must be told.
            lambda: application.acquire_token_silent_with_error(
                self._settings.scopes(with_shared=with_shared), account, force_refresh=force_refresh
            ),
        )
        if result is None:
            raise _nothing(call, kept, account)
        if "error" in result:
            raise refused_refresh(call, result)
        changed = kept.serialize() if kept.has_state_changed else None
        return Renewed(self._grant(call, result, {}), changed)

    def acquire_app_only(self, *, deadline: Deadline) -> Grant:
        """Return a token for every mailbox of the tenant that the application may reach.

        AccessDenied: Entra refuses the application; `detail` says what to set right.
        """
        call = Call(PROVIDER, "acquire_app_only", deadline)
        application = self._application(call)
        # An application asks for all it was granted at once: ".default" (graph/auth-v2-service).
        result = understood(
            call, lambda: application.acquire_token_for_client([f"{self._settings.resource}/.default"])
        )
        if "error" in result:
            raise refused_application(call, result)
        return self._grant(call, result, {})

    def _application(self, call: Call, cache: Any = None) -> Any:
        """Return an application object: cheap, but for the discovery the first one does for all."""
        # One at a time: else each thread of a fresh process would look up the same endpoints.
        with self._discovering:
            line = Line(self._session, call, self._found, self._clocks.monotonic())
            return understood(
                call,
                lambda: msal.ConfidentialClientApplication(
                    self._settings.client_id,
                    client_credential=self._settings.client_secret,
                    authority=self._settings.authority,
                    # Whether the host is one of Microsoft's is the configuration's to decide.
                    instance_discovery=False,
                    token_cache=cache,
                    http_client=line,
                ),
            )

    def _grant(self, call: Call, result: Result, claims: Result) -> Grant:
        token, seconds = result.get("access_token"), result.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int | float):
            raise call.unexpected("access_token")
        email = claims.get("preferred_username") or claims.get("email")
        return Grant(
            email=email if isinstance(email, str) else None,
            access_token=token,
            expires_at=self._clocks.now() + timedelta(seconds=seconds),
            refresh_token=result.get("refresh_token"),
            granted_scopes=frozenset(str(result.get("scope", "")).split()),
        )


def _opened(call: Call, cache: str) -> Any:
    """Return msal's cache from its text. ConnectionExpired: it is broken, only a new sign-in mends that."""
    kept = msal.SerializableTokenCache()
    try:
        if not isinstance(json.loads(cache), dict):
            raise ValueError("no object")
        kept.deserialize(cache)
    except ValueError:
        raise ConnectionExpired(call.provider, call.operation, "The stored sign-in is broken.") from None
    return kept


def _nothing(call: Call, kept: Any, account: Any) -> ProviderError:
    """Return why there is no token: no sign-in is stored, or Entra gave an answer without one."""
    refresh_tokens = kept.search(msal.TokenCache.CredentialType.REFRESH_TOKEN)
    if account is not None and any(True for _ in refresh_tokens):
        return call.unexpected("access_token")
    return ConnectionExpired(call.provider, call.operation, "There is no stored sign-in.")
