"""The page from which telli is connected: addresses, a test call through the public one, instructions."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bridge.service.trial_calls import TrialCalls
from bridge.speech.agent_instructions import AgentInstructions
from bridge.speech.language import language
from tests.cast.config import ANNA, EVERY_START, salon_config
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.connections.stage import ADMIN, Browser, signed_in

PAGE = "/admin/telli"
FIELDS = """
[[event_types.cut.fields]]
label = "Reason"
name = "appointment_reason"
required = true
[[event_types.cut.fields]]
label = "Insurance"
name = "insurance"
[event_types.cut.services.long]
title = "Long cut"
duration_minutes = 60
"""


@pytest.fixture
def line(open_line: OpenLine) -> Line:
    return open_line(ANNA, rest=ADMIN + FIELDS, event_type=EVERY_START)


@pytest.fixture
def served(open_line: OpenLine) -> Iterator[Line]:
    """A line that is served at its public address."""
    server = make_server("127.0.0.1", 0, Flask("later"), threaded=True)
    address = f'public_url = "http://127.0.0.1:{server.server_port}"'
    made = open_line(ANNA, rest=ADMIN, event_type=EVERY_START, bridge=address)
    server.app = made.app
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def call(line: Line, owner: Browser) -> str:
    """Make a test call; return what the page says then."""
    owner.get(PAGE)
    assert owner.post(f"{PAGE}/test", {"event_type": "cut"}).status_code == 303
    owner.get(PAGE)
    assert "The test call is being made" in owner.main()
    assert 'content="2; url=/admin/telli?looks=2#test"' in owner.page, "without the number it stays as it is"
    line.go_on()
    owner.get(PAGE)
    return owner.main()


def test_a_test_call_follows_tellis_way_and_books_nothing(served: Line) -> None:
    owner = signed_in(served)
    told = call(served, owner)
    assert "The test call came through" in told
    assert "/cut/available times offered:" in told
    assert "could be booked; nothing was" in told
    assert served.confirmed() == []
    served.bridge.journal.write_down()
    owner.get("/")
    assert "waiting; reload this page after a test call" in owner.main(), "telli itself has not called yet"


def test_a_test_call_names_the_hop_at_which_the_way_ends(open_line: OpenLine) -> None:
    line = open_line(ANNA, rest=ADMIN, bridge='public_url = "http://127.0.0.1:1"\nlocale = "de_DE"')
    owner = signed_in(line)
    owner.get(PAGE)
    owner.post(f"{PAGE}/test", {"event_type": "cut"})
    line.go_on()
    owner.get(PAGE)
    assert "Der Weg endet bei: http://127.0.0.1:1" in owner.main()
    assert "lehnt die Verbindung ab: Dort antwortet nichts." in owner.main()


def test_only_the_owner_has_test_calls_made_and_only_of_event_types(line: Line) -> None:
    owner, stranger = signed_in(line), Browser(line, "198.51.100.4")
    stranger.get("/")
    assert stranger.get(PAGE).location == "/"
    assert stranger.post(f"{PAGE}/test", {"event_type": "cut"}).location == "/"
    owner.get(PAGE)
    assert owner.post(f"{PAGE}/test", {"event_type": "cut"}, token="guessed").status_code == 400
    owner.get(PAGE)
    for wrong in ("", "https://192.0.2.1/", "cut/../x"):
        assert owner.post(f"{PAGE}/test", {"event_type": wrong}).status_code == 404
        owner.get(PAGE)
    assert TrialCalls.of(line.config, line.bridge.context, {}).last() is None


def test_a_wrong_key_is_told_and_a_right_one_too(line: Line) -> None:
    owner = signed_in(line)
    line.available()
    body = {"content-type": "application/json", "x-telli-signature": "0" * 64}
    assert line.app.test_client().post("/available", data=b"{}", headers=body).status_code == 401
    line.bridge.journal.write_down()
    owner.get(PAGE)
    assert "A wrong key a request was signed with a key that is not in [telli] api_keys" in owner.main()
    assert "telli's signed requests the latest" in owner.main()


def test_instructions_are_made_from_the_event_types_settings() -> None:
    more = 'require_email = true\nsuggest = "varied"\nsuggestions = 4\n'
    config = salon_config("sqlite:///unused.db", ANNA, event_type=more, rest=FIELDS)
    told = AgentInstructions(config.event_types["cut"]).text(language("en_US"))
    assert "- Reason (as appointment_reason in the contact details). Ask for it" in told
    assert "if the caller likes to say so: Insurance (as insurance)" in told
    assert "the e-mail address" in told
    assert "You get 4 times at most. Say 3 of them" in told
    assert "by the clock of UTC" in told
    assert "service = “long”" in told
    assert "Cancel only after a clear yes" not in told
    with_tools = AgentInstructions(config.event_types["cut"], has_tools=True, tells_spoken=True)
    german = with_tools.text(language("de_DE"))
    assert "Sage nur nach einem klaren Ja ab." in german
    assert "genau so, wie sie unter „spoken“ steht" in german
