"""Renewing tokens: ahead of time, once for all, without losing anything."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bridge.store.dialects import database_now
from bridge.store.sql import leases
from providers.errors import ProviderUnavailable
from tests.cast.clock import PresentClock
from tests.connections.seen import asked, open_alerts, row_of
from tests.connections.stage import ANNA, BEN, Browser, Process
from tests.vendors.google import FakeGoogle, Fault


@pytest.fixture
def database_url(store_url: str) -> str:
    """Try SQLite and PostgreSQL."""
    return store_url


@pytest.fixture
def connected(google: FakeGoogle, browser: Browser) -> Browser:
    assert browser.get(google.consent(browser.begin(ANNA), ANNA)).status_code == 303
    return browser


pytestmark = pytest.mark.usefixtures("connected")


def test_a_token_is_handed_out_without_asking_the_vendor(google: FakeGoogle, process: Process) -> None:
    before = len(google.requests)
    assert {process.token(ANNA) for _ in range(5)} == {process.token(ANNA)}
    assert len(google.requests) == before


def test_the_token_source_of_an_account_is_one_object(process: Process) -> None:
    source = process.connections.token_source("google", ANNA)
    assert process.connections.token_source("google", "Anna@Example.com") is source


def test_only_tokens_that_end_within_ten_minutes_are_renewed(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(minutes=49)
    process.connections.refresh_due(clock.now())
    assert asked(google) == 0
    clock.turn(minutes=2)
    before = process.token(ANNA)
    process.connections.refresh_due(clock.now())
    assert asked(google) == 1
    clock.turn(seconds=2)
    assert process.token(ANNA) != before


def test_tokens_that_never_live_long_are_renewed_at_half_their_life(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(minutes=51)
    google.set_tokens(seconds=56 * 60)  # by the vendor's clock: five minutes by ours
    process.connections.refresh_due(clock.now())
    for seconds, times in ((0, 1), (100, 1), (100, 2)):
        clock.turn(seconds=seconds)
        process.connections.refresh_due(clock.now())
        assert asked(google) == times


def test_other_processes_hand_out_the_renewed_token(
    process: Process, clock: PresentClock, start: Callable[[], Process]
) -> None:
    other = start()
    old = other.token(ANNA)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert process.token(ANNA) == other.token(ANNA) != old


def test_a_rotated_refresh_token_is_kept(google: FakeGoogle, process: Process, clock: PresentClock) -> None:
    google.set_tokens(rotate=True)
    for times in (1, 2, 3):
        clock.turn(minutes=51)
        process.connections.refresh_due(clock.now())
        assert asked(google) == times
    assert row_of(process).state == "connected"
    assert open_alerts(process) == []


def test_granted_scopes_are_stored_and_sent_with_each_refresh(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    granted = row_of(process).scopes
    assert {scope.rpartition("/")[2] for scope in granted} == {
        "openid",
        "userinfo.email",
        "calendar.freebusy",
        "calendar.events",
        "calendar.calendarlist.readonly",
    }
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert set(google.requests[-1].form["scope"].split()) == granted
    assert row_of(process).scopes == granted


def test_a_token_that_ended_since_its_vendor_is_away_is_told_before_a_caller_asks(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    google.fail_next(Fault.UNAVAILABLE, operation="token", times=None)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert process.connections.keep_fresh() == {}  # the token at hand works still
    clock.turn(minutes=10)
    process.connections.refresh_due(clock.now())
    assert set(process.connections.keep_fresh()) == {("google", ANNA)}
    google.come_up()
    clock.turn(minutes=10)
    process.connections.refresh_due(clock.now())
    assert process.connections.keep_fresh() == {}


def test_eight_threads_in_two_processes_make_one_refresh(
    google: FakeGoogle, process: Process, start: Callable[[], Process]
) -> None:
    other = start()
    google.end_access(ANNA)
    dead = process.token(ANNA)
    assert other.token(ANNA) == dead

    def call(number: int) -> str:
        mine = (process, other)[number % 2]
        mine.connections.token_source("google", ANNA).rejected(dead)
        return mine.token(ANNA)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(call, range(8)))
    assert len(found) == 1
    assert found != {dead}
    assert asked(google) == 1


def test_two_background_loops_make_one_refresh(
    google: FakeGoogle, process: Process, clock: PresentClock, start: Callable[[], Process]
) -> None:
    clock.turn(minutes=51)
    both = [process, start()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: each.connections.refresh_due(clock.now()), both))
    assert asked(google) == 1


def test_while_another_renews_a_call_waits_only_until_its_deadline(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(hours=2)
    with process.store.write() as connection:
        assert leases.acquire(
            connection, f"token google:{ANNA}", "another", timedelta(seconds=30), database_now(connection)
        )
    with pytest.raises(ProviderUnavailable, match="being renewed"):
        process.token(ANNA, seconds=0.2)
    assert asked(google) == 0


def test_the_lease_of_a_process_that_died_ends(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(hours=2)
    with process.store.write() as connection:
        died_at = database_now(connection) - timedelta(seconds=31)
        leases.acquire(connection, f"token google:{ANNA}", "another", timedelta(seconds=30), died_at)
    assert process.token(ANNA)
    assert asked(google) == 1


def test_without_a_valid_token_a_call_fetches_one(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(hours=2)
    google.end_access(ANNA)
    assert google.tokens.bearer(process.token(ANNA))[0] == ANNA
    assert asked(google) == 1


def test_a_refresh_that_fails_is_tried_again_later_and_ever_less_often(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(minutes=51)
    google.fail_next(Fault.UNAVAILABLE, operation="token", times=3)
    process.connections.refresh_due(clock.now())
    process.connections.refresh_due(clock.now())
    assert asked(google) == 1
    pauses = []
    for _ in range(2):
        row = row_of(process)
        assert row.retry_at is not None
        pauses.append(row.retry_at - clock.now())
        clock.turn(seconds=pauses[-1].total_seconds())
        process.connections.refresh_due(clock.now())
    assert asked(google) == 3
    assert pauses[1] > pauses[0] * 1.5
    assert process.token(ANNA), "the token at hand still works meanwhile"
    assert open_alerts(process) == []
    clock.turn(minutes=5)
    process.connections.refresh_due(clock.now())
    assert (row_of(process).failures, row_of(process).retry_at) == (0, None)


def test_after_a_failed_refresh_calls_do_not_storm_the_vendor(
    google: FakeGoogle, process: Process, clock: PresentClock
) -> None:
    clock.turn(hours=2)
    google.fail_next(Fault.UNAVAILABLE, operation="token", times=None)
    for _ in range(4):
        with pytest.raises(ProviderUnavailable):
            process.token(ANNA)
    assert asked(google) == 1


def test_fresh_tokens_that_are_rejected_do_not_storm_the_vendor(google: FakeGoogle, process: Process) -> None:
    source = process.connections.token_source("google", ANNA)
    source.rejected(process.token(ANNA))
    source.rejected(process.token(ANNA))
    with pytest.raises(ProviderUnavailable, match="fresh tokens are rejected"):
        process.token(ANNA)
    assert asked(google) == 1


def test_one_account_in_trouble_leaves_the_others_alone(
    google: FakeGoogle, process: Process, connected: Browser, clock: PresentClock
) -> None:
    connected.get(google.consent(connected.begin(), BEN))
    google.end_consent(ANNA)
    clock.turn(minutes=51)
    process.connections.refresh_due(clock.now())
    assert row_of(process, ANNA).state == "needs_reconnecting"
    assert row_of(process, BEN).refreshed_at > row_of(process, ANNA).refreshed_at
