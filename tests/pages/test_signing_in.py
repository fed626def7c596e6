"""Signing in with the admin password, and out again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pydantic import SecretStr
from werkzeug.security import generate_password_hash

from bridge.config import Config
from bridge.signin import AdminSignIn, SignInRefused, TooManyAttempts
from tests.cast.clock import RealClock
from tests.cast.config import OTHER_SECRET, SECRET
from tests.connections.stage import PASSWORD, Browser, Process, salon_config
from tests.vendors.google import FakeGoogle


@pytest.fixture
def visitor(process: Process) -> Browser:
    return process.browser()


def cookie_of(visitor: Browser) -> str:
    return next(line for seen in visitor.seen for line in seen.splitlines() if line.startswith("Set-Cookie"))


def test_the_right_password_opens_the_pages(visitor: Browser) -> None:
    answer = visitor.sign_in()
    assert (answer.status_code, answer.location) == (303, "/connections")
    assert visitor.get("/connections").status_code == 200
    assert visitor.get("/").location == "/connections"


def test_a_page_asked_for_before_signing_in_opens_after_it(visitor: Browser) -> None:
    assert visitor.get("/connections").location == "/"
    assert visitor.sign_in().location == "/connections"


def test_a_wrong_password_is_told_from_a_right_one_only_by_the_sentence(visitor: Browser) -> None:
    answer = visitor.sign_in("wrong")
    assert answer.status_code == 403
    assert "That is not the admin password." in visitor.main()
    assert visitor.get("/connections").status_code == 303


@pytest.mark.parametrize(
    "password", ["", " ", PASSWORD + " ", PASSWORD.upper(), "x" * 100_000, "\x00", "пароль"]
)
def test_no_other_password_opens(visitor: Browser, password: str) -> None:
    assert visitor.sign_in(password).status_code == 403


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(visitor: Browser) -> None:
    visitor.sign_in()
    cookie = cookie_of(visitor)
    assert cookie.startswith("Set-Cookie: __Host-bridge=")
    for mark in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert mark in cookie
    assert "Domain" not in cookie


def test_signing_in_begins_a_session_of_its_own(visitor: Browser, process: Process) -> None:
    visitor.get("/")
    before = visitor.page
    visitor.post("/", {"password": PASSWORD})
    visitor.page = before
    assert visitor.post("/sign-out").status_code == 400, "the form of the former session is worth nothing"


def test_signing_out_closes_the_pages(visitor: Browser) -> None:
    visitor.sign_in()
    visitor.get("/connections")
    assert visitor.post("/sign-out").location == "/"
    assert visitor.get("/connections").status_code == 303


def test_forms_without_their_token_do_nothing(visitor: Browser) -> None:
    visitor.get("/")
    answer = visitor.post("/", {"password": PASSWORD}, token="")
    assert answer.status_code == 400
    assert "open for too long" in visitor.main()
    assert visitor.get("/connections").status_code == 303


def test_a_session_ends_after_twelve_hours_and_says_so(visitor: Browser, clock: RealClock) -> None:
    visitor.sign_in()
    clock.turn(hours=11, minutes=59)
    assert visitor.get("/connections").status_code == 200
    clock.turn(minutes=2)
    assert visitor.get("/connections").status_code == 303
    visitor.get("/")
    assert "You were signed out after a while" in visitor.main()


def test_a_new_password_ends_every_session(
    visitor: Browser, config: Config, start: Callable[..., Process]
) -> None:
    visitor.sign_in()
    hashed = SecretStr(generate_password_hash("another fake password", method="pbkdf2:sha256:1"))
    renewed = start(replace(config, admin=config.admin.model_copy(update={"password_hash": hashed})))
    assert visitor.at(renewed).get("/connections").status_code == 303


def test_a_session_outlives_a_rotated_secret_key_and_no_other(
    visitor: Browser, google: FakeGoogle, database_url: str, start: Callable[..., Process]
) -> None:
    visitor.sign_in()
    visitor.get("/connections")
    rotated = start(salon_config(google, database_url, keys=(OTHER_SECRET, SECRET)))
    assert visitor.at(rotated).get("/connections").status_code == 200
    replaced = start(salon_config(google, database_url, keys=(OTHER_SECRET,)))
    assert visitor.at(replaced).get("/connections").status_code == 303


def test_without_a_password_nobody_gets_in_and_the_page_says_how(
    config: Config, start: Callable[..., Process]
) -> None:
    visitor = start(replace(config, admin=config.admin.model_copy(update={"password_hash": None}))).browser()
    visitor.get("/")
    assert "bridge admin-password" in visitor.main()
    assert visitor.post("/", {"password": ""}, token="").status_code == 400
    assert visitor.get("/connections").status_code == 303


def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(
    visitor: Browser, clock: RealClock
) -> None:
    for _ in range(5):
        assert visitor.sign_in("wrong").status_code == 403
    answer = visitor.sign_in()
    assert answer.status_code == 429
    assert 14 * 60 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "Please wait 15 minutes, then try again." in visitor.main()
    clock.turn(minutes=14, seconds=30)
    visitor.sign_in()
    assert "Please wait 1 minute, then try again." in visitor.main()
    clock.turn(seconds=31)
    assert visitor.sign_in().status_code == 303


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
        visitor.get("/connections")
        visitor.post("/sign-out")


@pytest.fixture
def admin(process: Process, config: Config, clock: RealClock) -> AdminSignIn:
    assert config.admin.password_hash is not None
    return AdminSignIn(process.store, config.admin.password_hash.get_secret_value(), now=clock.now)


def test_fifty_wrong_passwords_from_everywhere_close_the_door_for_all(admin: AdminSignIn) -> None:
    for number in range(50):
        with pytest.raises(SignInRefused):
            admin.check("wrong", f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        admin.check(PASSWORD, "198.51.100.1")


def test_many_guesses_at_once_gain_nothing(admin: AdminSignIn) -> None:
    def guess(_number: int) -> type[Exception] | None:
        try:
            admin.check("wrong", "192.0.2.7")
        except SignInRefused as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(SignInRefused) == 5
    assert outcomes.count(TooManyAttempts) == 19


def test_wrong_passwords_are_forgotten_after_their_time(
    admin: AdminSignIn, process: Process, clock: RealClock
) -> None:
    for number in range(10):
        with pytest.raises(SignInRefused):
            admin.check("wrong", f"192.0.2.{number}")
    clock.turn(minutes=16)
    admin.check(PASSWORD, "192.0.2.7")
    with process.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM signin_failures").scalar_one() == 0
