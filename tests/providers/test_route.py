"""Vendors behind a company's proxy and its own authority: every kind of call takes the same way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import trustme

from providers.base import Interval
from providers.errors import ProviderUnavailable
from providers.google.calendars import GoogleCalendars
from providers.google.renewal import refresh
from providers.google.settings import GoogleSettings
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.sign_in import Entra
from providers.route import Route
from tests.providers.google import ANNA, KEY, WINDOW, Waiting, at, draft, query, soon, span
from tests.providers.microsoft import BEN, asked, calendars
from tests.providers.secure import Secure
from tests.providers.tunnel import TunnelProxy
from tests.vendors.google import FakeTokens
from tests.vendors.microsoft import CONTOSO, FakeMicrosoft

GOOGLE = "google.example.com"  # known to the proxy alone
BUSY = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}
CALENDARS = {"calendars": {ANNA: {"busy": [BUSY]}}}
TOKEN = {"access_token": "fake-access", "expires_in": 3600, "token_type": "Bearer"}


@pytest.fixture
def google_answering(authority: trustme.CA) -> Iterator[Callable[[object], Secure]]:
    """Start a server that gives one answer to every request."""
    started: list[Secure] = []

    def start(answer: object) -> Secure:
        started.append(Secure(authority, GOOGLE, json.dumps(answer).encode()))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def proxy_to() -> Iterator[Callable[[str, str], TunnelProxy]]:
    """Start a proxy that knows a host by the address of the server that stands for it."""
    started: list[TunnelProxy] = []

    def start(host: str, url: str) -> TunnelProxy:
        started.append(TunnelProxy({host: urlsplit(url).port or 0}))
        return started[-1]

    yield start
    for proxy in started:
        proxy.close()


def google_by(route: Route) -> GoogleCalendars:
    settings = GoogleSettings(api_url=f"https://{GOOGLE}/calendar/v3/", route=route)
    return GoogleCalendars(ANNA, FakeTokens(lambda: "fake-access"), settings, clocks=Waiting().clocks())


def test_google_is_asked_through_one_tunnel_call_after_call(
    google_answering: Callable[[object], Secure], proxy_to: Callable[[str, str], TunnelProxy], ca_file: str
) -> None:
    server = google_answering(CALENDARS)
    proxy = proxy_to(GOOGLE, server.url)
    provider = google_by(Route(proxy=proxy.url, ca_file=ca_file))
    for _ in range(3):
        answers = provider.free_busy([query()], WINDOW, deadline=soon())
        assert answers == {query(): (Interval(at(1, 9), at(1, 10)),)}
    assert proxy.asked == [f"{GOOGLE}:443"]
    assert server.requests == 3


def test_googles_tokens_come_the_same_way(
    google_answering: Callable[[object], Secure], proxy_to: Callable[[str, str], TunnelProxy], ca_file: str
) -> None:
    proxy = proxy_to(GOOGLE, google_answering(TOKEN).url)
    settings = GoogleSettings(
        client_id="fake",
        client_secret="fake",
        token_url=f"https://{GOOGLE}/token",
        route=Route(proxy=proxy.url, ca_file=ca_file),
    )
    assert refresh(settings, "fake-refresh", (), deadline=soon()).access_token == "fake-access"
    assert proxy.asked == [f"{GOOGLE}:443"]


def test_a_write_that_the_proxy_refuses_has_certainly_not_happened(
    google_answering: Callable[[object], Secure], proxy_to: Callable[[str, str], TunnelProxy], ca_file: str
) -> None:
    server = google_answering({})
    proxy = proxy_to(GOOGLE, server.url)
    stranger = f"http://127.0.0.1:{proxy.port}"  # 407
    with pytest.raises(ProviderUnavailable):
        google_by(Route(proxy=stranger, ca_file=ca_file)).create_event(
            ANNA, KEY, draft(span(1, 9)), deadline=soon()
        )
    assert (server.requests, proxy.asked) == (0, [])


def test_graph_and_entra_are_reached_by_the_same_way(
    ms: FakeMicrosoft, proxy_to: Callable[[str, str], TunnelProxy]
) -> None:
    host = urlsplit(ms.graph_url).hostname or ""
    proxy = proxy_to(host, ms.graph_url)
    route = Route(proxy=proxy.url, ca_file=ms.ca_bundle)
    settings = replace(ms.settings(tenant=CONTOSO, app_only=True), route=route)
    waiting = Waiting()
    token = Entra(settings, clocks=waiting.clocks()).acquire_app_only(deadline=soon()).access_token
    provider = calendars(ms, tokens=FakeTokens(lambda: token), settings=settings)
    assert asked(provider) == ()
    assert len(proxy.asked) == 2  # one for the sign-in's connections, one for Graph's
    assert {each.partition(":")[0] for each in proxy.asked} == {host}

    straight = replace(route, no_proxy=f"other.example.com, {host}")
    again = calendars(
        ms,
        tokens=FakeTokens(lambda: token),
        settings=settings,
        mailboxes=Mailboxes(waiting.monotonic, straight),
    )
    assert asked(again) == ()
    assert len(proxy.asked) == 2


@pytest.mark.parametrize(
    ("no_proxy", "host", "is_straight"),
    [
        ("", "graph.example.com", False),
        ("example.com", "graph.example.com", True),
        (".example.com", "graph.example.com", True),
        ("ample.com", "graph.example.com", False),
        ("graph.example.com:8443", "graph.example.com", False),
        ("*", "graph.example.com", True),
    ],
)
def test_no_proxy_is_read_as_other_programs_read_it(no_proxy: str, host: str, is_straight: bool) -> None:
    route = Route(proxy="http://proxy.example.com:3128", no_proxy=no_proxy)
    assert (route.proxy_for(f"https://{host}/v1.0/me") is None) is is_straight
    assert route.proxy_for(f"http://{host}/") is None


def test_a_proxys_password_is_not_shown() -> None:
    route = Route(proxy="http://bridge:plainly-fake@proxy.example.com:3128")
    assert "plainly-fake" not in repr(route)
    assert "plainly-fake" not in repr(route.tunnel_to(BEN, 443))
