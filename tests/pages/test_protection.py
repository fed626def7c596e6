"""What protects the pages whatever they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.config import Config
from bridge.store.sql import alerts
from tests.connections.stage import ANNA, Browser, Process
from tests.vendors.google import FakeGoogle


@pytest.mark.parametrize(
    "address", ["/", "/admin/connections", "/connect/nobody", "/static/bridge.css", "/no-such-page"]
)
def test_every_answer_says_what_a_browser_may_do(browser: Browser, address: str) -> None:
    headers = browser.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_pages_are_kept_by_no_cache_and_their_style_is(browser: Browser) -> None:
    assert browser.get("/admin/connections").headers["Cache-Control"] == "no-store"
    assert "no-store" not in browser.get("/static/bridge.css").headers.get("Cache-Control", "")


def test_pages_load_nothing_from_elsewhere_and_hold_no_script_or_style(
    google: FakeGoogle, browser: Browser
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA))
    browser.get("/admin/connections")
    without_links = re.sub(r"<a [^>]*>", "", browser.page)  # these load nothing until somebody follows them
    assert not re.findall(r'(?:src|href|action)="(?!/)', without_links)
    assert set(re.findall(r"<script[^>]*>(.*?)</script>", browser.page, re.DOTALL)) == {""}
    assert "<style" not in browser.page
    assert "style=" not in browser.page


def test_what_others_chose_is_escaped(google: FakeGoogle, browser: Browser) -> None:
    nasty = "<b>x</b>@example.com"
    google.add_account(nasty)
    browser.get(google.consent(browser.begin(), nasty))
    browser.get("/admin/connections")
    assert "<b>x</b>" not in browser.page
    assert "&lt;b&gt;x&lt;/b&gt;@example.com" in browser.page
    browser.get("/connect/%3Cb%3Ex")
    assert "<b>" not in browser.page


def test_on_plain_http_the_cookie_works_and_promises_nothing(
    config: Config, start: Callable[..., Process]
) -> None:
    plain = replace(config, bridge=config.bridge.model_copy(update={"public_url": "http://127.0.0.1:8000"}))
    process = start(plain)
    visitor = process.browser()
    seen = visitor.get("/")
    assert "Strict-Transport-Security" not in seen.headers
    assert "bridge=" in seen.headers["Set-Cookie"]
    assert "Secure" not in seen.headers["Set-Cookie"]
    assert visitor.sign_in().status_code == 303


def test_a_database_that_is_gone_is_a_page_too(browser: Browser, process: Process) -> None:
    with process.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE connections")
    answer = browser.get("/admin/connections")
    assert answer.status_code == 503
    assert "try again in a minute" in browser.main()


def test_a_fault_is_a_page_with_a_number_and_no_details(
    browser: Browser, process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    with process.store.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO connections VALUES"
            " ('google', 'a@example.com', 'no such state', '', '', '[]', 0, 0, 0, 0, 0, 0)"
        )
    answer = browser.get("/admin/connections")
    assert answer.status_code == 500
    assert "no such state" not in browser.main()
    number = re.search(r"under ([0-9a-f]{16})", browser.main())
    assert number is not None
    assert number.group(1) in caplog.text


def test_alerts_are_no_business_of_strangers(process: Process) -> None:
    with process.store.write() as connection:
        alerts.raise_alert(connection, "test", "something to do", process.clock.now())
    stranger = process.browser()
    stranger.get("/")
    assert "something to do" not in stranger.page


@pytest.mark.parametrize(
    ("former", "page"),
    [("connections", "connections"), ("calendars", "connections"), ("sign-ins", "sign-ins")],
)
def test_former_addresses_lead_to_the_pages(browser: Browser, former: str, page: str) -> None:
    answer = browser.get(f"/{former}")
    assert (answer.status_code, answer.location) == (301, f"/admin/{page}")
    assert browser.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("get", "/no-such-page", 404, "There is no such page"),
        ("post", "/admin/calls", 405, "This address only takes"),
        ("get", "/admin/alerts/done", 405, "This address only takes"),
    ],
)
def test_addresses_that_answer_nobody_are_pages_to_a_browser_alone(
    process: Process, method: str, path: str, status: int, said: str
) -> None:
    stranger = process.browser()
    assert getattr(stranger, method)(path).status_code == status
    assert said in stranger.main()
    assert "Go to the first page" in stranger.main()
    program = process.app.test_client().open(path, method=method)
    assert (program.status_code, said in program.text) == (status, False)


def test_a_refused_connection_offers_another_try_and_says_what_administrators_do(
    google: FakeGoogle, browser: Browser, process: Process
) -> None:
    browser.get(google.consent(browser.begin(ANNA), ANNA, deny=True))
    assert f"its client ID, {google.client_id}" in browser.main()
    assert f'href="/connect/google?account={ANNA}">Try again' in browser.page
    browser.get("/connect/google/callback?state=guessed&code=x")
    assert "Try again" in browser.main()
    browser.get("/connect/nobody")
    assert "Try again" not in browser.main(), "nothing would come of it"
