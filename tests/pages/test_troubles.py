"""The page of connections says in words what does not work at an account, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from bridge.app import create_app
from bridge.config import Config
from bridge.model import Ability, CalendarName
from bridge.parts import Bridge
from providers.errors import AccessDenied, ProviderUnavailable
from tests.connections.stage import ANNA, Browser
from tests.vendors.google import FakeGoogle

CALENDAR = CalendarName("google", ANNA, "primary")


@dataclass
class Served:
    app: Flask


def test_what_fails_at_a_connected_account_is_told_until_it_works_again(
    config: Config, google: FakeGoogle
) -> None:
    app = create_app(config)
    bridge: Bridge = app.extensions["bridge"]
    owner = Browser(Served(app), "192.0.2.7")
    owner.sign_in()
    bridge.background.stop()  # its probe would find the account well again once it is connected
    bridge.health.failed(CALENDAR, Ability.WRITE, AccessDenied("google", "create_event", "HTTP 403"))
    bridge.health.failed(CALENDAR, Ability.ANSWER, ProviderUnavailable("google", "free_busy", "ReadTimeout"))
    bridge.health.write_down()
    owner.get("/admin/connections")
    assert "takes no appointments" not in owner.main(), "it is not even connected"
    owner.get(google.consent(owner.begin(ANNA), ANNA))
    owner.get("/admin/connections")
    told = owner.main()
    assert "In trouble at present" in told
    assert f"{CALENDAR} takes no appointments since" in told and "share it with" in told
    assert "(read timeout)" in told
    for ability in (Ability.WRITE, Ability.ANSWER):
        bridge.health.good(CALENDAR, ability)
    bridge.health.write_down()
    owner.get("/admin/connections")
    assert "In trouble at present" not in owner.main()
    bridge.stop()
