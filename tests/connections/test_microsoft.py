"""Connecting Microsoft accounts: msal's flow and cache behind the same pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from bridge.config import Config
from bridge.connections import AccountState, Withdrawal
from bridge.store.sql import alerts
from bridge.store.sql import connections as rows
from providers.errors import ConnectionExpired, ProviderUnavailable
from tests.cast.clock import PresentClock
from tests.connections.seen import states
from tests.connections.stage import Browser, Process, salon_config
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft, Fault
from tests.vendors.microsoft.state import CONTOSO

MIA = "mia@contoso.example.com"
OTTO = "otto@contoso.example.com"


@pytest.fixture
def microsoft() -> Iterator[FakeMicrosoft]:
    with FakeMicrosoft() as fake:
        fake.add_account(MIA)
        fake.add_account(OTTO)
        yield fake


@pytest.fixture
def open_process(
    microsoft: FakeMicrosoft, google: FakeGoogle, database_url: str, start: Callable[..., Process]
) -> Callable[..., Process]:
    """Start a process that knows the fake."""

    def begin(more: str = "") -> Process:
        settings = microsoft.settings()
        section = f"""
[microsoft]
client_id = "{settings.client_id}"
client_secret = "{settings.client_secret}"
login_url = "{settings.login_url}"
graph_url = "{settings.graph_url}"
{more}
[network]
ca_file = "{microsoft.ca_bundle}"
[hosts.mia]
name = "Mia Beck"
email = "{MIA}"
booking_calendar = "microsoft:{MIA}/calendar"
[hosts.mia.open_hours]
monday = ["09:00-17:00"]
"""
        config: Config = salon_config(google, database_url, more=section)
        return start(config)

    return begin


@pytest.fixture
def process(open_process: Callable[..., Process]) -> Process:
    return open_process()


def connect(microsoft: FakeMicrosoft, browser: Browser, account: str = MIA) -> None:
    answer = browser.get(microsoft.consent(browser.begin(account, "microsoft"), account))
    assert answer.status_code == 303, browser.main()


def is_token_of(microsoft: FakeMicrosoft, token: str, account: str | None) -> bool:
    return microsoft.sign_in.tokens.bearer(token).email == account


def refreshes(microsoft: FakeMicrosoft) -> int:
    return sum(request.form.get("grant_type") == "refresh_token" for request in microsoft.requests)


def open_alerts(process: Process) -> list[str]:
    with process.store.read() as connection:
        return [each.text for each in alerts.open_alerts(connection)]


def test_consent_connects_the_account_and_its_token_opens_the_calendar(
    microsoft: FakeMicrosoft, process: Process, browser: Browser
) -> None:
    connect(microsoft, browser)
    assert is_token_of(microsoft, process.token(MIA, "microsoft"), MIA)
    assert states(process)["microsoft", MIA] is AccountState.CONNECTED


def test_a_flow_begun_in_one_process_ends_in_another(
    microsoft: FakeMicrosoft, browser: Browser, open_process: Callable[..., Process]
) -> None:
    callback = microsoft.consent(browser.begin(MIA, "microsoft"), MIA)
    assert browser.at(open_process()).get(callback).status_code == 303
    browser.get(callback)
    assert "used before" in browser.main()


def test_denied_consent_says_so(microsoft: FakeMicrosoft, browser: Browser) -> None:
    answer = browser.get(microsoft.consent(browser.begin(MIA, "microsoft"), MIA, deny=True))
    assert answer.status_code == 400
    assert "Access was not allowed at Microsoft" in browser.main()


def test_a_company_that_wants_its_administrator_asked_is_explained(
    microsoft: FakeMicrosoft, browser: Browser
) -> None:
    microsoft.need_admin(MIA)
    browser.get(microsoft.consent(browser.begin(MIA, "microsoft"), MIA))
    assert "administrator of the company must approve" in browser.main()
    assert "AADSTS90094" in browser.main()


@pytest.mark.parametrize(
    ("number", "words"),
    [(53003, "conditional access"), (50079, "second proof"), (7000222, "secret is expired")],
)
def test_what_entra_wants_is_said_in_words(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, number: int, words: str
) -> None:
    callback = microsoft.consent(browser.begin(MIA, "microsoft"), MIA)
    microsoft.fail_next(Fault.AADSTS, operation="token", code=number)
    assert browser.get(callback).status_code == 400
    assert words in browser.main()
    assert "Nothing was connected" in browser.main()
    assert states(process)["microsoft", MIA] is AccountState.NOT_CONNECTED


def test_another_account_than_the_wanted_one_is_refused(microsoft: FakeMicrosoft, browser: Browser) -> None:
    assert browser.get(microsoft.consent(browser.begin(MIA, "microsoft"), OTTO)).status_code == 400
    assert f"as {OTTO}, but {MIA} was to be connected" in browser.main()


def test_entra_that_is_down_when_a_flow_begins_is_named(microsoft: FakeMicrosoft, browser: Browser) -> None:
    microsoft.go_down()
    assert browser.get("/connect/microsoft").status_code == 502
    assert "Microsoft did not answer" in browser.main()


def test_each_refresh_keeps_the_rotated_token_of_the_cache(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, clock: PresentClock
) -> None:
    connect(microsoft, browser)
    microsoft.set_tokens(strict=True)
    for times in (1, 2, 3):
        clock.turn(minutes=51)
        process.connections.refresh_due(clock.now())
        assert refreshes(microsoft) == times
    assert open_alerts(process) == []
    assert is_token_of(microsoft, process.token(MIA, "microsoft"), MIA)


def test_many_rejections_in_two_processes_make_one_refresh(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, open_process: Callable[..., Process]
) -> None:
    connect(microsoft, browser)
    other = open_process()
    dead = process.token(MIA, "microsoft")
    microsoft.end_access(MIA)

    def call(number: int) -> str:
        mine = (process, other)[number % 2]
        mine.connections.token_source("microsoft", MIA).rejected(dead)
        return mine.token(MIA, "microsoft")

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(call, range(8)))
    assert len(found) == 1
    assert found != {dead}
    assert refreshes(microsoft) == 1


def test_a_live_token_needs_no_request_at_all(
    microsoft: FakeMicrosoft, browser: Browser, open_process: Callable[..., Process]
) -> None:
    connect(microsoft, browser)
    fresh = open_process()
    before = len(microsoft.requests)
    assert fresh.token(MIA, "microsoft")
    assert len(microsoft.requests) == before


def test_a_refused_refresh_says_why_and_a_fixed_account_works_at_once(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, clock: PresentClock
) -> None:
    connect(microsoft, browser)
    microsoft.end_consent(MIA, 700082)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    (text,) = open_alerts(process)
    assert "not used for too long" in text
    assert "AADSTS700082" in text
    assert states(process)["microsoft", MIA] is AccountState.NEEDS_RECONNECTING
    with pytest.raises(ConnectionExpired):
        process.token(MIA, "microsoft")
    connect(microsoft, browser)
    assert is_token_of(microsoft, process.token(MIA, "microsoft"), MIA)
    assert open_alerts(process) == []


def test_an_expired_client_secret_is_alerted_and_the_account_stays(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, clock: PresentClock
) -> None:
    connect(microsoft, browser)
    microsoft.fail_next(Fault.AADSTS, operation="token", code=7000222)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    (text,) = open_alerts(process)
    assert "client secret is expired" in text
    assert states(process)["microsoft", MIA] is AccountState.CONNECTED
    clock.turn(minutes=1)
    process.connections.refresh_due(clock.now())
    assert open_alerts(process) == []


def test_entra_that_is_down_costs_only_time(
    microsoft: FakeMicrosoft, process: Process, browser: Browser, clock: PresentClock
) -> None:
    connect(microsoft, browser)
    microsoft.go_down()
    clock.turn(hours=2)
    with pytest.raises(ProviderUnavailable):
        process.token(MIA, "microsoft")
    microsoft.come_up()
    clock.turn(minutes=1)
    assert is_token_of(microsoft, process.token(MIA, "microsoft"), MIA)


def test_disconnecting_deletes_the_tokens_and_says_what_the_owner_may_do(
    microsoft: FakeMicrosoft, process: Process, browser: Browser
) -> None:
    connect(microsoft, browser)
    browser.get("/admin/connections")
    gone = browser.post("/admin/connections/disconnect", {"provider": "microsoft", "account": MIA})
    browser.get(str(gone.location))
    assert "Microsoft still lists this bridge among the account's apps" in browser.main()
    with process.store.read() as connection:
        assert rows.every(connection) == []


def test_an_application_of_its_own_needs_no_sign_in(
    microsoft: FakeMicrosoft, open_process: Callable[..., Process], clock: PresentClock
) -> None:
    process = open_process(f'app_only = true\ntenant = "{CONTOSO}"')
    assert is_token_of(microsoft, process.token(MIA, "microsoft"), None)
    assert states(process)["microsoft", MIA] is AccountState.DELEGATED
    assert "microsoft" not in process.connections.vendors
    asked = len(microsoft.requests)
    assert process.token(OTTO, "microsoft") == process.token(MIA, "microsoft")
    assert len(microsoft.requests) == asked
    clock.turn(minutes=51)
    process.connections.keep_fresh()
    assert len(microsoft.requests) == asked + 1


def test_an_administrator_gets_a_link_and_needs_no_sign_in_here(process: Process, browser: Browser) -> None:
    browser.get("/admin/connections")
    (link,) = re.findall(r'href="([^"]+/adminconsent[^"]+)"', browser.page)
    query = dict(parse_qsl(urlsplit(unescape(link)).query))
    assert urlsplit(link).path == "/organizations/adminconsent"
    stranger = process.browser()
    answer = stranger.get(
        f"{query['redirect_uri']}?admin_consent=True&tenant={CONTOSO}&state={query['state']}"
    )
    assert answer.status_code == 200
    assert "The approval is given" in stranger.main()
    stranger.get(f"{query['redirect_uri']}?error=permission_denied&state={query['state']}")
    assert "Nothing was approved" in stranger.main()
    assert stranger.get(f"{query['redirect_uri']}?admin_consent=True&state=other").status_code == 303


def test_disconnecting_tells_what_became_of_the_consent(
    microsoft: FakeMicrosoft, process: Process, browser: Browser
) -> None:
    connect(microsoft, browser)
    assert process.connections.disconnect("microsoft", MIA).withdrawal is Withdrawal.BY_OWNER
