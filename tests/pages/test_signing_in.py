"""Signing in with the admin password, and out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from pyotp import TOTP
from werkzeug.security import generate_password_hash

from bridge.config import Config
from tests.cast.clock import PresentClock
from tests.cast.config import OTHER_SECRET, SECRET
from tests.connections.stage import PASSWORD, Browser, Process, salon_config
from tests.vendors.google import FakeGoogle

CODES = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def visitor(process: Process) -> Browser:
    return process.browser()


def cookie_of(visitor: Browser) -> str:
    return next(line for seen in visitor.seen for line in seen.splitlines() if line.startswith("Set-Cookie"))


def test_the_right_password_opens_the_pages(visitor: Browser) -> None:
    answer = visitor.sign_in()
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/").status_code == 200
    assert "Callers are" in visitor.main()


def test_a_page_asked_for_before_signing_in_opens_after_it(visitor: Browser) -> None:
    assert visitor.get("/admin/connections").location == "/"
    assert visitor.sign_in().location == "/admin/connections"


def test_a_wrong_password_is_told_from_a_right_one_only_by_the_sentence(visitor: Browser) -> None:
    answer = visitor.sign_in("wrong")
    assert answer.status_code == 403
    assert "That is not the admin password." in visitor.main()
    assert visitor.get("/admin/connections").status_code == 303


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
    visitor.get("/admin/connections")
    assert visitor.post("/sign-out").location == "/"
    assert visitor.get("/admin/connections").status_code == 303


def test_forms_without_their_token_do_nothing(visitor: Browser) -> None:
    visitor.get("/")
    answer = visitor.post("/", {"password": PASSWORD}, token="")
    assert answer.status_code == 400
    assert "open for too long" in visitor.main()
    assert visitor.get("/admin/connections").status_code == 303


def test_a_session_ends_after_twelve_hours_and_says_so(visitor: Browser, clock: PresentClock) -> None:
    visitor.sign_in()
    for _ in range(13):
        clock.turn(minutes=55)
        assert visitor.get("/admin/connections").status_code == 200
    clock.turn(minutes=6)
    assert visitor.get("/admin/connections").status_code == 303
    visitor.get("/")
    assert "You were signed out after a while" in visitor.main()


def test_a_new_password_ends_every_session(
    visitor: Browser, config: Config, start: Callable[..., Process]
) -> None:
    visitor.sign_in()
    hashed = SecretStr(generate_password_hash("another fake password", method="pbkdf2:sha256:1"))
    renewed = start(replace(config, admin=config.admin.model_copy(update={"password_hash": hashed})))
    assert visitor.at(renewed).get("/admin/connections").status_code == 303


def test_a_session_outlives_a_rotated_secret_key_and_no_other(
    visitor: Browser, google: FakeGoogle, database_url: str, start: Callable[..., Process]
) -> None:
    visitor.sign_in()
    visitor.get("/admin/connections")
    rotated = start(salon_config(google, database_url, keys=(OTHER_SECRET, SECRET)))
    assert visitor.at(rotated).get("/admin/connections").status_code == 200
    replaced = start(salon_config(google, database_url, keys=(OTHER_SECRET,)))
    assert visitor.at(replaced).get("/admin/connections").status_code == 303


def test_without_a_password_nobody_gets_in_and_the_page_says_how(
    config: Config, start: Callable[..., Process]
) -> None:
    visitor = start(replace(config, admin=config.admin.model_copy(update={"password_hash": None}))).browser()
    visitor.get("/")
    assert "bridge admin-password" in visitor.main()
    assert visitor.post("/", {"password": ""}, token="").status_code == 400
    assert visitor.get("/admin/connections").status_code == 303


def test_an_idle_hour_ends_a_session_and_a_click_keeps_it(visitor: Browser, clock: PresentClock) -> None:
    visitor.sign_in()
    for _ in range(3):
        clock.turn(minutes=59)
        assert visitor.get("/admin/connections").status_code == 200
    clock.turn(minutes=60)
    assert visitor.get("/admin/connections").status_code == 303
    visitor.get("/")
    assert "You were signed out after a while" in visitor.main()


def test_a_copied_cookie_is_worth_nothing_after_signing_out(visitor: Browser, process: Process) -> None:
    visitor.sign_in()
    visitor.get("/admin/connections")
    thief = process.browser()
    thief._client._cookies = dict(visitor._client._cookies or {})
    assert thief.get("/admin/connections").status_code == 200
    visitor.post("/sign-out")
    assert thief.get("/admin/connections").status_code == 303


def test_others_can_be_signed_out(visitor: Browser, process: Process) -> None:
    other = process.browser()
    for each in (visitor, other):
        each.sign_in()
    visitor.get("/admin/sign-ins")
    visitor.post("/admin/sign-ins/end-others")
    visitor.get("/admin/sign-ins")
    assert "1 other browser was signed out." in visitor.main()
    assert other.get("/admin/connections").status_code == 303


def test_wrong_attempts_are_shown_to_who_signs_in_next(visitor: Browser, process: Process) -> None:
    visitor.sign_in()
    process.clock.turn(seconds=1)
    process.browser(address="203.0.113.9").sign_in("wrong")
    visitor.get("/admin/connections")
    visitor.post("/sign-out")
    visitor.get(visitor.sign_in().location)
    assert "1 attempt to sign in was wrong since the last right one." in visitor.main()
    visitor.get("/admin/sign-ins")
    assert "refused new browser 203.0.113.9" in visitor.main()


@pytest.fixture
def with_codes(config: Config, start: Callable[..., Process]) -> Browser:
    admin = config.admin.model_copy(update={"totp_secret": SecretStr(CODES)})
    return start(replace(config, admin=admin)).browser()


def test_a_code_is_asked_for_and_counts_once(with_codes: Browser, clock: PresentClock) -> None:
    with_codes.get("/")
    assert "Code from your authenticator app" in with_codes.main()
    assert with_codes.sign_in().status_code == 403
    assert "The password or the code is not right." in with_codes.main()
    code = TOTP(CODES).at(clock.now())
    assert with_codes.sign_in("wrong", code).status_code == 403
    assert with_codes.sign_in(code=f"{code[:3]} {code[3:]}").status_code == 303
    with_codes.get("/admin/connections")
    with_codes.post("/sign-out")
    assert with_codes.sign_in(code=code).status_code == 403, "somebody looked over the shoulder"
    assert with_codes.sign_in(code=TOTP(CODES).at(clock.now() + timedelta(seconds=30))).status_code == 303


def test_a_code_of_yesterday_and_no_code_open_nothing(with_codes: Browser, clock: PresentClock) -> None:
    for code in (TOTP(CODES).at(clock.now() - timedelta(minutes=2)), "", "٠١٢٣٤٥"):
        assert with_codes.sign_in(code=code).status_code == 403
