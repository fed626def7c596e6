"""`bridge request`, the telli simulator, against a server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from bridge.app import create_app
from tests.cast.reading import load_config
from tests.cast.terminal import Terminal, salon_terminal, tomorrow


def serve(app: Flask) -> Iterator[str]:
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def url(bridge: Terminal) -> Iterator[str]:
    """Where the salon's bridge answers."""
    app = create_app(load_config(bridge.config, {}))
    yield from serve(app)
    app.extensions["bridge"].stop()


@pytest.fixture
def stranger() -> Iterator[str]:
    """Where something else answers."""
    app = Flask("stranger")
    app.add_url_rule("/<path:_>", "page", lambda _: ("<h1>Welcome</h1>", 502), methods=["POST"])
    yield from serve(app)


@pytest.fixture
def mute() -> Iterator[str]:
    """Where something listens that speaks another language than HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line:
                        line.sendall(b"220 mail.example.com ESMTP\r\n")
                        line.recv(4096)

        threading.Thread(target=greet, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def test_the_answer_is_shown_as_telli_gets_it(bridge: Terminal, url: str) -> None:
    told = bridge("request", "cut", "available", "--url", url, "--json")
    assert told.code == 0
    assert told.json == bridge("slots", "cut", "--json").json
    people = bridge("request", "cut", "available", "--url", f"{url}/")
    assert people.out.startswith("HTTP 200 after ")
    assert '"available"' in people.out


def test_a_booking_is_made_and_a_refusal_ends_with_1(bridge: Terminal, url: str) -> None:
    words = ["request", "cut", "book", "--start", tomorrow(10), "--url", url, "--json", "--name", "Kim"]
    assert bridge(*words).json == {"status": "success"}
    assert bridge(*words).json == {"status": "success"}
    others = [bridge(*words, "--contact-id", f"other-{number}") for number in range(2)]
    assert [each.code for each in others] == [0, 1]
    assert others[1].json["status"] == "failed"
    assert len(bridge("bookings", "--json").json) == 2


def test_a_dry_run_books_nothing(bridge: Terminal, url: str) -> None:
    told = bridge("request", "cut", "book", "--start", tomorrow(10), "--url", url, "--dry-run", "--json")
    assert told.json == {"status": "success"}
    assert bridge("bookings", "--json").json == []


def test_another_key_is_told_apart_from_another_event_type(
    bridge: Terminal, url: str, tmp_path: Path, sqlite_url: str
) -> None:
    told = bridge("request", "shave", "available", "--url", url)
    assert (told.code, "no such event type there" in told.err) == (1, True)
    text = bridge.config.read_text().replace("fake-telli-key", "another-fake-key")
    (tmp_path / "other.toml").write_text(text)
    told = bridge("--config", str(tmp_path / "other.toml"), "request", "cut", "available", "--url", url)
    assert (told.code, "uses another API key" in told.err) == (1, True)


def test_a_name_that_is_not_known_is_told_apart_from_a_port_where_nobody_listens(bridge: Terminal) -> None:
    told = bridge("request", "cut", "available", "--url", "http://127.0.0.1:1", "--json")
    assert told.code == 4
    assert "127.0.0.1:1 refuses the connection: nothing listens there" in told.json["error"]
    told = bridge("request", "cut", "available", "--url", "http://bridge.invalid")
    assert told.code == 4
    assert "no machine of the name bridge.invalid (DNS)" in told.err


def test_what_speaks_no_tls_or_no_http_is_told_apart(bridge: Terminal, url: str, mute: str) -> None:
    told = bridge("request", "cut", "available", "--url", url.replace("http:", "https:"))
    assert (told.code, "does not speak TLS" in told.err) == (4, True)
    told = bridge("request", "cut", "available", "--url", mute)
    assert (told.code, "does not speak HTTP" in told.err) == (4, True)


def test_a_rehearsal_is_not_sent_to_what_might_book(bridge: Terminal, stranger: str) -> None:
    told = bridge("request", "cut", "book", "--start", tomorrow(10), "--url", stranger, "--dry-run")
    assert (told.code, "nothing was sent" in told.err) == (4, True)


def test_an_answer_of_something_else_is_no_answer(bridge: Terminal, stranger: str) -> None:
    told = bridge("request", "cut", "available", "--url", stranger)
    assert told.code == 4
    assert told.err == f"{stranger}/cut/available answered HTTP 502, but not as a bridge does.\n"


def test_without_an_address_the_configured_one_is_asked(tmp_path: Path, sqlite_url: str) -> None:
    bridge = salon_terminal(tmp_path, sqlite_url)
    bridge.config.write_text(bridge.config.read_text().replace(":8000", ":1"))
    assert "http://127.0.0.1:1/cut/available" in bridge("request", "cut", "available").err


@pytest.mark.parametrize(
    "address", ["calendar.example.com", "ftp://example.com", "http://", "http://[::", "/"]
)
def test_what_is_no_address_is_wrong_usage(bridge: Terminal, address: str) -> None:
    told = bridge("request", "cut", "available", "--url", address)
    assert told.code == 2
    assert "write it like https://calendar.example.com" in told.err


def test_to_book_one_has_to_say_when(bridge: Terminal) -> None:
    told = bridge("request", "cut", "book")
    assert told.code == 2
    assert "--start" in told.err
