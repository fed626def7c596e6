"""FakeGoogle: the whole of it behind one object."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from tests.vendors.common import Answer, Fake, Planned, Request, page
from tests.vendors.google.answers import Refused
from tests.vendors.google.api import Api, Asked
from tests.vendors.google.channels import Channels
from tests.vendors.google.description import find_method
from tests.vendors.google.events import Events
from tests.vendors.google.faults import refusal
from tests.vendors.google.oauth import SignIn
from tests.vendors.google.people import People
from tests.vendors.google.state import World
from tests.vendors.google.tokens import Tokens

_API = "/calendar/v3/"
_PAGES = {
    ("GET", "/o/oauth2/auth"): "auth",
    ("POST", "/o/oauth2/decide"): "decide",
    ("POST", "/token"): "token",
    ("POST", "/revoke"): "revoke",
    ("GET", "/userinfo"): "userinfo",
}


class FakeGoogle(People, Fake):
    """Google's sign-in and Calendar API on a free port of 127.0.0.1, until closed.

    See the package's docstring for how to drive it.
    """

    def __init__(self, port: int = 0) -> None:
        Fake.__init__(self, port)
        world, tokens, channels = World(), Tokens(), Channels(self.url)
        world.on_change = channels.changed
        api = Api(world, tokens, channels, Events(world))
        People.__init__(self, api, SignIn(world, tokens, self.url))
        self.client_id = self.sign_in.client_id
        self.client_secret = self.sign_in.client_secret
        self.api_url = f"{self.url}{_API}"
        self.auth_url = f"{self.url}/o/oauth2/auth"
        self.token_url = f"{self.url}/token"
        self.revoke_url = f"{self.url}/revoke"

    def close(self) -> None:
        """Stop serving and sending."""
        super().close()
        self.channels.close()

    def identify(self, request: Request) -> Request:
        """Return the request with its operation and account."""
        operation = _PAGES.get((request.verb, request.path), "unknown")
        if request.path.startswith(_API):
            found = find_method(request.verb, request.path.removeprefix(_API))
            operation = found[0].id if found else "unknown"
        return replace(request, operation=operation, account=self.api.account_of(request.headers))

    def answer_to(self, request: Request) -> Answer:
        """Do what is asked, as Google does it."""
        return self._api(request) if request.path.startswith(_API) else self._page(request)

    def refusal(self, planned: Planned) -> Answer:
        """Return the answer by which a fault shows, in Google's words."""
        return refusal(planned)

    def _api(self, request: Request) -> Answer:
        found = find_method(request.verb, request.path.removeprefix(_API))
        if found is None:
            self.api.violations.append(f"no method {request.verb} {request.path}")
            raise Refused(404, "notFound", "Not Found")
        method, path = found
        try:
            body = request.body
        except ValueError:
            self.api.violations.append(f"{method.id}: the body is no JSON")
            raise Refused(400, "parseError", "Parse Error") from None
        asked = Asked(method, path, request.query, body, request.headers)
        self.api.check(asked)
        return self.api.perform(asked)

    def _page(self, request: Request) -> Answer:
        with self.world.lock:
            if request.operation == "auth":
                return self.sign_in.ask(request.parameters)
            if request.operation == "decide":
                return self._decide(request)
            if request.operation == "token":
                return self.sign_in.token(request.form)
            if request.operation == "revoke":
                return self.sign_in.revoke(request.form or request.parameters)
            if request.operation == "userinfo":
                return self._userinfo(request)
        return page("Error 404 (Not Found)!!1", "", 404)

    def _decide(self, request: Request) -> Answer:
        entries = parse_qsl(request.content.decode(), keep_blank_values=True)
        form = dict(entries)
        scopes = [value for name, value in entries if name == "scope"]
        place = self.sign_in.decide(form, form["account"], scopes, allow=form["decision"] == "allow")
        return Answer(302, headers={"Location": place}, content=b"")

    def _userinfo(self, request: Request) -> Answer:
        email, _ = self.tokens.bearer(request.headers.get("authorization", "").removeprefix("Bearer "))
        return Answer(200, {"email": email, "email_verified": True})
