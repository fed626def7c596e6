"""The provider contract's part on being called when a calendar changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from providers.base import Channel
from tests.contracts.account import AccountUnderTest, plenty

TOKEN = "fake-channel-token"


class _Endpoint(BaseHTTPRequestHandler):
    """Takes every message, and gives back a token that the vendor wants to see again."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name in the base class
        """Log nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class PushContract:
    """A channel is open until its end, is renewed or replaced, and is closed; or there is none at all."""

    @pytest.fixture
    def address(self) -> Iterator[str]:
        with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.server_address[1]}/notify"
            server.shutdown()
            thread.join()

    def test_a_channel_that_cannot_be_renewed_can_be_replaced(
        self, account: AccountUnderTest, address: str
    ) -> None:
        provider = account.make_provider()
        opened = provider.watch(account.calendar, address, TOKEN, deadline=plenty())
        if opened is None:
            assert provider.watch(account.calendar, address, TOKEN, deadline=plenty()) is None
            return
        renewed = provider.renew(opened, deadline=plenty())
        if renewed is None:
            renewed = provider.watch(account.calendar, address, TOKEN, deadline=plenty())
            assert renewed is not None
            assert renewed.id != opened.id
        else:
            assert renewed.id == opened.id
        assert renewed.expires_at >= opened.expires_at

    def test_a_channel_is_closed_once_and_then_renewed_no_more(
        self, account: AccountUnderTest, address: str
    ) -> None:
        provider = account.make_provider()
        opened = provider.watch(account.calendar, address, TOKEN, deadline=plenty())
        channel = opened or Channel("never-opened", "", datetime.now(UTC))
        provider.unwatch(channel, deadline=plenty())
        provider.unwatch(channel, deadline=plenty())
        assert provider.renew(channel, deadline=plenty()) is None
