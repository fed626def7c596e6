"""`bridge check` tries mail, SMS and other systems: what works, and else what to do. Nobody is told."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bridge.service.check_receivers import receivers_tried
from bridge.service.findings import Verdict
from providers.outward import AddressForbidden, Outward
from providers.route import STRAIGHT
from tests.cast.clock import TurnableClock
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenSalon
from tests.cast.mail import mail_server, mail_toml
from tests.cast.salon import Salon
from tests.vendors.brevo import FakeBrevo
from tests.vendors.inbox import FakeInbox
from tests.vendors.telli import FakeTelli
from tests.vendors.twilio import SENDER, FakeTwilio


def told(salon: Salon) -> dict[str, tuple[Verdict, str]]:
    """Return what came of each receiver, by the beginning of its name."""
    found = receivers_tried(salon.bridge.outbox.receivers)
    return {each.subject[:5]: (each.verdict, each.text) for each in found}


def test_each_receiver_says_whether_it_works_and_hears_nothing(open_small: OpenSalon) -> None:
    clock = TurnableClock()
    with ExitStack() as stack:
        twilio, telli = stack.enter_context(FakeTwilio(clock)), stack.enter_context(FakeTelli())
        brevo, inbox = stack.enter_context(FakeBrevo()), stack.enter_context(FakeInbox(now=clock.now))
        box = stack.enter_context(mail_server())
        systems = twilio.toml() + mail_toml(box) + brevo.toml() + inbox.toml()
        systems += "[telli.write_back]\n"
        salon = open_small(ANNA, rest=systems, telli=f'api_url = "{telli.url}"', clock=clock)
        well = told(salon)
        assert {name: verdict for name, (verdict, _) in well.items()} == dict.fromkeys(well, Verdict.GOOD)
        assert len(well) == 5
        assert (box.messages, twilio.messages, brevo.contacts, inbox.told) == ([], [], [], [])

        twilio.numbers[SENDER]["sms"] = False
        brevo.key = telli.key = "another"
        ill = told(salon)
        assert sorted(name for name, (verdict, _) in ill.items() if verdict is Verdict.GOOD) == [
            "mail",
            "webho",
        ]
        assert "choose one in Twilio's console that can" in ill["sms"][1]
        assert "Brevo refuses the key" in ill["brevo"][1]
        assert "look at api_keys" in ill["telli"][1]
        twilio.numbers.clear()
        assert "none of the account's" in told(salon)["sms"][1]
        twilio.status = "suspended"
        assert "not active (suspended)" in told(salon)["sms"][1]
        with pytest.raises(AddressForbidden):
            Outward(STRAIGHT).dial(inbox.url)


def test_a_mail_server_that_is_away_is_told_with_its_key(open_small: OpenSalon) -> None:
    with mail_server() as box:
        toml = mail_toml(box)
    verdict, text = told(open_small(ANNA, rest=toml))["mail"]
    assert (verdict, "look at smtp_url and from in [mail]" in text) == (Verdict.UNWISE, True)
