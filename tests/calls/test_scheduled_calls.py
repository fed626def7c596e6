"""Who asks for a call is called by telli too, where its agent is named and no time was wished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

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


def test_a_contact_or_key_that_telli_refuses_is_left_to_people(line: Line, telli: FakeTelli) -> None:
    ask(line, contact_id="lee")
    line.go_on()
    telli.key = "another"
    ask(line, reason="again")
    line.go_on()
    line.go_on(minutes=6)
    assert telli.operations() == ["schedule call"] * 2
    assert telli.calls == []


@pytest.mark.parametrize("fault", ["drop_after", "unavailable"])
def test_an_unclear_answer_is_not_asked_again(line: Line, telli: FakeTelli, fault: str) -> None:
    telli.fail_next(fault, operation="schedule call")
    ask(line)
    line.go_on()
    line.go_on(minutes=6)
    assert telli.operations() == ["schedule call"]
    assert len(line.bridge.alerts.open()) == 1


def test_a_telli_that_was_never_reached_is_asked_again_until_somebody_called(
    open_line: OpenLine, telli: FakeTelli
) -> None:
    line = open_line(ANNA, telli='api_url = "http://127.0.0.1:1"')
    ask(line)
    line.go_on()
    with line.bridge.store.read() as connection:
        due = "SELECT count(*) FROM jobs WHERE kind = 'schedule_call'"
        assert connection.exec_driver_sql(due).scalar_one() == 1
        [alert] = line.bridge.alerts.open()
    line.bridge.alerts.resolve(alert.key)
    line.go_on(minutes=6)
    with line.bridge.store.read() as connection:
        assert connection.exec_driver_sql(due).scalar_one() == 0
