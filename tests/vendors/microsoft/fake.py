"""FakeMicrosoft: the whole of it behind one object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qsl

from providers.microsoft.settings import MicrosoftSettings
from providers.route import Route
from tests.vendors.common import Answer, Fake, Planned, Request, page
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.entra import SignIn
from tests.vendors.microsoft.faults import refusal
from tests.vendors.microsoft.graph import VERSION, Graph
from tests.vendors.microsoft.people import People
from tests.vendors.microsoft.state import World
from tests.vendors.microsoft.subscriptions import Subscriptions
from tests.vendors.microsoft.tokens import Tokens

_SIGN_IN = re.compile(
    r"/(?P<tenant>[^/]+)/(?:(?P<discovery>v2\.0/\.well-known/openid-configuration)"
    r"|oauth2/v2\.0/(?P<page>authorize|token))"
)


class FakeMicrosoft(People, Fake):
    """Entra and Graph on a free port of localhost, behind HTTPS, until closed.

    See the package's docstring for how to drive it.
    """

    secure = True
    ca_bundle: str

    def __init__(self, port: int = 0) -> None:
        Fake.__init__(self, port)
        world, tokens, subscriptions = World(), Tokens(), Subscriptions()
        world.on_change = subscriptions.changed
        graph = Graph(world, tokens, subscriptions, self.faults, self.url)
        People.__init__(self, graph, SignIn(world, tokens, self.url))
        self.login_url = self.url
        self.graph_url = f"{self.url}{VERSION}"
        self.client_id = self.sign_in.client_id
        self.client_secret = self.sign_in.client_secret

    def close(self) -> None:
        """Stop serving and sending."""
        super().close()
        self.graph.subscriptions.close()

    def settings(self, *, tenant: str = "common", app_only: bool = False) -> MicrosoftSettings:
        """Return the settings by which providers reach this fake."""
        return MicrosoftSettings(
            client_id=self.client_id,
            client_secret=self.client_secret,
            tenant=tenant,
            app_only=app_only,
            login_url=self.login_url,
            graph_url=self.graph_url,
            route=Route(ca_file=self.ca_bundle),
        )

    @property
    def parts(self) -> list[Request]:
        """Return what was asked inside batches."""
        return self.graph.parts

    def identify(self, request: Request) -> Request:
        """Return the request with its operation, and whose mailbox it is about."""
        if request.path.startswith(VERSION):
            place = self.graph.place_of(request)
            operation = place.operation if place else "unknown"
            return replace(request, operation=operation, account=self.graph.mailbox_of(request, place))
        found = _SIGN_IN.fullmatch(request.path)
        operation = (found["page"] or "discovery") if found else request.path.strip("/") or "unknown"
        return replace(request, operation=operation)

    @contextmanager
    def at_once(self, request: Request) -> Iterator[Answer | None]:
        """Count what a mailbox is asked at the same time; over Graph's limit it is refused."""
        try:
            is_allowed = self.graph.enter(request.account)
            text = "Application is over its MailboxConcurrency limit."
            refused = Refused(429, "ApplicationThrottled", text, retry_after="1")
            yield None if is_allowed else refused.answer
        finally:
            self.graph.leave(request.account)

    def answer_to(self, request: Request) -> Answer:
        """Do what is asked, as Microsoft does it."""
        if not request.path.startswith(VERSION):
            return self._sign_in(request)
        return self.graph.perform(request)

    def refusal(self, planned: Planned) -> Answer:
        """Return the answer by which a fault shows, in Microsoft's words."""
        return refusal(planned)

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
