"""Google's sign-in: the consent page, the token endpoint, revoking, the account's address."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from google.auth import crypt, jwt

from tests.vendors.common import Answer, page
from tests.vendors.google.description import Json
from tests.vendors.google.state import World
from tests.vendors.google.tokens import PREFIX, Code, Issued, Tokens

Form = dict[str, str]

_ALWAYS = ("openid", f"{PREFIX}userinfo.email")  # cannot be unticked
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(slots=True)
class ServiceAccount:
    """A service account: its public key, and what the Workspace's administrator allowed it."""

    public_key: bytes
    scopes: frozenset[str]


@dataclass(slots=True)
class SignIn:
    """The OAuth server of one OAuth client."""

    world: World
    tokens: Tokens
    base_url: str
    client_id: str = "fake-client.apps.googleusercontent.com"
    client_secret: str = "fake-client-secret"
    consented: set[str] = field(default_factory=set)
    service_accounts: dict[str, ServiceAccount] = field(default_factory=dict)

    def ask(self, query: Form) -> Answer:
        """Show the consent page: pick an account, untick permissions, allow or deny."""
        problem = self.problem(query)
        if problem:
            return page("Error 400", f"<p>{escape(problem)}</p>", 400)
        hint = query.get("login_hint") or min(self.world.accounts)
        wanted = query["scope"].split()
        parts = [_field("hidden", name, value) for name, value in query.items() if name != "scope"]
        parts += [_field("hidden", "scope", each) for each in wanted if each in _ALWAYS]
        for each in sorted(self.world.accounts):
            parts.append(_field("radio", "account", each, is_checked=each == hint))
        parts += [
            _field("checkbox", "scope", each, is_checked=True) for each in wanted if each not in _ALWAYS
        ]
        parts += ['<button name="decision" value="allow">Continue</button>']
        parts += ['<button name="decision" value="deny">Cancel</button>']
        return page(
            "Sign in with Google", f'<form method="post" action="/o/oauth2/decide">{"".join(parts)}</form>'
        )

    def problem(self, query: Form) -> str | None:
        """Return what is wrong with the way the page was called."""
        if query.get("client_id") != self.client_id:
            return "invalid_client: The OAuth client was not found."
        for name in ("redirect_uri", "scope", "state", "code_challenge"):
            if not query.get(name):
                return f"invalid_request: Missing required parameter: {name}"
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return "invalid_request"
        return None

    def decide(self, query: Form, account: str, scopes: list[str], *, allow: bool) -> str:
        """Return where the browser is sent after the decision."""
        if not allow:
            return _with(query["redirect_uri"], {"error": "access_denied", "state": query["state"]})
        is_first = account not in self.consented
        self.consented.add(account)
        code = f"4/fake-{secrets.token_hex(8)}"
        self.tokens.codes[code] = Code(
            email=account,
            scopes=frozenset(f"{PREFIX}userinfo.email" if each == "email" else each for each in scopes),
            redirect_uri=query["redirect_uri"],
            challenge=query["code_challenge"],
            with_refresh=query.get("access_type") == "offline"
            and (is_first or query.get("prompt") == "consent"),
            expires_at=time.time() + 600,
        )
        return _with(
            query["redirect_uri"],
            {
                "state": query["state"],
                "code": code,
                "scope": " ".join(scopes),
                "authuser": "0",
                "prompt": "consent",
            },
        )

    def token(self, form: Form) -> Answer:
        """Exchange a code, a refresh token or a service account's assertion."""
        kind = form.get("grant_type")
        if kind == _JWT_GRANT:
            return self._assertion(form)
        if form.get("client_id") != self.client_id or form.get("client_secret") != self.client_secret:
            return _error("invalid_client", "The OAuth client was not found.", 401)
        if kind == "authorization_code":
            return self._code(form)
        if kind == "refresh_token":
            return self._refresh(form)
        return _error("unsupported_grant_type", "Invalid grant_type")

    def _code(self, form: Form) -> Answer:
        code = self.tokens.codes.pop(form.get("code", ""), None)
        if code is None or code.expires_at < time.time():
            return _error("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.redirect_uri:
            return _error("redirect_uri_mismatch", "Bad Request")
        if "code_verifier" not in form:
            return _error("invalid_grant", "Missing code verifier.")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
            return _error("invalid_grant", "Invalid code verifier.")
        issued = self.tokens.issue(code.email, code.scopes, with_refresh=code.with_refresh)
        return Answer(200, _token_body(issued) | self._identity(issued))

    def _identity(self, issued: Issued) -> Json:
        if "openid" not in issued.scopes:
            return {}
        claims: Json = {
            "iss": "https://accounts.google.com",
            "aud": self.client_id,
            "sub": hashlib.sha256(issued.email.encode()).hexdigest()[:21],
            "iat": int(time.time()),
            "exp": int(time.time()) + issued.seconds,
        }
        if f"{PREFIX}userinfo.email" in issued.scopes:
            claims |= {"email": issued.email, "email_verified": True}
        parts = ({"alg": "RS256", "typ": "JWT", "kid": "fake"}, claims)
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return {"id_token": ".".join((*encoded, "ZmFrZS1zaWduYXR1cmU"))}

    def _refresh(self, form: Form) -> Answer:
        found = self.tokens.grant(form.get("refresh_token", ""))
        if found is None:
            return _error("invalid_grant", "Token has been expired or revoked.")
        if not frozenset(form.get("scope", "").split()) <= found[1]:
            return _error("invalid_scope", "Bad Request")
        return Answer(200, _token_body(self.tokens.refreshed(form["refresh_token"])))

    def _assertion(self, form: Form) -> Answer:
        unverified = jwt.decode(form["assertion"], verify=False)  # type: ignore[no-untyped-call]
        account = self.service_accounts.get(unverified.get("iss"))
        if account is None:
            return _error("invalid_grant", "Invalid grant: account not found")
        verifier = crypt.RSAVerifier.from_string(account.public_key)  # type: ignore[no-untyped-call]
        signed, _, signature = form["assertion"].rpartition(".")
        padded = signature + "=" * (-len(signature) % 4)
        if not verifier.verify(signed.encode(), base64.urlsafe_b64decode(padded)):
            return _error("invalid_grant", "Invalid JWT Signature.")
        # google-auth says so whatever address its key file gives for the token endpoint.
        if unverified.get("aud") != "https://oauth2.googleapis.com/token":
            return _error("invalid_grant", "Invalid JWT: audience")
        scopes = frozenset(unverified.get("scope", "").split())
        subject = unverified.get("sub", unverified["iss"])
        if subject != unverified["iss"] and not scopes <= account.scopes:
            text = (
                "Client is unauthorized to retrieve access tokens using this method, or not for these scopes."
            )
            return _error("unauthorized_client", text, 401)
        if subject not in self.world.accounts:
            return _error("invalid_grant", "Invalid email or User ID")
        body = _token_body(self.tokens.issue(subject, scopes, with_refresh=False))
        del body["scope"]
        return Answer(200, body)

    def revoke(self, form: Form) -> Answer:
        """End a consent."""
        if not self.tokens.revoke(form.get("token", "")):
            return _error("invalid_token", "Token expired or revoked")
        return Answer(200, {})


def _token_body(issued: Issued) -> Json:
    body: Json = {
        "access_token": issued.access,
        "expires_in": issued.seconds,
        "scope": " ".join(sorted(issued.scopes)),
        "token_type": "Bearer",
    }
    return body | ({"refresh_token": issued.refresh} if issued.refresh else {})


def _error(code: str, description: str, status: int = 400) -> Answer:
    return Answer(status, {"error": code, "error_description": description})


def _field(kind: str, name: str, value: str, *, is_checked: bool = False) -> str:
    """Return a form field, with its value as label where people see it."""
    text = escape(value)
    checked = " checked" if is_checked else ""
    tag = f'<input type="{kind}" name="{escape(name)}" value="{text}"{checked}>'
    return tag if kind == "hidden" else f"<p><label>{tag} {text}</label></p>"


def _with(address: str, query: Form) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
