"""Who is let in by a request's head alone, and whose forwarding headers are believed."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from bridge.web.admission import (
    FORM_BYTES,
    MOST_BYTES,
    TOO_LARGE,
    UPLOAD_BYTES,
    WEBHOOK_BYTES,
    Admitted,
    Door,
    Head,
    Refused,
)
from bridge.web.shell import believing

DOOR = Door(frozenset({"google"}), "bridge", has_signed_in=lambda cookie: cookie == "ours")
SIGNED = {"x-telli-signature": "0" * 64}


def judged(method: str, path: str, length: int | None = 2, **headers: str) -> Admitted | Refused:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return DOOR.judge(Head(method, path, length, given.get))


def test_a_signed_request_is_tellis_and_read() -> None:
    for path in ("/book", "/cut/available", "/cut/available/", "/contact-lookup"):
        # A booking may wait for a thread for longer than an offer, for which one is kept.
        books = path == "/book"
        admitted = Admitted(MOST_BYTES, is_signed=True, is_booking=books, patience=2.0 if books else 1.0)
        assert judged("POST", path, 2, **SIGNED) == admitted
    assert isinstance(judged("POST", "/book", MOST_BYTES, **SIGNED), Admitted)
    assert judged("POST", "/book", MOST_BYTES + 1, **SIGNED) is TOO_LARGE


@pytest.mark.parametrize("signature", ["", "0" * 63, "0" * 65, "A" * 64])
def test_a_signature_of_another_shape_is_refused_unread(signature: str) -> None:
    refused = judged("POST", "/book", x_telli_signature=signature)
    assert isinstance(refused, Refused)
    assert refused.status.startswith("401 ")


def test_a_vendor_is_listened_to_only_where_it_can_have_a_channel() -> None:
    assert judged("POST", "/notify/google") == Admitted(MOST_BYTES)
    assert judged("POST", "/notify/microsoft") == Refused("404 Not Found")


def test_tellis_webhook_is_read_where_it_can_be_verified() -> None:
    signed = {"svix-id": "msg_1", "svix-timestamp": "1764000000", "svix-signature": "v1,AAAA"}
    hears = replace(DOOR, hears_of_calls=True)

    def heard(length: int, **but: str) -> Admitted | Refused:
        return hears.judge(Head("POST", "/telli/webhook", length, {**signed, **but}.get))

    assert heard(WEBHOOK_BYTES) == Admitted(WEBHOOK_BYTES)
    assert heard(WEBHOOK_BYTES + 1) is TOO_LARGE
    for name, value in {"svix-id": "", "svix-timestamp": "now", "svix-signature": "v1"}.items():
        refused = heard(2, **{name: value})
        assert isinstance(refused, Refused)
        assert refused.status.startswith("401 ")
    assert DOOR.judge(Head("POST", "/telli/webhook", 2, signed.get)) == Refused("404 Not Found")


def test_a_form_is_read_only_from_a_browser_with_a_session() -> None:
    assert judged("POST", "/", cookie="other=1; bridge=abc") == Admitted(FORM_BYTES)
    assert judged("POST", "/", FORM_BYTES + 1, cookie="bridge=abc") is TOO_LARGE
    assert judged("POST", "/", 300_000_000) == Admitted(0)


def test_a_file_is_read_only_from_a_browser_that_signed_in() -> None:
    path = "/admin/calendars/anna/import"
    assert judged("POST", path, 5_000_000, cookie="bridge=ours") == Admitted(UPLOAD_BYTES, seconds=60)
    assert judged("POST", path, UPLOAD_BYTES + 1, cookie="bridge=ours") is TOO_LARGE
    assert judged("POST", path, 5_000_000, cookie="bridge=forged") is TOO_LARGE
    assert judged("POST", path, 5_000_000) == Admitted(0)
    assert judged("POST", "/admin/calendars/anna", 5_000_000, cookie="bridge=ours") is TOO_LARGE


def test_a_question_has_no_body() -> None:
    assert judged("GET", "/") == TOO_LARGE
    assert judged("GET", "/", 0) == Admitted(0)
    assert judged("GET", "/", None) == Admitted(0)


@pytest.mark.parametrize(
    ("address", "proxies", "believed"),
    [
        ("127.0.0.1", 0, False),
        ("127.0.0.1", 1, True),
        ("::1", 1, True),
        ("10.1.2.3", 1, True),
        ("192.0.2.1", 1, False),
        ("", 1, True),
    ],
)
def test_forwarding_headers_are_believed_from_our_own_proxies_alone(
    address: str, proxies: int, believed: bool
) -> None:
    seen: list[str] = []

    def serve(environ: dict[str, Any], _start: object) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    environ = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": "203.0.113.9", "wsgi.url_scheme": "http"}
    believing(serve, proxies=proxies, networks=[ip_network("10.0.0.0/8")])(environ, None)
    assert seen == ["203.0.113.9" if believed else address]


def test_a_tool_is_listened_to_when_it_bears_a_token() -> None:
    for path in ("/find", "/cut/find", "/tools/cancel"):
        assert judged("POST", path, authorization="Bearer x") == Admitted(MOST_BYTES, is_signed=True)
        refused = judged("POST", path)
        assert isinstance(refused, Refused)
        assert refused.status.startswith("401 ")
