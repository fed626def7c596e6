"""TLS that fails: before the request leaves nothing has happened; once it is out, anything may have."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from threading import Thread

import pytest
import trustme

from providers.base import CalendarProvider
from providers.errors import ProviderUnavailable, WriteUnknown
from providers.google.calendars import GoogleCalendars
from providers.google.settings import GoogleSettings
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.settings import MicrosoftSettings
from providers.route import Route
from tests.providers.google import ANNA, KEY, Waiting, draft, soon, span
from tests.providers.microsoft import BEN
from tests.providers.secure import Secure
from tests.vendors.google import FakeTokens

BODY = json.dumps({"id": KEY}).encode()
TOKENS = FakeTokens(lambda: "fake-access")
At = Callable[[str, Route], CalendarProvider]


def google_at(url: str, route: Route) -> CalendarProvider:
    settings = GoogleSettings(api_url=f"{url}/calendar/v3/", route=route)
    return GoogleCalendars(ANNA, TOKENS, settings, clocks=Waiting().clocks())


def microsoft_at(url: str, route: Route) -> CalendarProvider:
    settings = MicrosoftSettings(graph_url=f"{url}/v1.0", route=route)
    return MicrosoftCalendars(BEN, TOKENS, settings, clocks=Waiting().clocks())


at_both = pytest.mark.parametrize(
    ("at", "calendar"), [(google_at, ANNA), (microsoft_at, "calendar")], ids=["google", "microsoft"]
)


@pytest.fixture
def breaking(authority: trustme.CA) -> Iterator[Callable[[int], Secure]]:
    """Start a server that reads a request whole and breaks TLS after so many bytes of its answer."""
    started: list[Secure] = []

    def start(breaks_after: int) -> Secure:
        started.append(Secure(authority, "localhost", BODY, breaks_after=breaks_after))
        return started[-1]

    yield start
    for server in started:
        server.close()


@at_both
@pytest.mark.parametrize("breaks_after", [0, 20, -4], ids=["before", "in-its-head", "in-its-body"])
def test_tls_that_breaks_while_the_answer_is_read_leaves_a_write_in_doubt(
    breaking: Callable[[int], Secure], ca_file: str, at: At, calendar: str, breaks_after: int
) -> None:
    server = breaking(breaks_after)
    provider = at(server.url, Route(ca_file=ca_file))
    with pytest.raises(WriteUnknown):
        provider.create_event(calendar, KEY, draft(span(1, 9)), deadline=soon())
    assert server.requests >= 1


@at_both
def test_a_certificate_nobody_vouches_for_leaves_no_doubt(
    breaking: Callable[[int], Secure], at: At, calendar: str
) -> None:
    server = breaking(0)
    with pytest.raises(ProviderUnavailable):
        at(server.url, Route()).create_event(calendar, KEY, draft(span(1, 9)), deadline=soon())
    assert server.requests == 0


@at_both
@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH\r\n"], ids=["ended", "no-tls"])
def test_a_handshake_that_fails_leaves_no_doubt(ca_file: str, at: At, calendar: str, greeting: bytes) -> None:
    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with closing(connection), suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        provider = at(f"https://localhost:{listener.getsockname()[1]}", Route(ca_file=ca_file))
        with pytest.raises(ProviderUnavailable):
            provider.create_event(calendar, KEY, draft(span(1, 9)), deadline=soon())
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_handshake_that_is_not_answered_leaves_no_doubt(ca_file: str) -> None:  # Google's: test_google_tls
    with socket.create_server(("127.0.0.1", 0)) as silent:
        provider = microsoft_at(f"https://localhost:{silent.getsockname()[1]}", Route(ca_file=ca_file))
        with pytest.raises(ProviderUnavailable):
            provider.create_event("calendar", KEY, draft(span(1, 9)), deadline=soon(1.05))
