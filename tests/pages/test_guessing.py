"""How often somebody may be wrong, and who else has to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.config import Config
from bridge.signin import AdminSignIn, SignInRefused, TooManyAttempts, Visitor
from tests.cast.clock import PresentClock
from tests.connections.stage import PASSWORD, Browser, Process


@pytest.fixture
def visitor(process: Process) -> Browser:
    return process.browser()


def test_five_wrong_passwords_make_one_wait_longer_each_time(visitor: Browser, clock: PresentClock) -> None:
    for _ in range(5):
        assert visitor.sign_in("wrong").status_code == 403
    answer = visitor.sign_in()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "Please try again in 5 seconds." in visitor.main()
    clock.turn(seconds=5)
    assert visitor.sign_in("wrong").status_code == 403
    assert visitor.sign_in().headers["Retry-After"] == "10"
    clock.turn(seconds=10)
    assert visitor.sign_in().status_code == 303


def test_waits_grow_to_a_quarter_of_an_hour(visitor: Browser, clock: PresentClock) -> None:
    waits = []
    for _ in range(16):
        while (answer := visitor.sign_in("wrong")).status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            clock.turn(seconds=waits[-1])
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


def test_strangers_cannot_keep_out_a_browser_that_signed_in_before(process: Process) -> None:
    owner = process.browser()
    owner.sign_in()
    owner.get("/admin/sign-ins")
    owner.post("/sign-out")
    stranger = process.browser()  # behind the same router, or a proxy that tells no addresses
    for _ in range(6):
        stranger.sign_in("wrong")
    assert process.browser().sign_in().status_code == 429
    assert owner.sign_in().status_code == 303


def test_a_browser_that_signed_in_before_has_to_wait_for_its_own_guesses(visitor: Browser) -> None:
    visitor.sign_in()
    visitor.get("/admin/sign-ins")
    visitor.post("/sign-out")
    for _ in range(5):
        assert visitor.sign_in("wrong").status_code == 403
    assert visitor.sign_in().status_code == 429


def test_a_mark_that_a_browser_made_up_is_a_strangers(process: Process) -> None:
    for number in range(6):
        liar = process.browser()
        liar._client.set_cookie("__Host-bridge-browser", f"made-up-{number}", domain="bridge.example.com")
        answer = liar.sign_in("wrong")
    assert answer.status_code == 429


def test_the_limit_holds_for_all_processes(visitor: Browser, start: Callable[[], Process]) -> None:
    for _ in range(5):
        visitor.sign_in("wrong")
    assert start().browser().sign_in().status_code == 429


def test_another_address_may_still_try(visitor: Browser, process: Process) -> None:
    for _ in range(5):
        visitor.sign_in("wrong")
    assert process.browser(address="192.0.2.8").sign_in().status_code == 303


def test_a_network_of_ipv6_counts_as_one_address(process: Process) -> None:
    for number in range(5):
        process.browser(address=f"2001:db8:1:2::{number}").sign_in("wrong")
    assert process.browser(address="2001:db8:1:2:ffff::1").sign_in().status_code == 429
    assert process.browser(address="2001:db8:1:3::1").sign_in().status_code == 303


def test_an_ipv4_address_counts_however_it_is_written(process: Process) -> None:
    for _ in range(5):
        process.browser(address="::ffff:192.0.2.9").sign_in("wrong")
    assert process.browser(address="192.0.2.9").sign_in().status_code == 429


def test_a_right_password_forgives_the_wrong_ones(visitor: Browser) -> None:
    for _ in range(3):
        for _ in range(4):
            visitor.sign_in("wrong")
        assert visitor.sign_in().status_code == 303
        visitor.get("/admin/connections")
        visitor.post("/sign-out")


@pytest.fixture
def admin(process: Process, config: Config, clock: PresentClock) -> AdminSignIn:
    return AdminSignIn(process.store, *config.admin.secrets(), now=clock.now)


def test_fifty_wrong_passwords_from_everywhere_make_all_strangers_wait(
    admin: AdminSignIn, clock: PresentClock
) -> None:
    for number in range(50):
        with pytest.raises(SignInRefused):
            admin.check("wrong", "", Visitor(f"192.0.2.{number}"))
    with pytest.raises(TooManyAttempts) as waiting:
        admin.check(PASSWORD, "", Visitor("198.51.100.1"))
    admin.check(PASSWORD, "", Visitor("198.51.100.1", browser="known"))
    clock.turn(seconds=waiting.value.retry_after.total_seconds())
    admin.check(PASSWORD, "", Visitor("198.51.100.1"))


def test_many_guesses_at_once_gain_nothing(admin: AdminSignIn) -> None:
    def guess(_number: int) -> type[Exception] | None:
        try:
            admin.check("wrong", "", Visitor("192.0.2.7"))
        except SignInRefused as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(SignInRefused) == 5
    assert outcomes.count(TooManyAttempts) == 19


def test_attempts_are_forgotten_after_a_month(admin: AdminSignIn, clock: PresentClock) -> None:
    for number in range(3):
        with pytest.raises(SignInRefused):
            admin.check("wrong", "", Visitor(f"192.0.2.{number}"))
    clock.turn(days=30, minutes=1)
    admin.check(PASSWORD, "", Visitor("192.0.2.7"))
    assert [attempt.was_right for attempt in admin.latest()] == [True]
