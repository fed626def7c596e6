"""Processes that tell at once, or are killed between any two steps: nothing is lost, and doubles say so."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest

from bridge.model import FollowUpState
from bridge.model.follow_ups import REMINDER
from tests.cast.clock import HALF_AN_HOUR, TEN, TurnableClock
from tests.cast.config import ANNA, read_toml, salon_toml
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.vendors.brevo import FakeBrevo
from tests.vendors.inbox import FakeInbox
from tests.vendors.telli import FakeTelli
from tests.vendors.twilio import FakeTwilio
from tests.zygote import Zygote

AN_HOUR = timedelta(hours=1)
_SAID = ["Your appointment: Monday", "Changed: Monday", "Your appointment Haircut on"]


# With five receivers: between an answer and our note of it, and once before anything is said.
@pytest.mark.parametrize(
    ("step", "nth"), [("telling", "2"), *(("told", nth) for nth in ("1", "2", "3", "4", "5"))]
)
def test_a_kill_loses_nothing_and_doubles_only_under_the_same_id(
    zygote: Zygote, sqlite_url: str, step: str, nth: str
) -> None:
    clock = TurnableClock()
    with ExitStack() as stack:
        twilio, telli = stack.enter_context(FakeTwilio(clock)), stack.enter_context(FakeTelli())
        brevo, inbox = stack.enter_context(FakeBrevo()), stack.enter_context(FakeInbox(now=clock.now))
        box = stack.enter_context(mail_server())
        telli.add_contact("kim")
        systems = twilio.toml() + mail_toml(box) + brevo.toml() + inbox.toml() + "[telli.write_back]\n"
        config = salon_toml(sqlite_url, ANNA, rest=systems, event_type="remind_hours = [1]")
        config = config.replace("[telli]\n", f'[telli]\napi_url = "{telli.url}"\n')
        reminded: list[datetime] = []
        for minutes, action in ((0, "book"), (40, "move"), (80, "cancel")):
            ended = zygote.run("tests.follow_ups.told_and_killed", config, step, nth, action, str(minutes))
            assert ended.returncode == -9, ended.output
            salon = Salon(read_toml(config), clock=clock)
            clock.turn(minutes=20)
            salon.bridge.background.run_due()
            clock.turn(minutes=20)
            salon.bridge.background.run_due()
            left = salon.bridge.outbox.listed(FollowUpState.WAITING, FollowUpState.GIVEN_UP)
            assert {each.change for each in left} <= {REMINDER}
            reminded += [each.due_at for each in left]
            salon.bridge.stop()
        texts = twilio.texts("+4915112345678")
        ids = [each["Message-ID"] for each in box.messages]
    assert [any(text.startswith(said) for text in texts) for said in _SAID] == [True] * 3
    assert len(texts) == 3, "Twilio's list tells what it has taken"
    assert set(Counter(ids).values()) <= {1, 2}
    assert len(set(ids)) == 3
    told = dict.fromkeys((each["event"], each["payload"]["uri"]) for each in inbox.told)
    assert [event for event, _uri in told] == ["invitee.created", "invitee.canceled"] * 2
    assert [each["attributes"]["BOOKING_STATUS"] for each in brevo.contacts] == ["cancelled"]
    assert reminded == [TEN - AN_HOUR, TEN + HALF_AN_HOUR - AN_HOUR], "it moves, and ends with the booking"
    assert telli.written("kim")["appointment_status"] == "cancelled"


@pytest.mark.parametrize("step", ["telling", "told"])
def test_while_one_process_tells_no_other_does(sqlite_url: str, step: str) -> None:
    with mail_server() as box:
        config, clock = read_toml(salon_toml(sqlite_url, ANNA, rest=mail_toml(box))), TurnableClock()
        one, other = Salon(config, clock=clock), Salon(config, clock=clock)
        reached: list[str] = []

        def meanwhile(at: str) -> None:
            if at == step:
                reached.append(at)
                clock.turn(seconds=5)
                other.bridge.background.run_due()

        one.book("kim", TEN, email="kim@example.org")
        one.checkpoint = meanwhile
        one.bridge.background.run_due()
        one.bridge.stop()
        other.bridge.background.run_due()
        other.bridge.stop()
    assert (reached, len(box.messages)) == ([step], 1)
