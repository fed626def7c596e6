"""A receiver whose answer has no end: its job goes on, and nothing else is told to it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bridge.follow_ups.delivery import DELIVER, Delivery
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.receivers import Directory, Receipt
from bridge.follow_ups.rules import Rules
from bridge.model import Booking, FollowUp, FollowUpState
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


def test_a_delivery_without_end_is_unclear_and_no_other_begins_meanwhile(open_small: OpenSalon) -> None:
    with FakeBrevo() as brevo:
        salon, endless = open_small(ANNA, rest=brevo.toml()), Endless()
        bridge, now = salon.bridge, salon.clock.now
        given_up = GivenUp(bridge.store, bridge.alerts, now)
        directory, rules = Directory({"brevo": endless}, {}), Rules({}, None, ZoneInfo("UTC"), seconds=0.01)
        delivery = Delivery(bridge.store, directory, given_up, rules, now, lambda _step: None)
        salon.book("kim", TEN, email="kim@example.org")

        def told() -> FollowUp:
            salon.clock.turn(minutes=5 if not endless.begun else 30)
            delivery.kinds()[DELIVER]("brevo")
            [found] = bridge.outbox.listed(*FollowUpState)
            return found

        try:
            assert told().why == "no whole answer came in time"
            assert (told().why, endless.begun) == ("the last answer is still on its way", 1)
        finally:
            endless.may_end.set()
            delivery.close(patience=60)
