"""Entra's sign-in: where its endpoints are, the consent page, the token endpoint."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from tests.vendors.common import Answer, Json, page
from tests.vendors.microsoft.state import CONTOSO, PERSONAL, Account, World
from tests.vendors.microsoft.tokens import Code, Issued, Tokens

Form = dict[str, str]

_INTERACTION = frozenset({50074, 50076, 50078, 50079, 53000, 53001, 53002, 53003, 65001})
_CLIENT = {
    7000215: "invalid_client",
    7000222: "invalid_client",
    700016: "unauthorized_client",
    50196: "invalid_grant",
    90033: "temporarily_unavailable",
}


def refused(number: int, *, status: int = 400, suberror: str | None = None) -> Answer:
    """Return a refusal of the token endpoint."""
    error = "interaction_required" if number in _INTERACTION else _CLIENT.get(number, "invalid_grant")
    body: Json = {
        "error": error,
        "error_description": f"AADSTS{number}: In Microsoft's words. Trace ID: fake Timestamp: fake",
        "error_codes": [number],
        "timestamp": "2026-12-01 09:00:00Z",
        "trace_id": "fake",
        "correlation_id": "fake",
    }
    return Answer(status, body | ({"suberror": suberror} if suberror else {}))


@dataclass(slots=True)
class SignIn:
    """The sign-in of one registered application."""

    world: World
    tokens: Tokens
    base_url: str
    client_id: str = "fa4e0000-0000-4000-8000-00000000c11e"
    client_secret: str = "fake-client-secret"
    needs_admin: set[str] = field(default_factory=set)

    def discovery(self, tenant: str) -> Answer:
        """Return where the endpoints of a tenant are."""
        if tenant not in ("common", "organizations", "consumers", CONTOSO, PERSONAL):
            return Answer(400, {"error": "invalid_tenant", "error_codes": [90002]})
        place = f"{self.base_url}/{tenant}"
        return Answer(
            200,
            {
                "issuer": f"{self.base_url}/{{tenantid}}/v2.0",
                "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
                "token_endpoint": f"{place}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{place}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{place}/discovery/v2.0/keys",
            },
        )

    def ask(self, query: Form) -> Answer:
        """Show the consent page: pick an account, accept or cancel."""
        problem = self.problem(query)
        if problem:
            return page("Sorry, but we're having trouble signing you in.", f"<p>{escape(problem)}</p>", 400)
        hint = query.get("login_hint") or min(self.world.accounts)
        hidden = [_field("hidden", name, value) for name, value in query.items()]
        accounts = [
            _field("radio", "account", each, is_checked=each == hint) for each in sorted(self.world.accounts)
        ]
        scopes = [f"<li>{escape(each)}" for each in query["scope"].split()]
        buttons = [
            '<button name="decision" value="accept">Accept</button>',
            '<button name="decision" value="cancel">Cancel</button>',
        ]
        inside = "".join([*hidden, *accounts, "<ul>", *scopes, "</ul>", *buttons])
        return page("Permissions requested", f'<form method="post" action="/decide">{inside}</form>')

    def problem(self, query: Form) -> str | None:
        """Return what is wrong with the way the page was called."""
        if query.get("client_id") != self.client_id:
            return "AADSTS700016: Application was not found in the directory."
        for name in ("redirect_uri", "scope", "state", "code_challenge", "nonce"):
            if not query.get(name):
                return f"AADSTS900144: The request must contain the parameter {name}."
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return "AADSTS9002325: Proof Key for Code Exchange is required."
        if query.get("response_mode") not in (None, "query"):
            return "this fake redirects only"
        return None

    def decide(self, query: Form, email: str, *, accept: bool, aadsts: int | None = None) -> str:
        """Return where the browser is sent after the decision."""
        if aadsts is None and accept and email in self.needs_admin:
            aadsts = 90094
        if aadsts is not None or not accept:
            number = aadsts or 65004
            error = "access_denied" if number in (65004, 90094) else "interaction_required"
            return _with(
                query["redirect_uri"],
                {"error": error, "error_description": f"AADSTS{number}: Words.", "state": query["state"]},
            )
        code = f"0.fake-{secrets.token_hex(8)}"
        self.tokens.consent_again(email)
        self.tokens.codes[code] = Code(
            email=email,
            scopes=frozenset(query["scope"].split()),
            redirect_uri=query["redirect_uri"],
            challenge=query["code_challenge"],
            nonce=query["nonce"],
            expires_at=time.time() + 600,
        )
        return _with(
            query["redirect_uri"], {"code": code, "state": query["state"], "session_state": "fake-session"}
        )

    def token(self, form: Form) -> Answer:
        """Exchange a code, a refresh token, or the application's own secret."""
        if form.get("client_id") != self.client_id:
            return refused(700016)
        if form.get("client_secret") != self.client_secret:
            return refused(7000215, status=401)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._code(form)
        if kind == "refresh_token":
            issued = self.tokens.refreshed(form.get("refresh_token", ""))
            if not isinstance(issued, int) and not _calendars_of(form) <= issued.scopes:
                issued = 65001  # nobody consented to that
            if isinstance(issued, int):
                return refused(issued, suberror="bad_token" if issued not in _INTERACTION else None)
            return Answer(200, self._body(issued, nonce=None))
        if kind == "client_credentials" and form.get("scope") == f"{self.base_url}/.default":
            issued = self.tokens.issue(None, frozenset({form["scope"]}), with_refresh=False)
            body = {"token_type": "Bearer", "expires_in": issued.seconds, "access_token": issued.access}
            return Answer(200, body)
        return Answer(400, {"error": "unsupported_grant_type", "error_description": "AADSTS70003: Words."})

    def _code(self, form: Form) -> Answer:
        text = form.get("code", "")
        code = self.tokens.codes.pop(text, None)
        if code is None or code.expires_at < time.time():
            return refused(54005 if text in self.tokens.used_codes else 70008)
        self.tokens.used_codes.add(text)
        if form.get("redirect_uri") != code.redirect_uri:
            return refused(50011)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
            return refused(501481)
        return Answer(200, self._body(self.tokens.issue(code.email, code.scopes), nonce=code.nonce))

    def _body(self, issued: Issued, *, nonce: str | None) -> Json:
        account = self.world.accounts[str(issued.email)]
        claims = {
            "aud": self.client_id,
            "iss": f"{self.base_url}/{account.tenant}/v2.0",
            "iat": int(time.time()),
            "exp": int(time.time()) + issued.seconds,
            "oid": account.oid,
            "tid": account.tenant,
            "sub": account.oid[::-1],
            "preferred_username": account.email,
            "name": "A Person",
            "ver": "2.0",
        } | ({"nonce": nonce} if nonce else {})
        return {
            "token_type": "Bearer",
            "scope": " ".join(sorted(issued.scopes - {"offline_access"})),
            "expires_in": issued.seconds,
            "ext_expires_in": issued.seconds,
            "access_token": issued.access,
            "refresh_token": issued.refresh,
            "id_token": ".".join((_encoded({"typ": "JWT", "alg": "RS256"}), _encoded(claims), "ZmFrZQ")),
            "client_info": _encoded(_client_info(account)),
        }


def _calendars_of(form: Form) -> set[str]:
    return {
        each for each in form.get("scope", "").split() if each.rpartition("/")[2].startswith("Calendars.")
    }


def _client_info(account: Account) -> Json:
    return {"uid": account.oid, "utid": account.tenant}


def _encoded(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _field(kind: str, name: str, value: str, *, is_checked: bool = False) -> str:
    """Return a form field, with its value as label where people see it."""
    text = escape(value)
    checked = " checked" if is_checked else ""
    tag = f'<input type="{kind}" name="{escape(name)}" value="{text}"{checked}>'
    return tag if kind == "hidden" else f"<p><label>{tag} {text}</label></p>"


def _with(address: str, query: Form) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
