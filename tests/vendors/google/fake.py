"""FakeGoogle: the whole of it behind one object."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.vendors.google.answers import Answer, Refused, page
from tests.vendors.google.api import Api, Asked
from tests.vendors.google.channels import Channels
from tests.vendors.google.description import find_method
from tests.vendors.google.events import Events
from tests.vendors.google.faults import Faults
from tests.vendors.google.oauth import SignIn
from tests.vendors.google.people import People
from tests.vendors.google.server import Request, Server
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


class FakeGoogle(People):
    """Google's sign-in and Calendar API on a free port of 127.0.0.1, until closed.

    See the package's docstring for how to drive it.
    """

    def __init__(self, port: int = 0) -> None:
        world, tokens = World(), Tokens()
        self.requests: list[Request] = []
        server = Server(port, self._route, self._identify, faults := Faults())
        self._server = server
        channels = Channels(server.url)
        world.on_change = channels.changed
        api = Api(world, tokens, channels, Events(world))
        super().__init__(api, SignIn(world, tokens, server.url), faults)
        self.client_id = self.sign_in.client_id
        self.client_secret = self.sign_in.client_secret
        self.url = server.url
        self.api_url = f"{server.url}{_API}"
        self.auth_url = f"{server.url}/o/oauth2/auth"
        self.token_url = f"{server.url}/token"
        self.revoke_url = f"{server.url}/revoke"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None:
            self.assert_no_violations()

    def close(self) -> None:
        """Stop serving and sending."""
        self._server.stop()
        self.channels.close()

    def hang_up(self) -> None:
        """End every open connection, as after a long silence."""
        self._server.hang_up()

    def connections(self) -> int:
        """Return how many connections were opened so far."""
        return self._server.accepted

    def set_latency(self, seconds: float) -> None:
        """Let every request take so much longer."""
        self._server.latency = seconds

    def operations(self) -> list[str]:
        """Return what was asked so far, in order: "freebusy.query", "events.insert", "token", ..."""
        return [request.operation for request in self.requests]

    def _identify(self, request: Request) -> Request:
        """Return the request with its operation and account, noted in `requests`."""
        if request.path.startswith("/control/"):
            return replace(request, operation="control")
        operation = _PAGES.get((request.verb, request.path), "unknown")
        if request.path.startswith(_API):
            found = find_method(request.verb, request.path.removeprefix(_API))
            operation = found[0].id if found else "unknown"
        known = replace(request, operation=operation, account=self.api.account_of(request.headers))
        self.requests.append(known)
        return known

    def _route(self, request: Request) -> Answer:
        try:
            if request.path.startswith("/control/"):
                return self._control(request)
            if request.path.startswith(_API):
                return self._api(request)
            return self._page(request)
        except Refused as refused:
            return refused.answer

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

    def _control(self, request: Request) -> Answer:
        """Call a public method by name: POST /control/<name> {"args": [...], "kwargs": {...}}."""
        name = urlsplit(request.path).path.removeprefix("/control/")
        wanted = request.body or {}
        if name.startswith("_") or not hasattr(self, name):
            return Answer(404, {"error": f"no {name}"})
        member = getattr(self, name)
        try:
            result = (
                member(*wanted.get("args", ()), **wanted.get("kwargs", {})) if callable(member) else member
            )
        except (ValueError, TypeError, KeyError, AssertionError) as error:
            return Answer(400, {"error": f"{type(error).__name__}: {error}"})
        return Answer(200, {"result": json.loads(json.dumps(result, default=_plain))})


def _plain(value: Any) -> Any:
    """Return what JSON can hold of a result."""
    if isinstance(value, Request):
        return {name: item for name, item in asdict(value).items() if name != "content"} | {
            "content": value.content.decode(errors="replace")
        }
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    return str(value)
