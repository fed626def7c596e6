"""Google over TLS, as in earnest: certificates, handshakes, compression."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator

import pytest
import trustme

from providers.base import EventRef, Interval
from providers.errors import ProviderUnavailable, WriteUnknown
from providers.google.calendars import GoogleCalendars
from providers.google.settings import GoogleSettings
from providers.google.transport import Lines
from providers.route import Route
from tests.providers.google import ANNA, KEY, WINDOW, Waiting, at, draft, provider_of, query, soon, span
from tests.providers.secure import Secure
from tests.vendors.google import FakeTokens
from tests.vendors.google.canned import Canned

BUSY = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}
BODY = json.dumps({"calendars": {ANNA: {"busy": [BUSY]}}}).encode()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Secure]:
    server = Secure(authority, "localhost", BODY)
    yield server
    server.close()


def provider_at(url: str, ca_file: str | None = None) -> GoogleCalendars:
    waiting = Waiting()
    return GoogleCalendars(
        ANNA,
        FakeTokens(lambda: "fake-access"),
        GoogleSettings(api_url=f"{url}/calendar/v3/"),
        clocks=waiting.clocks(),
        lines=Lines(waiting.monotonic, Route(ca_file=ca_file)),
    )


def test_one_handshake_serves_call_after_call(secure: Secure, ca_file: str) -> None:
    provider = provider_at(secure.url, ca_file)
    for _ in range(4):
        answers = provider.free_busy([query()], WINDOW, deadline=soon())
        assert answers == {query(): (Interval(at(1, 9), at(1, 10)),)}
    assert (secure.connections, secure.requests) == (1, 4)


def test_a_server_nobody_vouches_for_gets_no_request_and_no_token(secure: Secure) -> None:
    provider = provider_at(secure.url)
    with pytest.raises(ProviderUnavailable):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    assert secure.requests == 0


def test_a_certificate_for_another_name_is_not_taken(authority: trustme.CA, ca_file: str) -> None:
    server = Secure(authority, "other.example.com", BODY)
    provider = provider_at(server.url, ca_file)
    with pytest.raises(ProviderUnavailable):
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())
    server.close()
    assert server.requests == 0


def test_a_handshake_that_is_not_answered_ends_in_time_and_leaves_no_doubt(ca_file: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        provider = provider_at(f"https://localhost:{silent.getsockname()[1]}", ca_file)
        with pytest.raises(ProviderUnavailable):
            provider.cancel_event(EventRef(ANNA, KEY), notify=False, deadline=soon(1.2))


def test_a_connection_that_ends_within_an_encrypted_answer_leaves_a_write_in_doubt(
    secure: Secure, ca_file: str
) -> None:
    provider = provider_at(secure.url, ca_file)
    with pytest.raises(WriteUnknown):  # the canned body is no event
        provider.create_event(ANNA, KEY, draft(span(1, 9)), deadline=soon())


def test_a_compressed_answer_is_read(canned: Canned) -> None:
    canned.say(gzip.compress(BODY), {"Content-Encoding": "gzip"})
    answers = provider_of(canned).free_busy([query()], WINDOW, deadline=soon())
    assert answers == {query(): (Interval(at(1, 9), at(1, 10)),)}


@pytest.mark.parametrize("kind", ["none", "cut", "bomb"])
def test_a_broken_compression_is_never_free(canned: Canned, kind: str) -> None:
    contents = {
        "none": b"no gzip at all",
        "cut": gzip.compress(BODY)[:-12],
        "bomb": gzip.compress(b"0" * 30_000_000),
    }
    canned.say(contents[kind], {"Content-Encoding": "gzip"})
    (answer,) = provider_of(canned).free_busy([query()], WINDOW, deadline=soon(5)).values()
    assert isinstance(answer, Exception)
