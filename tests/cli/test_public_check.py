"""`bridge check --public`: telli's way to a bridge that is served, hop by hop."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from flask import Flask
from werkzeug.serving import make_server

from bridge.app import create_app
from tests.cast.reading import load_config
from tests.cast.terminal import Terminal

_ENDS_WITH_WHAT_TO_DO = re.compile(r"(`[^`]+`|https?://\S+)$")

Serve = Callable[..., Terminal]


@contextmanager
def serving(bridge: Terminal, tls: tuple[str, str] | None) -> Iterator[None]:
    """Serve the salon at its public address."""
    server = make_server("127.0.0.1", 0, Flask("later"), threaded=True, ssl_context=tls)
    bridge.config.write_text(bridge.config.read_text().replace(":8000", f":{server.port}"))
    app = create_app(load_config(bridge.config, {}))
    server.app = app
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["bridge"].stop()


@pytest.fixture
def served(bridge: Terminal) -> Iterator[Terminal]:
    """The salon, served at its public address."""
    with serving(bridge, None):
        yield bridge


@pytest.fixture
def secured(bridge: Terminal, tmp_path: Path) -> Iterator[Serve]:
    """Serves the salon over https, with a certificate of an authority of its own that is good for so long."""
    with ExitStack() as stack:

        def begin(*, good_for: timedelta) -> Terminal:
            authority = trustme.CA()
            authority.cert_pem.write_to_path(tmp_path / "ca.pem")
            issued = authority.issue_cert("localhost", not_after=datetime.now(UTC) + good_for)
            issued.private_key_pem.write_to_path(tmp_path / "key.pem")
            issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
            text = bridge.config.read_text().replace("http://127.0.0.1:8000", "https://localhost:8000")
            bridge.config.write_text(f'{text}\n[network]\nca_file = "{tmp_path}/ca.pem"\n')
            stack.enter_context(serving(bridge, (f"{tmp_path}/cert.pem", f"{tmp_path}/key.pem")))
            return bridge

        yield begin


def found(bridge: Terminal) -> dict[str, tuple[str, str]]:
    told = bridge("check", "--public", "--json")
    for each in told.json:
        assert each["verdict"] == "ok" or _ENDS_WITH_WHAT_TO_DO.search(each["text"]), each["text"]
    return {each["subject"]: (each["verdict"], each["text"]) for each in told.json}


def test_every_hop_is_tried_up_to_a_booking_that_is_not_made(served: Terminal) -> None:
    told = found(served)
    assert told["/cut/available"][0] == "ok"
    assert told["/cut/book"] == ("ok", told["/cut/book"][1])
    assert "could be booked; nothing was" in told["/cut/book"][1]
    assert told["proxy"][0] == "ok"
    assert served("bookings", "--json").json == []


def test_another_key_than_the_servers_is_told(served: Terminal) -> None:
    served.config.write_text(served.config.read_text().replace("fake-telli-key", "another-fake-key"))
    verdict, text = found(served)["/cut/available"]
    assert (verdict, "bridge reload" in text) == ("fails", True)


def test_a_proxy_that_nobody_sends_forwarding_headers_for_is_told(served: Terminal) -> None:
    text = served.config.read_text().replace("[bridge]\n", "[bridge]\ntrusted_proxies = 1\n")
    served.config.write_text(text)
    verdict, text = found(served)["proxy"]
    assert (verdict, "no X-Forwarded-For arrives" in text) == ("note", True)


def test_the_way_ends_where_nobody_answers(bridge: Terminal) -> None:
    bridge.config.write_text(bridge.config.read_text().replace(":8000", ":1"))
    told = found(bridge)
    assert [verdict for verdict, _ in told.values()] == ["note", "note", "fails"]
    assert "`bridge serve`" in [*told.values()][-1][1]


def test_over_https_every_hop_is_tried_by_the_authorities_of_the_configuration(secured: Serve) -> None:
    bridge = secured(good_for=timedelta(days=90))
    told = found(bridge)
    until = datetime.now(UTC) + timedelta(days=90)
    assert told["TLS"] == ("ok", f"the certificate of localhost is good until {until:%Y-%m-%d}")
    assert [told[hop][0] for hop in ("/cut/available", "/cut/book", "proxy")] == ["ok", "ok", "ok"]
    sent = bridge("request", "cut", "available")
    assert (sent.code, "HTTP 200" in sent.out) == (0, True)
    text = bridge.config.read_text()
    bridge.config.write_text(text[: text.index("[network]")])
    verdict, why = found(bridge)["TLS"]
    assert (verdict, "is not accepted: unable to get local issuer certificate" in why) == ("fails", True)


def test_a_certificate_that_ends_soon_is_told(secured: Serve) -> None:
    verdict, text = found(secured(good_for=timedelta(days=13)))["TLS"]
    assert (verdict, "was not renewed" in text) == ("note", True)


def test_a_certificate_that_has_ended_is_told(secured: Serve) -> None:
    verdict, text = found(secured(good_for=timedelta(seconds=-1)))["TLS"]
    assert (verdict, "certificate has expired" in text) == ("fails", True)
