"""The permission for shared calendars is asked for only where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.connections import AccountState
from tests.cast.clock import PresentClock
from tests.connections.seen import states
from tests.connections.stage import Browser, Process, salon_config
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

MIA, OTTO = "mia@contoso.example.com", "otto@contoso.example.com"
SHARED = "Calendars.ReadWrite.Shared"

OpenFor = Callable[..., Process]


@pytest.fixture
def microsoft() -> Iterator[FakeMicrosoft]:
    with FakeMicrosoft() as fake:
        fake.add_account(MIA)
        fake.add_account(OTTO)
        yield fake


@pytest.fixture
def open_for(
    microsoft: FakeMicrosoft, google: FakeGoogle, database_url: str, start: Callable[..., Process]
) -> OpenFor:
    """Starts a process whose hosts have these calendars."""

    def begin(*calendars: str) -> Process:
        settings = microsoft.settings()
        hosts = "".join(
            f'[hosts.h{number}]\nname = "H"\nemail = "h@example.com"\n'
            f'booking_calendar = "microsoft:{calendar}"\n'
            f'[hosts.h{number}.open_hours]\nmonday = ["09:00-17:00"]\n'
            for number, calendar in enumerate(calendars)
        )
        section = (
            f'[microsoft]\nclient_id = "{settings.client_id}"\n'
            f'client_secret = "{settings.client_secret}"\nlogin_url = "{settings.login_url}"\n'
            f'graph_url = "{settings.graph_url}"\n[network]\nca_file = "{microsoft.ca_bundle}"\n{hosts}'
        )
        return start(salon_config(google, database_url, more=section))

    return begin


def scopes_of(address: str) -> list[str]:
    """Return the scopes that a sign-in asks for, in their short names."""
    return [each.rpartition("/")[2] for each in parse_qs(urlsplit(address).query)["scope"][0].split()]


def test_only_whose_account_sees_a_shared_calendar_is_asked_for_it(
    browser: Browser, open_for: OpenFor
) -> None:
    at = browser.at(open_for(f"{MIA}/shared:{OTTO}", f"{OTTO}/calendar"))
    assert SHARED in scopes_of(at.begin(MIA, "microsoft"))
    assert SHARED not in scopes_of(at.begin(OTTO, "microsoft"))


def test_an_account_connected_before_stays_connected_until_it_is_connected_again(
    microsoft: FakeMicrosoft, browser: Browser, open_for: OpenFor, clock: PresentClock
) -> None:
    before = browser.at(open_for(f"{MIA}/calendar"))
    before.get(microsoft.consent(before.begin(MIA, "microsoft"), MIA))
    process = open_for(f"{MIA}/shared:{OTTO}")
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert states(process)["microsoft", MIA] is AccountState.CONNECTED
    at = browser.at(process)
    at.get(microsoft.consent(at.begin(MIA, "microsoft"), MIA))
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert states(process)["microsoft", MIA] is AccountState.CONNECTED
    refreshes = [each.form for each in microsoft.requests if each.form.get("grant_type") == "refresh_token"]
    assert [SHARED in each["scope"] for each in refreshes] == [False, True]
