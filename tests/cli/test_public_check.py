"""`bridge check --public`: telli's way to a bridge that is served, hop by hop."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bridge.app import create_app
from tests.cast.reading import load_config
from tests.cast.terminal import Terminal


@pytest.fixture
def served(bridge: Terminal) -> Iterator[Terminal]:
    """The salon, served at its public address."""
    server = make_server("127.0.0.1", 0, Flask("later"), threaded=True)
    bridge.config.write_text(bridge.config.read_text().replace(":8000", f":{server.port}"))
    app = create_app(load_config(bridge.config, {}))
    server.app = app
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield bridge
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["bridge"].stop()


def found(bridge: Terminal) -> dict[str, tuple[str, str]]:
    told = bridge("check", "--public", "--json")
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
    told = bridge("check", "--public", "--json")
    assert told.code == 1
    assert [each["verdict"] for each in told.json] == ["note", "note", "fails"]
    assert "`bridge serve` starts the bridge" in told.json[-1]["text"]
