"""A receiver whose answer has no end: its job goes on, and nothing else is told to it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest

from bridge.follow_ups.delivery import DELIVER, Delivery
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.receivers import Directory, Receipt
from bridge.follow_ups.rules import Rules
from bridge.follow_ups.telli_calls import TELLI_CALLS
from bridge.model import Booking, FollowUp, FollowUpState
from bridge.model.follow_ups import CALL
from bridge.store.sql import follow_ups
from tests.cast.clock import TEN
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenSalon
from tests.vendors.brevo import FakeBrevo


class Endless:
    """A receiver that ends no delivery before it is let."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun = 0

    def tells(self, _change: str) -> bool:
        return True

    def recipients(self, _booking: Booking) -> Iterable[str]:
        return ()

    def reminds(self, _booking: Booking) -> str | None:
        return None

    def try_out(self) -> str:
        return ""

    def deliver(self, _follow_up: FollowUp, _booking: Booking, *, was_told: bool) -> Receipt | None:
        self.begun += 1
        self.may_end.wait()
        return Receipt()


class Faulty:
    """Has callers called, and falls over each."""

    def call(self, _follow_up: FollowUp) -> Receipt | None:
        raise ValueError("a fault of ours")


def test_a_fault_in_a_call_is_logged_as_one(open_small: OpenSalon, caplog: pytest.LogCaptureFixture) -> None:
    salon = open_small(ANNA)
    bridge, now = salon.bridge, salon.clock.now
    given_up = GivenUp(bridge.store, bridge.alerts, now)
    directory, rules = Directory({}, {TELLI_CALLS: Faulty()}), Rules({}, None, ZoneInfo("UTC"))
    delivery = Delivery(bridge.store, directory, given_up, rules, salon.clock.clocks(), lambda _step: None)
    with bridge.store.write() as connection:
        call = FollowUp("1", None, 0, CALL, TELLI_CALLS, "caller:7/1", FollowUpState.WAITING, now(), now())
        follow_ups.add(connection, call)
    delivery.kinds()[DELIVER](TELLI_CALLS)
    delivery.close(patience=60)
    assert "a follow-up for a caller to be called could not be told" in caplog.text


def test_a_delivery_without_end_is_unclear_and_no_other_begins_meanwhile(open_small: OpenSalon) -> None:
    with FakeBrevo() as brevo:
        salon, endless = open_small(ANNA, rest=brevo.toml()), Endless()
        bridge, now = salon.bridge, salon.clock.now
        given_up = GivenUp(bridge.store, bridge.alerts, now)
        directory, rules = Directory({"brevo": endless}, {}), Rules({}, None, ZoneInfo("UTC"), seconds=0.01)
        delivery = Delivery(
            bridge.store, directory, given_up, rules, salon.clock.clocks(), lambda _step: None
        )
        salon.book("kim", TEN, email="kim@example.org")

        def told() -> FollowUp:
            salon.clock.turn(minutes=5 if not endless.begun else 30)
            delivery.kinds()[DELIVER]("brevo")
            while not endless.begun:  # on a thread of its own, perhaps after who waits has given up
                threading.Event().wait(0.001)
            [found] = bridge.outbox.listed(*FollowUpState)
            return found

        try:
            assert told().why == "no whole answer came in time"
            assert (told().why, endless.begun) == ("the last answer is still on its way", 1)
        finally:
            endless.may_end.set()
            delivery.close(patience=60)
