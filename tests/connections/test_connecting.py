"""Connecting a Google account through the pages, and every way in which it can fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.connections import AccountState, Connection
from bridge.store.sql import alerts
from tests.cast.clock import PresentClock
from tests.connections.stage import ANNA, BEN, Browser, Process
from tests.vendors.google import FakeGoogle, Fault


def only(process: Process) -> Connection:
    (found,) = process.connections.list()
    return found


def test_consent_connects_the_account_and_its_token_opens_the_calendar(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    answer = browser.get(google.consent(browser.begin(ANNA), ANNA))
    assert answer.status_code == 303
    browser.get(str(answer.location))
    assert f"{ANNA} is connected." in browser.main()
    assert only(process).state is AccountState.CONNECTED
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA


def test_a_flow_begun_in_one_process_ends_in_another(
    google: FakeGoogle, process: Process, browser: Browser, start: Callable[[], Process]
) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    other = start()
    assert browser.at(other).get(callback).status_code == 303
    assert process.token(ANNA) == other.token(ANNA)


def test_the_request_for_consent_is_offline_with_pkce_and_the_least_scopes(browser: Browser) -> None:
    address = browser.begin(ANNA)
    assert "prompt=consent" in address
    assert "access_type=offline" in address
    assert "code_challenge_method=S256" in address
    assert "login_hint=anna%40example.com" in address
    for scope in (
        "calendar.freebusy",
        "calendar.events",
        "calendar.calendarlist.readonly",
        "openid",
        "userinfo.email",
    ):
        assert scope in address
    assert "auth%2Fcalendar+" not in address


def refused(browser: Browser, callback: str) -> str:
    """Open the callback, which must fail; return the sentence."""
    answer = browser.get(callback)
    assert answer.status_code == 400, answer.text
    assert "The account was not connected" in browser.main()
    return browser.main()


def nothing_is_stored(process: Process) -> None:
    assert only(process).state is AccountState.NOT_CONNECTED
    assert not process.connections.list()[0].since


@pytest.mark.parametrize(
    ("unticked", "named"),
    [
        ("calendar.freebusy", "View your availability"),
        ("calendar.events", "View and edit events"),
    ],
)
def test_an_unticked_permission_is_named_and_nothing_is_stored(
    google: FakeGoogle, process: Process, browser: Browser, unticked: str, named: str
) -> None:
    text = refused(browser, google.consent(browser.begin(ANNA), ANNA, untick=[unticked]))
    assert "tick every box" in text
    assert named in text
    nothing_is_stored(process)


def test_an_unticked_list_of_calendars_does_not_keep_an_account_from_being_connected(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA, untick=["calendar.calendarlist.readonly"])
    assert browser.get(callback).status_code == 303
    assert only(process).state is AccountState.CONNECTED


def test_denied_consent_says_so_and_stores_nothing(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    assert "was not allowed" in refused(browser, google.consent(browser.begin(ANNA), ANNA, deny=True))
    nothing_is_stored(process)


def test_a_missing_refresh_token_says_so_and_stores_nothing(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    google.set_tokens(withhold_refresh=True)
    assert "only a short permission" in refused(browser, google.consent(browser.begin(ANNA), ANNA))
    nothing_is_stored(process)


def test_another_account_than_the_wanted_one_is_refused(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    text = refused(browser, google.consent(browser.begin(ANNA), BEN))
    assert f"as {BEN}, but {ANNA} was to be connected" in text
    nothing_is_stored(process)


def test_without_a_wanted_account_the_owner_chooses(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    assert browser.get(google.consent(browser.begin(), BEN)).status_code == 303
    browser.get("/admin/connections")
    assert "To use it, name its calendars in the configuration" in browser.main()
    assert [each.account for each in process.connections.list()] == [ANNA, BEN]


def test_a_callback_counts_once(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    assert browser.get(callback).status_code == 303
    assert "used before" in refused(browser, callback)
    assert google.operations().count("token") == 1


def test_a_failed_callback_counts_too(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), BEN)
    refused(browser, callback)
    assert "used before" in refused(browser, callback)


def test_a_state_that_nobody_was_given_is_refused(google: FakeGoogle, browser: Browser) -> None:
    google.consent(browser.begin(ANNA), ANNA)
    assert "not begun here" in refused(browser, "/connect/google/callback?state=invented&code=4/x")
    assert "not begun here" in refused(browser, "/connect/google/callback?code=4/x")
    assert "token" not in google.operations()


def test_a_flow_of_another_browser_is_refused_and_over(
    google: FakeGoogle, process: Process, browser: Browser
) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    other = process.browser()
    other.sign_in()
    assert "another browser" in refused(other, callback)
    assert "used before" in refused(browser, callback)
    nothing_is_stored(process)


def test_signing_in_anew_ends_the_flows_of_the_former_session(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    browser.get("/admin/connections")
    browser.post("/sign-out")
    browser.sign_in()
    assert "before you last signed in" in refused(browser, callback)


def test_a_flow_ends_after_ten_minutes(
    google: FakeGoogle, process: Process, browser: Browser, clock: PresentClock
) -> None:
    early = google.consent(browser.begin(ANNA), ANNA)
    clock.turn(minutes=9, seconds=50)
    late = google.consent(browser.begin(BEN), BEN)
    assert browser.get(early).status_code == 303
    clock.turn(minutes=10, seconds=1)
    assert "longer than ten minutes" in refused(browser, late)


def test_expired_flows_do_not_pile_up(process: Process, browser: Browser, clock: PresentClock) -> None:
    browser.begin(ANNA)
    clock.turn(hours=11)
    browser.begin(ANNA)
    clock.turn(hours=25)
    again = process.browser()
    again.sign_in()
    again.begin(ANNA)
    with process.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM oauth_flows").scalar_one() == 1


def test_a_flow_of_one_vendor_cannot_end_at_another(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    assert browser.get(callback.replace("/google/", "/nobody/")).status_code == 404
    assert browser.get(callback).status_code == 303


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROP, Fault.GARBAGE, Fault.TRUNCATE])
def test_a_vendor_that_does_not_answer_is_named_and_nothing_is_stored(
    google: FakeGoogle, process: Process, browser: Browser, fault: Fault
) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    google.fail_next(fault, operation="token")
    assert browser.get(callback).status_code == 502
    assert "Google did not answer as it should" in browser.main()
    nothing_is_stored(process)


def test_a_code_the_vendor_no_longer_takes_is_explained(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    google.fail_next(Fault.INVALID_GRANT, operation="token")
    assert "came too late or a second time" in refused(browser, callback)


def test_a_wrong_client_secret_points_to_the_configuration(google: FakeGoogle, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    google.sign_in.client_secret = "another"
    text = refused(browser, callback)
    assert "invalid_client" in text
    assert "section [google]" in text


def test_a_vendor_without_a_section_cannot_be_connected(browser: Browser) -> None:
    assert browser.get("/connect/microsoft").status_code == 404
    assert "section [microsoft]" in browser.main()


def test_connecting_needs_a_sign_in(google: FakeGoogle, process: Process, browser: Browser) -> None:
    callback = google.consent(browser.begin(ANNA), ANNA)
    stranger = process.browser()
    for address in ("/admin/connections", "/connect/google", callback):
        answer = stranger.get(address)
        assert (answer.status_code, answer.location) == (303, "/")
    nothing_is_stored(process)
    assert browser.get(callback).status_code == 303


def test_reconnecting_keeps_the_account_and_resolves_its_alert(
    google: FakeGoogle, process: Process, browser: Browser, clock: PresentClock
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    since = only(process).since
    google.end_consent(ANNA)
    clock.turn(minutes=55)
    process.connections.refresh_due(clock.now())
    assert only(process).state is AccountState.NEEDS_RECONNECTING
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    assert only(process).state is AccountState.CONNECTED
    assert only(process).since == since
    assert only(process).uses[0].host == "Anna Example"
    with process.store.read() as connection:
        assert alerts.open_alerts(connection) == []
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA


def test_reconnecting_without_a_new_refresh_token_keeps_the_one_that_works(
    google: FakeGoogle, process: Process, browser: Browser, clock: PresentClock
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    google.set_tokens(withhold_refresh=True)
    assert browser.get(google.consent(browser.begin(ANNA), ANNA)).status_code == 303
    google.end_access(ANNA)
    process.connections.token_source("google", ANNA).rejected(process.token(ANNA))
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA
