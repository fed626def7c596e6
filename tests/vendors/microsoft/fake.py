"""FakeMicrosoft: the whole of it behind one object."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any, Self
from urllib.parse import parse_qsl

from providers.microsoft import MicrosoftSettings
from tests.vendors.microsoft.answers import Answer, Refused, page
from tests.vendors.microsoft.entra import SignIn
from tests.vendors.microsoft.faults import Faults
from tests.vendors.microsoft.graph import VERSION, Graph
from tests.vendors.microsoft.people import People
from tests.vendors.microsoft.server import Request, Server
from tests.vendors.microsoft.state import World
from tests.vendors.microsoft.subscriptions import Subscriptions
from tests.vendors.microsoft.tokens import Tokens

_SIGN_IN = re.compile(
    r"/(?P<tenant>[^/]+)/(?:(?P<discovery>v2\.0/\.well-known/openid-configuration)"
    r"|oauth2/v2\.0/(?P<page>authorize|token))"
)


class FakeMicrosoft(People):
    """Entra and Graph on a free port of localhost, behind HTTPS, until closed.

    See the package's docstring for how to drive it.
    """

    def __init__(self, port: int = 0) -> None:
        world, tokens, subscriptions = World(), Tokens(), Subscriptions()
        self.requests: list[Request] = []
        faults = Faults()
        graph = Graph(world, tokens, subscriptions, faults)
        self._server = Server(port, self._route, self._identify, faults)
        graph.base_url = self._server.url
        world.on_change = subscriptions.changed
        super().__init__(graph, SignIn(world, tokens, self._server.url))
        self.url = self.login_url = self._server.url
        self.graph_url = f"{self.url}{VERSION}"
        self.ca_bundle = self._server.certificate.ca_bundle
        self.client_id = self.sign_in.client_id
        self.client_secret = self.sign_in.client_secret

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None:
            self.assert_no_violations()

    def close(self) -> None:
        """Stop serving and sending."""
        self._server.stop()
        self.graph.subscriptions.close()

    def hang_up(self) -> None:
        """End every open connection, as after a long silence."""
        self._server.hang_up()

    def set_latency(self, seconds: float) -> None:
        """Let every answer take so long."""
        self._server.latency = seconds

    def set_cookie(self, cookie: str) -> None:
        """Send a cookie with every answer."""
        self._server.cookie = cookie

    def settings(self, *, tenant: str = "common", app_only: bool = False) -> MicrosoftSettings:
        """Return the settings by which providers reach this fake."""
        return MicrosoftSettings(
            client_id=self.client_id,
            client_secret=self.client_secret,
            tenant=tenant,
            app_only=app_only,
            login_url=self.login_url,
            graph_url=self.graph_url,
            ca_bundle=self.ca_bundle,
        )

    def operations(self) -> list[str]:
        """Return what was asked so far, in order: "calendarView", "batch", "token", ..."""
        return [request.operation for request in self.requests]

    @property
    def parts(self) -> list[Request]:
        """Return what was asked inside batches."""
        return self.graph.parts

    def _identify(self, request: Request) -> Request:
        """Return the request with its operation and mailbox, noted in `requests`."""
        if request.path.startswith("/control/"):
            return replace(request, operation="control")
        mailbox = None
        if request.path.startswith(VERSION):
            place = self.graph.place_of(request)
            operation = place.operation if place else "unknown"
            mailbox = self.graph.mailbox_of(request, place)
        else:
            found = _SIGN_IN.fullmatch(request.path)
            operation = (found["page"] or "discovery") if found else request.path.strip("/") or "unknown"
        known = replace(request, operation=operation, mailbox=mailbox)
        self.requests.append(known)
        return known

    def _route(self, request: Request) -> Answer:
        if request.path.startswith("/control/"):
            return self._control(request)
        if not request.path.startswith(VERSION):
            return self._sign_in(request)
        try:
            if not self.graph.enter(request.mailbox):
                text = "Application is over its MailboxConcurrency limit."
                return Refused(429, "ApplicationThrottled", text, retry_after="1").answer
            return self.graph.perform(request)
        except Refused as refusal:
            return refusal.answer
        finally:
            self.graph.leave(request.mailbox)

    def _sign_in(self, request: Request) -> Answer:
        found = _SIGN_IN.fullmatch(request.path)
        with self.world.lock:
            if request.operation == "discovery" and found:
                return self.sign_in.discovery(found["tenant"])
            if request.operation == "authorize":
                return self.sign_in.ask(request.parameters)
            if request.operation == "decide":
                return self._decide(request)
            if request.operation == "token":
                return self.sign_in.token(request.form)
        self.graph.violations.append(f"nothing is at {request.path}")
        return page("Not Found", "", 404)

    def _decide(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        place = self.sign_in.decide(form, form["account"], accept=form["decision"] == "accept")
        return Answer(302, headers={"Location": place}, content=b"")

    def _control(self, request: Request) -> Answer:
        """Call a public method by name: POST /control/<name> {"args": [...], "kwargs": {...}}."""
        name = request.path.removeprefix("/control/")
        wanted = request.body or {}
        if name.startswith("_") or not hasattr(self, name):
            return Answer(404, {"error": f"no {name}"})
        member = getattr(self, name)
        try:
            result = (
                member(*wanted.get("args", ()), **wanted.get("kwargs", {})) if callable(member) else member
            )
        except (ValueError, TypeError, KeyError, AssertionError, Refused) as error:
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
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    return str(value)
