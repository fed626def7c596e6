"""Who asks for a call is called by telli too, where its agent is named and no time was wished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.model import FollowUpState
from bridge.store.sql import follow_ups
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import TOKEN, Line
from tests.vendors.telli import FakeTelli

WISH: dict[str, Any] = {
    "contact_id": "kim",
    "name": "Kim",
    "phone_number": "+49 30 901820",
    "agent_id": "agent-1",
}


@pytest.fixture
def telli() -> Iterator[FakeTelli]:
    with FakeTelli() as served:
        served.add_contact("kim")
        yield served


@pytest.fixture
def line(open_line_on_both: OpenLine, telli: FakeTelli) -> Line:
    return open_line_on_both(ANNA, telli=f'api_url = "{telli.url}"')


def ask(line: Line, **members: object) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = line.app.test_client().post("/tools/callback", json={**WISH, **members}, headers=headers)
    assert answer.get_json()["status"] == "success"


def test_telli_is_asked_once_and_the_owner_knows_anyhow(line: Line, telli: FakeTelli) -> None:
    ask(line)
    ask(line)
    line.go_on()
    ask(line)  # agents repeat what took long
    line.go_on()
    assert telli.calls == [("kim", "agent-1")]
    assert len(line.bridge.alerts.open()) == 1


@pytest.mark.parametrize(
    "members",
    [
        {"preferred_time": "at five"},
        {"agent_id": ""},
        {"agent_id": "a b"},
        {"contact_id": ""},
        {"contact_id": "a/b"},
    ],
)
def test_a_wished_time_or_somebody_unknown_is_left_to_people(
    line: Line, telli: FakeTelli, members: dict[str, object]
) -> None:
    ask(line, **members)
    line.go_on()
    assert telli.requests == []
    assert len(line.bridge.alerts.open()) == 1


def test_a_contact_that_telli_refuses_is_left_to_people_and_shown(line: Line, telli: FakeTelli) -> None:
    ask(line, contact_id="lee")
    line.go_on()
    line.go_on(minutes=6)
    assert telli.operations() == ["schedule call"]
    [given_up] = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    assert (given_up.receiver, given_up.recipient) == ("telli_calls", "caller:lee/agent-1")
    assert "telli does not call" in given_up.why
    assert [alert.key.partition(":")[0] for alert in line.bridge.alerts.open()] == ["callback", "follow_ups"]


def test_a_key_that_is_put_right_within_two_days_has_the_call_made(line: Line, telli: FakeTelli) -> None:
    right, telli.key = telli.key, "another"
    ask(line)
    line.go_on()
    [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
    assert waiting.why == "telli refuses the API key"
    telli.key = right
    line.go_on(minutes=3)
    assert telli.calls == [("kim", "agent-1")]


def test_what_waited_for_long_rings_nobody_at_night(line: Line, telli: FakeTelli) -> None:
    right, telli.key = telli.key, "another"
    ask(line)
    line.go_on(hours=11)
    telli.key = right
    line.go_on(hours=4)
    assert (line.clock.moment.hour, telli.calls) == (22, [])
    line.go_on(hours=11)
    assert telli.calls == [("kim", "agent-1")]


@pytest.mark.parametrize("fault", ["drop_after", "unavailable"])
def test_an_unclear_answer_is_not_asked_again_but_by_hand(line: Line, telli: FakeTelli, fault: str) -> None:
    telli.fail_next(fault, operation="schedule call")
    ask(line)
    line.go_on()
    line.go_on(minutes=6)
    assert telli.operations() == ["schedule call"]
    [given_up] = line.bridge.outbox.listed(FollowUpState.GIVEN_UP)
    line.bridge.outbox.retry(given_up)
    line.go_on()
    assert telli.operations() == ["schedule call"] * 2
    assert [alert.key.partition(":")[0] for alert in line.bridge.alerts.open()] == ["callback"]


def test_a_call_whose_process_died_meanwhile_is_not_made_twice(line: Line, telli: FakeTelli) -> None:
    ask(line)
    with line.bridge.store.write() as connection:
        [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
        follow_ups.begin(connection, waiting, line.clock.now())
    line.go_on()
    assert (telli.calls, len(line.bridge.outbox.listed(FollowUpState.GIVEN_UP))) == ([], 1)


def test_a_telli_that_was_never_reached_is_asked_again_until_somebody_called(
    open_line: OpenLine, telli: FakeTelli
) -> None:
    line = open_line(ANNA, telli='api_url = "http://127.0.0.1:1"')
    ask(line)
    line.go_on()
    [alert] = line.bridge.alerts.open()
    [waiting] = line.bridge.outbox.listed(FollowUpState.WAITING)
    assert (waiting.alert_key, waiting.why) == (alert.key, "telli cannot be reached")
    line.bridge.alerts.resolve(alert.key)
    line.go_on(minutes=6)
    assert [each.state for each in line.bridge.outbox.listed(*FollowUpState)] == [FollowUpState.VOID]
