"""A process is killed between any two steps of telling; nothing is lost, and what comes twice says so."""

from __future__ import annotations

from collections import Counter

import pytest

from bridge.model import FollowUpState
from tests.cast.clock import TurnableClock
from tests.cast.config import ANNA, read_toml, salon_toml
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.vendors.twilio import FakeTwilio
from tests.zygote import Zygote

_SAID = ["Your appointment: Monday", "Changed: Your appointment", "Your appointment Haircut on"]


# With two receivers: between the first's answer and our note of it, before the second, and after that.
@pytest.mark.parametrize(("step", "nth"), [("told", "1"), ("telling", "2"), ("told", "2")])
def test_a_kill_loses_nothing_and_doubles_only_under_the_same_id(
    zygote: Zygote, sqlite_url: str, step: str, nth: str
) -> None:
    clock = TurnableClock()
    with FakeTwilio(clock) as twilio, mail_server() as box:
        config = salon_toml(sqlite_url, ANNA, rest=twilio.toml() + mail_toml(box))
        for minutes, action in ((0, "book"), (40, "move"), (80, "cancel")):
            ended = zygote.run("tests.follow_ups.told_and_killed", config, step, nth, action, str(minutes))
            assert ended.returncode == -9, ended.output
            salon = Salon(read_toml(config), clock=clock)
            clock.turn(minutes=20)
            salon.bridge.background.run_due()
            clock.turn(minutes=20)
            salon.bridge.background.run_due()
            assert salon.bridge.outbox.listed(FollowUpState.WAITING, FollowUpState.GIVEN_UP) == []
            salon.bridge.stop()
        texts = twilio.texts("+4915112345678")
        ids = [each["Message-ID"] for each in box.messages]
    assert [any(text.startswith(said) for text in texts) for said in _SAID] == [True] * 3
    assert len(texts) == 3, "Twilio's list tells what it has taken"
    assert sorted(Counter(ids).values()) in ([1, 1, 1], [2, 2, 2])
