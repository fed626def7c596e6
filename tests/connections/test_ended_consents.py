"""A consent that has ended: marked, told once, and healed by connecting again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.connections import AccountState
from providers.errors import ConnectionExpired
from tests.cast.clock import PresentClock
from tests.connections.seen import asked, open_alerts, row_of, states
from tests.connections.stage import ANNA, Browser, Process
from tests.vendors.google import FakeGoogle


@pytest.fixture
def database_url(store_url: str) -> str:
    """Try SQLite and PostgreSQL."""
    return store_url


@pytest.fixture
def connected(google: FakeGoogle, browser: Browser) -> Browser:
    assert browser.get(google.consent(browser.begin(ANNA), ANNA)).status_code == 303
    return browser


pytestmark = pytest.mark.usefixtures("connected")


def test_a_refused_refresh_marks_the_account_and_alerts_once(
    google: FakeGoogle, process: Process, clock: PresentClock, start: Callable[[], Process]
) -> None:
    google.end_consent(ANNA)
    for _ in range(3):
        clock.turn(days=10)
        process.connections.refresh_due(clock.now())
    assert states(start())["google", ANNA] is AccountState.NEEDS_RECONNECTING
    (text,) = open_alerts(process)
    assert f"{ANNA} at Google has ended" in text
    assert process.connections.list()[0].problem == text
    assert f"https://bridge.example.com/connect/google?account={ANNA}" in text
    assert "seven days" not in text
    assert asked(google) == 1
    with pytest.raises(ConnectionExpired):
        process.token(ANNA)


@pytest.mark.parametrize(("days", "is_explained"), [(7, True), (9, False)])
def test_a_consent_that_died_young_explains_the_seven_days(
    google: FakeGoogle, process: Process, clock: PresentClock, days: int, is_explained: bool
) -> None:
    google.end_consent(ANNA)
    clock.turn(days=days)
    process.connections.refresh_due(clock.now())
    (text,) = open_alerts(process)
    assert ("after seven days" in text) is is_explained


def test_a_call_whose_token_is_rejected_finds_out_that_the_consent_ended(
    google: FakeGoogle, process: Process, start: Callable[[], Process]
) -> None:
    other = start()
    other.token(ANNA)
    google.end_consent(ANNA)
    source = process.connections.token_source("google", ANNA)
    source.rejected(process.token(ANNA))
    with pytest.raises(ConnectionExpired):
        process.token(ANNA)
    assert row_of(process).state == "needs_reconnecting"


def test_an_ended_consent_is_known_to_every_process_within_seconds(
    google: FakeGoogle, process: Process, clock: PresentClock, start: Callable[[], Process]
) -> None:
    other = start()
    assert other.token(ANNA) == process.token(ANNA)
    google.end_consent(ANNA)
    clock.turn(minutes=51)
    other.token(ANNA)
    process.connections.refresh_due(clock.now())
    clock.turn(seconds=2)
    with pytest.raises(ConnectionExpired):
        other.token(ANNA)


def test_a_reconnected_account_works_at_once_in_every_process(
    google: FakeGoogle, process: Process, connected: Browser, start: Callable[[], Process]
) -> None:
    other = start()
    dead = process.token(ANNA)
    google.end_consent(ANNA)
    for each in (process, other):
        each.connections.token_source("google", ANNA).rejected(dead)
        with pytest.raises(ConnectionExpired):
            each.token(ANNA)
    connected.get(google.consent(connected.begin(ANNA), ANNA))
    assert process.token(ANNA) == other.token(ANNA)
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA


def test_a_refused_client_is_alerted_and_heals(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    right, google.sign_in.client_secret = google.sign_in.client_secret, "another"
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    (text,) = open_alerts(process)
    assert "invalid_client" in text
    assert row_of(process).state == "connected"
    google.sign_in.client_secret = right
    clock.turn(minutes=6)
    process.connections.refresh_due(clock.now())
    assert open_alerts(process) == []
