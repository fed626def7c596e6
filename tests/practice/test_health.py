"""Health is known to all processes: two bridges on one database, their calendars at the fake vendors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.booking.probe import note_unreachable
from bridge.calendars.health import PROBE
from bridge.model import Ability, CalendarName
from bridge.store.engine import Store
from bridge.store.sql import jobs
from bridge.store.sql.alerts import open_alerts
from providers.errors import AccessDenied, ConnectionExpired, ProviderError, ProviderUnavailable
from tests.cast.at_vendors import ANNA_GOOGLE, PATIENT, vendors_toml
from tests.cast.clock import PresentClock, RunningClock, tomorrow_at
from tests.cast.config import read_toml
from tests.cast.salon import Salon
from tests.cast.server import running
from tests.vendors.google import FakeGoogle, Fault
from tests.zygote import Zygote

ANNA = CalendarName.parse(f"google:{ANNA_GOOGLE}/primary")
TEN, ELEVEN = tomorrow_at(10), tomorrow_at(11)

OpenTwo = Callable[..., tuple[Salon, Salon]]


@pytest.fixture
def open_two(sqlite_url: str, google: FakeGoogle, tmp_path: Path) -> Iterator[OpenTwo]:
    """Opens a salon in two processes' stead, by one clock that `runs` or not; on both by `url=store_url`."""
    with ExitStack() as stack:

        def opened(
            change: Callable[[str], str] = str, *, url: str = sqlite_url, runs: bool = False, **more: Any
        ) -> tuple[Salon, Salon]:
            config = read_toml(change(vendors_toml(url, tmp_path, google=google, **more)), tmp_path)
            clock = RunningClock() if runs else PresentClock()
            first, second = Salon(config, clock=clock), Salon(config, clock=clock)
            for salon in (first, second):
                stack.callback(salon.bridge.stop)
                salon.bridge.connections.keep_fresh()
            google.requests.clear()
            return first, second

        yield opened


def offers(salon: Salon) -> bool:
    """Tell whether something is offered, once what this showed is written down."""
    is_offered = bool(salon.reception.offer(salon.event_type(None)).slots)
    salon.bridge.health.write_down()
    return is_offered


def wait_for_an_alert(url: str) -> None:
    """Wait until what one process saw is in the database, which no caller waits for."""
    with closing(Store(url)) as store:
        while True:
            with store.read() as connection:
                if open_alerts(connection):
                    return
            time.sleep(0.1)


def books(salon: Salon, who: str, start: datetime = TEN, **details: object) -> bool:
    is_booked = salon.book(who, start, **details).success
    salon.bridge.health.write_down()
    return is_booked


def alerts(salon: Salon) -> list[str]:
    return [each.text for each in salon.bridge.alerts.open()]


def test_patience_asked_for_is_kept_by_all_processes_for_five_minutes_at_most(
    open_two: OpenTwo, store_url: str, google: FakeGoogle
) -> None:
    first, second = open_two(url=store_url, bridge=f"busy_max_age_seconds = 0\n{PATIENT}")
    assert offers(second)
    google.fail_next(Fault.RATE_429, operation="freebusy.query", retry_after="86400")
    google.requests.clear()
    told = [offers(salon) for salon in (first, second, first, second)]
    assert told == [False, False, False, False]
    assert google.operations() == ["freebusy.query"]
    assert len(alerts(second)) == 1
    first.clock.turn(minutes=5, seconds=1)
    assert [offers(salon) for salon in (second, first, second, first)] == [True, True, True, True]
    assert alerts(first) == []


def test_a_hanging_account_costs_its_time_out_once(open_two: OpenTwo, google: FakeGoogle) -> None:
    first, second = open_two(runs=True, bridge="busy_max_age_seconds = 0")
    assert offers(first)  # connected, and its identity known: the whole deadline is for the answer
    assert offers(second)
    google.requests.clear()
    google.fail_next(Fault.HANG, operation="freebusy.query", times=None, seconds=5)
    told = [offers(salon) for salon in (first, second, second, first, second)]
    assert not any(told)
    assert google.operations().count("freebusy.query") == 1
    assert len(alerts(first)) == 1
    google.come_up()
    second.bridge.background.run_due()
    assert [offers(first), offers(second)] == [True, True]
    assert alerts(first) == []


def test_many_short_waits_in_vain_are_as_good_as_a_long_one(open_two: OpenTwo, google: FakeGoogle) -> None:
    salon, _ = open_two(runs=True, bridge="busy_max_age_seconds = 0\ndeadline_seconds = 0.7")
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    google.requests.clear()
    google.fail_next(Fault.HANG, operation="freebusy.query", times=None, seconds=5)
    assert not any(offers(salon) for _ in range(12))
    assert 1 < google.operations().count("freebusy.query") < 12


def test_a_failure_that_goes_on_does_not_hurry_its_probe(open_two: OpenTwo, store_url: str) -> None:
    first, _ = open_two(url=store_url)
    for word in ("HTTP 503", "HTTP 500"):
        first.bridge.health.failed(ANNA, Ability.READ, ProviderUnavailable("google", "free_busy", word))
        first.bridge.health.write_down()
    with first.bridge.store.read() as connection:
        planned = {job.kind: job.planned for job in jobs.due(connection, first.clock.now())}
    assert planned[PROBE] == 1


def test_of_eight_outages_none_is_silent_and_none_stays_open(open_two: OpenTwo, google: FakeGoogle) -> None:
    salons = open_two(bridge="busy_max_age_seconds = 0")
    told = []
    for number in range(8):
        google.go_down()
        assert not offers(salons[number % 2])
        told.append(len(alerts(salons[0])))
        google.come_up()
        assert offers(salons[1 - number // 2 % 2])
        told.append(len(alerts(salons[1])))
    assert told == [1, 0] * 8


def test_an_outage_that_no_caller_sees_the_end_of_is_ended_by_the_background(
    open_two: OpenTwo, google: FakeGoogle
) -> None:
    first, second = open_two()
    google.go_down()
    assert not offers(first)
    google.come_up()
    second.bridge.background.run_due()
    assert alerts(first) == []


def test_a_calendar_that_refuses_writes_is_offered_again_for_one_booking_every_15_minutes(
    open_two: OpenTwo, store_url: str, google: FakeGoogle
) -> None:
    first, second = open_two(url=store_url)
    assert offers(second)
    google.fail_next(Fault.FORBIDDEN, operation="events.insert", times=None)
    assert not books(first, "kim")
    assert [offers(first), offers(second)] == [False, False]
    (text,) = alerts(second)
    assert f"{TEN:%B} {TEN.day}" in text and "share it with" in text
    assert second.book("lee", TEN).reason.startswith("The calendar takes no new appointments at the moment.")
    first.bridge.background.run_due()  # Anna owns the calendar: her right says nothing of the refusal
    assert not offers(second)
    first.clock.turn(minutes=15, seconds=1)
    assert [offers(first), offers(second)] == [True, True]
    google.requests.clear()
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(books, (first, second), ("lee", "max"), (TEN, ELEVEN))) == [False, False]
    assert google.operations().count("events.insert") == 1
    assert len(alerts(first)) == 1
    google.come_up()
    first.clock.turn(minutes=15, seconds=1)
    assert books(second, "lee")
    assert offers(first)
    assert alerts(first) == []


def test_a_calendar_shared_for_reading_comes_back_with_its_access_right(
    open_two: OpenTwo, google: FakeGoogle
) -> None:
    google.add_account("ben@example.com", ["team@example.com"])
    google.share("team@example.com", ANNA_GOOGLE, "writer")
    first, second = open_two(lambda text: text.replace("/primary", "/team@example.com"))
    google.share("team@example.com", ANNA_GOOGLE, "reader")
    assert not books(first, "kim")
    first.bridge.background.run_due()
    first.clock.turn(minutes=16)
    assert [offers(first), offers(second)] == [False, False]
    google.share("team@example.com", ANNA_GOOGLE, "writer")
    second.bridge.background.run_due()
    assert [offers(first), offers(second)] == [True, True]
    assert alerts(first) == []


def test_a_refusal_because_of_guests_takes_no_host_off_and_ends_with_the_next_invitation(
    open_two: OpenTwo, google: FakeGoogle
) -> None:
    first, second = open_two(event_type="invite = true")
    google.fail_next(Fault.QUOTA, operation="events.insert")
    assert books(first, "kim", email="kim@example.com")
    assert [offers(first), offers(second)] == [True, True]
    assert len(alerts(second)) == 1
    assert second.book("lee", ELEVEN, email="lee@example.com").success
    second.bridge.health.write_down()
    assert alerts(first) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            AccessDenied("google", "token", "unauthorized_client"),
            "Delegation is not granted for these scopes: http",
        ),
        (AccessDenied("google", "free_busy", "HTTP 403 accessNotConfigured"), "not switched on in the Cloud"),
        (AccessDenied("google", "token", "admin_policy_enforced"), "must approve the bridge: https://admin."),
        (ConnectionExpired("google", "token", "invalid_grant"), "own key act for anna@example.com"),
    ],
)
def test_nobody_is_told_to_connect_an_account_that_a_service_account_reaches(
    open_two: OpenTwo, error: ProviderError, says: str
) -> None:
    first, _ = open_two()
    advice = first.bridge.health.advise(ANNA, error)
    assert says in advice
    assert "connect" not in advice.lower()


def test_what_is_known_of_a_calendar_is_in_the_database(
    open_two: OpenTwo, store_url: str, google: FakeGoogle
) -> None:
    first, second = open_two(url=store_url)
    assert books(first, "kim")
    google.fail_next(Fault.UNAVAILABLE, operation="freebusy.query", times=None)
    assert not offers(second)
    known = {each.ability: each for each in first.bridge.health.every() if each.subject == str(ANNA)}
    assert known[Ability.WRITE].error == "" and known[Ability.WRITE].good_at
    assert known[Ability.READ].error == "HTTP 503" and known[Ability.READ].good_at
    assert known[Ability.READ].advice == (
        "The vendor does not answer at present; the bridge tries again by itself."
    )


def test_two_workers_keep_the_patience_that_one_was_asked_for(
    zygote: Zygote, sqlite_url: str, google: FakeGoogle, tmp_path: Path
) -> None:
    # Nothing is asked ahead: the other worker might do that before it can know.
    bridge = f"busy_max_age_seconds = 0\n{PATIENT}"
    config = vendors_toml(sqlite_url, tmp_path, google=google, bridge=bridge)
    google.fail_next(Fault.RATE_429, operation="freebusy.query", retry_after="86400")
    with running(zygote, config, tmp_path / "server", "-w", "2") as server:
        told = [server.post("/cut/available", {"contact_id": "caller-0"})]
        wait_for_an_alert(sqlite_url)
        told += [server.post("/cut/available", {"contact_id": f"caller-{n}"}) for n in range(1, 12)]
    assert {status for status, _ in told} == {200}
    assert [answer["available"] for _, answer in told] == [[]] * 12
    assert google.operations().count("freebusy.query") == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.INVALID_GRANT, "The vendor does not let"),
        (Fault.UNAVAILABLE, "The vendor does not answer at present"),
    ],
)
def test_an_account_without_tokens_is_alerted_before_any_caller_asks(
    open_two: OpenTwo, store_url: str, google: FakeGoogle, fault: Fault, says: str
) -> None:
    salon, other = open_two(url=store_url)
    salon.clock.turn(minutes=51)
    google.fail_next(fault, operation="token", times=None)
    upkeep(salon)
    assert salon.bridge.alerts.open() == []  # the token at hand works still
    salon.clock.turn(minutes=9)
    for each in (salon, other, salon):
        upkeep(each)
    (alert,) = salon.bridge.alerts.open()
    assert "cannot be read" in alert.text
    assert says in alert.text
    google.come_up()
    for each in (salon, other):
        upkeep(each)
    salon.clock.turn(minutes=1)
    salon.bridge.background.run_due()
    assert salon.bridge.alerts.open() == []


def upkeep(salon: Salon) -> None:
    """Do what every process does once a minute."""
    note_unreachable(salon.bridge.context, salon.bridge.connections.keep_fresh())
