"""Disconnecting, and what the list of accounts says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.config import Config
from bridge.connections import AccountState, Withdrawal
from bridge.errors import ConfigError
from bridge.store.sql import alerts
from bridge.vendors.google import GoogleSection
from providers.errors import AccessDenied, ConnectionExpired
from providers.google.settings import CALENDAR_SCOPES
from tests.cast.clock import PresentClock
from tests.cast.config import OTHER_SECRET, SECRET
from tests.connections.seen import states
from tests.connections.stage import ANNA, BEN, Browser, Process, salon_config
from tests.vendors.google import FakeGoogle, Fault


def connect(google: FakeGoogle, browser: Browser, account: str = ANNA) -> None:
    assert browser.get(google.consent(browser.begin(), account)).status_code == 303


def test_disconnecting_revokes_at_the_vendor_and_deletes_the_tokens(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    connect(google, browser)
    token = process.token(ANNA)
    browser.get("/admin/connections")
    answer = browser.post("/admin/connections/disconnect", {"provider": "google", "account": ANNA})
    browser.get(str(answer.location))
    assert f"{ANNA} is disconnected: Google was told" in browser.main()
    with pytest.raises(Exception, match="authError"):
        google.tokens.bearer(token)
    assert states(process) == {("google", ANNA): AccountState.NOT_CONNECTED}
    with pytest.raises(ConnectionExpired):
        process.token(ANNA)
    with process.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM connections").scalar_one() == 0


def test_when_the_vendor_is_down_the_tokens_go_and_the_page_says_so(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    connect(google, browser)
    google.fail_next(Fault.UNAVAILABLE, operation="revoke")
    browser.get("/admin/connections")
    browser.get(
        str(browser.post("/admin/connections/disconnect", {"provider": "google", "account": ANNA}).location)
    )
    assert "Google could not be told" in browser.main()
    assert process.connections.list()[0].state is AccountState.NOT_CONNECTED


def test_disconnecting_resolves_the_alert_of_an_ended_consent(
    google: FakeGoogle, process: Process, browser: Browser, clock: PresentClock
) -> None:
    connect(google, browser)
    google.end_consent(ANNA)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert process.connections.disconnect("google", ANNA).withdrawal is Withdrawal.DONE
    with process.store.read() as connection:
        assert alerts.open_alerts(connection) == []


def test_disconnecting_what_is_not_connected_says_so(browser: Browser) -> None:
    browser.get("/admin/connections")
    answer = browser.post("/admin/connections/disconnect", {"provider": "google", "account": BEN})
    assert answer.status_code == 404
    assert f"{BEN} is not connected" in browser.main()
    browser.get("/admin/connections")
    assert browser.post("/admin/connections/disconnect", {"provider": "google"}).status_code == 400


def test_disconnecting_needs_the_form_of_this_session(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    connect(google, browser)
    form = {"provider": "google", "account": ANNA}
    assert browser.post("/admin/connections/disconnect", form, token="").status_code == 400
    other = process.browser()
    other.sign_in()
    other.get("/admin/connections")
    browser.page = other.page
    assert browser.post("/admin/connections/disconnect", form).status_code == 400
    assert "Nothing was done" in browser.main()
    assert browser.get("/admin/connections/disconnect").status_code == 405
    assert process.connections.list()[0].state is AccountState.CONNECTED


def test_the_list_names_accounts_of_the_configuration_and_connected_ones(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    connect(google, browser, BEN)
    anna, ben = process.connections.list()
    assert (anna.account, anna.state, anna.since) == (ANNA, AccountState.NOT_CONNECTED, None)
    assert [(use.host, use.calendar, use.takes_bookings) for use in anna.uses] == [
        ("Anna Example", "", True),
        ("Anna Example", "team@example.com", False),
    ]
    assert (ben.account, ben.state, ben.uses) == (BEN, AccountState.CONNECTED, ())
    browser.get("/admin/connections")
    assert "Anna Example main calendar: busy times and appointments" in browser.main()
    assert 'booking_calendar = "google:ben@example.com/primary"' in browser.main()


def test_an_account_is_one_however_its_address_is_spelt(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    google.add_account("Anna@Example.com")
    assert (
        browser.get(google.consent(browser.begin("Anna@Example.COM"), "Anna@Example.com")).status_code == 303
    )
    assert [each.account for each in process.connections.list()] == [ANNA]


def test_a_new_secret_key_opens_with_the_old_one_listed_and_reseals(
    google: FakeGoogle, browser: Browser, database_url: str, start: Callable[..., Process]
) -> None:
    connect(google, browser)
    both = start(salon_config(google, database_url, keys=(OTHER_SECRET, SECRET)))
    assert both.token(ANNA)
    assert both.connections.reseal() == 1
    assert start(salon_config(google, database_url, keys=(OTHER_SECRET,))).token(ANNA) == both.token(ANNA)


def test_a_lost_secret_key_is_explained_and_reconnecting_helps(
    google: FakeGoogle,
    browser: Browser,
    database_url: str,
    start: Callable[..., Process],
    clock: PresentClock,
) -> None:
    connect(google, browser)
    lost = start(salon_config(google, database_url, keys=(OTHER_SECRET,)))
    with pytest.raises(ConnectionExpired, match="another secret_key"):
        lost.token(ANNA)
    clock.turn(minutes=51)
    lost.connections.refresh_due(clock.now())
    with lost.store.read() as connection:
        (alert,) = alerts.open_alerts(connection)
    assert "sealed with another secret_key" in alert.text
    again = lost.browser()
    again.sign_in()
    connect(google, again)
    assert lost.token(ANNA)
    with lost.store.read() as connection:
        assert alerts.open_alerts(connection) == []


def test_a_lost_secret_key_does_not_keep_an_account_from_being_disconnected(
    google: FakeGoogle, browser: Browser, database_url: str, start: Callable[..., Process]
) -> None:
    connect(google, browser)
    lost = start(salon_config(google, database_url, keys=(OTHER_SECRET,)))
    assert lost.connections.disconnect("google", ANNA).withdrawal is Withdrawal.FAILED
    assert lost.connections.list()[0].state is AccountState.NOT_CONNECTED


def delegated(google: FakeGoogle, config: Config, folder: Path, scopes: tuple[str, ...]) -> Config:
    """Return the configuration with a service account."""
    file = folder / "service-account.json"
    file.write_text(json.dumps(google.add_service_account("robot@example.com", scopes)), "utf-8")
    return with_file(config, file)


def with_file(config: Config, file: Path) -> Config:
    section = config.section(GoogleSection)
    assert section is not None
    changed = section.model_copy(update={"service_account_file": file})
    return replace(config, vendors={**config.vendors, "google": changed})


def test_a_service_account_needs_no_sign_in(
    google: FakeGoogle, config: Config, tmp_path: Path, start: Callable[..., Process]
) -> None:
    process = start(delegated(google, config, tmp_path, CALENDAR_SCOPES))
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA
    assert states(process) == {("google", ANNA): AccountState.DELEGATED}
    before = len(google.requests)
    assert process.token(ANNA)
    assert len(google.requests) == before


def test_one_account_that_is_refused_leaves_the_tokens_of_the_others_fresh(
    google: FakeGoogle, config: Config, tmp_path: Path, start: Callable[..., Process]
) -> None:
    process = start(delegated(google, config, tmp_path, CALENDAR_SCOPES))
    process.connections.token_source("google", "gone@example.com")
    process.token(ANNA)
    process.clock.turn(minutes=51)
    process.connections.keep_fresh()
    before = len(google.requests)
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA
    assert len(google.requests) == before


def test_a_service_account_without_the_administrators_consent_is_refused(
    google: FakeGoogle, config: Config, tmp_path: Path, start: Callable[..., Process]
) -> None:
    process = start(delegated(google, config, tmp_path, ()))
    with pytest.raises(AccessDenied, match="unauthorized_client"):
        process.token(ANNA)


def test_a_rejected_token_of_a_service_account_is_fetched_anew(
    google: FakeGoogle, config: Config, tmp_path: Path, start: Callable[..., Process]
) -> None:
    process = start(delegated(google, config, tmp_path, CALENDAR_SCOPES))
    dead = process.token(ANNA)
    process.connections.token_source("google", ANNA).rejected(dead)
    assert process.token(ANNA) != dead


def test_a_file_that_is_no_service_account_is_a_problem_of_the_configuration(
    config: Config, tmp_path: Path, start: Callable[..., Process]
) -> None:
    file = tmp_path / "service-account.json"
    file.write_text('{"type": "authorized_user"}', "utf-8")
    with pytest.raises(ConfigError, match=r"google\.service_account_file"):
        start(with_file(config, file))
