"""A receiver that takes nothing any more is told to the owner once, long before anything is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bridge.follow_ups.errors import NotDelivered
from bridge.follow_ups.failing import Failing
from bridge.model import FollowUp, FollowUpState
from bridge.model.follow_ups import CALL
from tests.cast.clock import MONDAY, TurnableClock
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine, OpenSalon
from tests.cast.line import Line, at
from tests.cast.mail import USER, mail_server, mail_toml
from tests.vendors.brevo import KEY as BREVO_KEY
from tests.vendors.brevo import FakeBrevo
from tests.vendors.common import Fault
from tests.vendors.twilio import TOKEN, FakeTwilio
from tests.vendors.zoom import SECRET, FakeZoom

KIM: dict[str, Any] = {"name": "Kim Example", "email": "kim@example.org", "phone_number": "+4915112345678"}


def alerts(line: Line) -> list[str]:
    return [each.text for each in line.bridge.alerts.open() if each.key.startswith("receiver:")]


@contextmanager
def _mail() -> Iterator[str]:
    with mail_server(asks_who=True) as box:
        yield mail_toml(box).replace("//", f"//{USER}:wrong@")


@contextmanager
def _vendor(fake: Any, secret: str) -> Iterator[str]:
    with fake as served:
        yield served.toml().replace(secret, "wrong")


@pytest.mark.parametrize(
    ("receiver", "opened"),
    [
        ("mail", _mail),
        ("brevo", lambda: _vendor(FakeBrevo(), BREVO_KEY)),
        ("sms", lambda: _vendor(FakeTwilio(TurnableClock()), TOKEN)),
        ("meetings", lambda: _vendor(FakeZoom(), SECRET)),
    ],
)
def test_a_wrong_password_or_key_is_told_at_once(
    open_line: OpenLine, receiver: str, opened: Callable[[], Any]
) -> None:
    with ExitStack() as stack:
        toml = stack.enter_context(opened())
        online = 'meeting_platform = "zoom"' if receiver == "meetings" else ""
        line = open_line(ANNA, rest=toml, event_type=online)
        line.book(at(10), **KIM)
        line.go_on()
        line.go_on(minutes=20)
        [alert] = alerts(line)
    assert alert.startswith(f"{receiver} refuses the password, key or account in the configuration")


def test_a_receiver_that_has_long_taken_nothing_is_told_once_until_it_does(open_line: OpenLine) -> None:
    with mail_server() as box:
        line = open_line(ANNA, rest=mail_toml(box))
        box.answer = "451 later"
        line.book(at(10, day=26), **KIM)
        line.go_on()
        line.go_on(minutes=40)
        assert alerts(line) == []
        line.go_on(minutes=60)
        [alert] = alerts(line)
        assert alert.startswith("Since Monday, November 23 at 7:00 AM nothing could be told to mail.")
        line.go_on(hours=3)
        assert alerts(line) == [alert]
        box.answer = "250 OK"
        line.go_on(hours=3)
        assert (alerts(line), len(box.messages)) == ([], 1)


def test_one_message_that_is_not_taken_says_nothing_of_its_receiver(open_line: OpenLine) -> None:
    with FakeBrevo() as brevo:
        line = open_line(ANNA, rest=brevo.toml())
        brevo.fail_next(Fault.UNAVAILABLE)
        line.book(at(10, day=26), **KIM)
        line.go_on()
        line.book(at(11, day=26), "lee", email="lee@example.org")
        line.go_on()
        brevo.go_down()
        line.go_on(hours=2)
        assert alerts(line) == []


def test_what_is_late_since_the_bridge_was_down_is_not_told_at_its_first_failure(
    open_small: OpenSalon,
) -> None:
    bridge, planned = (salon := open_small(ANNA)).bridge, MONDAY
    failing, error = Failing(bridge.alerts, salon.clock.now), NotDelivered("later")
    late = FollowUp("1", None, 0, CALL, "mail", "caller", FollowUpState.WAITING, planned, planned)
    salon.clock.turn(hours=3)
    with bridge.store.write() as connection:
        failing.failed(connection, late, error)
        assert not bridge.alerts.is_open("receiver:mail", within=connection)
        failing.failed(connection, replace(late, why="later"), error)
        assert bridge.alerts.is_open("receiver:mail", within=connection)
