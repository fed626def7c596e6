"""The pages in a real browser: from signing in to a connected calendar, light and dark, wide and narrow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from bridge.config import Config
from bridge.connections import Answer
from tests.cast.clock import PresentClock
from tests.connections.stage import ANNA, BEN, PASSWORD, Process
from tests.pages.window import ARGUMENTS, EXECUTABLE, LOOKS, Window
from tests.vendors.google import FakeGoogle

pytestmark = pytest.mark.skipif(
    not EXECUTABLE.exists(), reason="Chromium is not installed (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def window(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Window]:
    scheme, width = request.param
    made = Window(chromium, scheme, width, tmp_path)
    yield made
    made.close()


@pytest.fixture
def one_window(chromium: Browser, tmp_path: Path) -> Iterator[Window]:
    made = Window(chromium, "dark", 375, tmp_path)
    yield made
    made.close()


@dataclass(frozen=True)
class Site:
    """The pages, served."""

    address: str
    process: Process

    def connect(self, google: FakeGoogle, account: str) -> None:
        """Connect an account without a browser."""
        callback = google.consent(self.process.connections.begin("google", "browser"), account)
        answer = Answer(dict(parse_qsl(urlsplit(callback).query)))
        self.process.connections.finish("google", "browser", answer)

    def sign_in(self, page: Page) -> None:
        page.goto(self.address)
        page.get_by_label("Admin password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Connections", exact=True).click()
        expect(page.get_by_role("heading", name="Connections", exact=True)).to_be_visible()


@contextmanager
def served(config: Config, start: Callable[..., Process], **section: str) -> Iterator[Site]:
    """Serve the pages on a free port, which is their public address too."""
    server = make_server("127.0.0.1", 0, Flask("nothing yet"), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    changed = config.bridge.model_copy(update={"public_url": address, **section})
    process = start(replace(config, bridge=changed))
    server.app = process.app
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Site(address, process)
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site(config: Config, start: Callable[..., Process]) -> Iterator[Site]:
    with served(config, start) as made:
        yield made


def test_an_owner_signs_in_and_connects(site: Site, window: Window) -> None:
    page = window.page
    page.goto(site.address)
    expect(page.get_by_label("Admin password")).to_be_focused()
    window.see("signin")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is not the admin password")
    window.see("refused")
    site.sign_in(page)
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    window.see("waiting")
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("was not allowed at Google")
    window.see("denied")
    page.get_by_role("link", name="Go to the connections").click()
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status")).to_contain_text(f"{ANNA} is connected.")
    window.see("connected")


def test_an_owner_disconnects_and_signs_out(site: Site, google: FakeGoogle, window: Window) -> None:
    site.connect(google, ANNA)
    site.connect(google, BEN)
    page = window.page
    site.sign_in(page)
    page.get_by_text("Disconnect …").last.click()
    window.see("disconnecting")
    page.get_by_role("button", name="Disconnect now").click()
    expect(page.get_by_role("status")).to_contain_text(f"{BEN} is disconnected")
    page.get_by_role("link", name="Connections").click()
    page.get_by_role("button", name="Make a link").click()
    window.see("link")
    page.get_by_role("link", name="System").click()
    page.get_by_role("link", name="Sign-ins").click()
    expect(page.get_by_role("heading", name="The last attempts")).to_be_visible()
    window.see("sign-ins")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label("Admin password")).to_be_visible()


def test_an_owner_reconnects_what_has_ended(
    site: Site, google: FakeGoogle, window: Window, clock: PresentClock
) -> None:
    site.connect(google, ANNA)
    site.connect(google, BEN)
    google.end_consent(ANNA)
    clock.turn(minutes=51)
    site.process.connections.refresh_due(clock.now())
    page = window.page
    site.sign_in(page)
    expect(page.get_by_text("needs reconnecting")).to_be_visible()
    window.see("ended")
    page.get_by_role("link", name="Reconnect").first.click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status")).to_contain_text(f"{ANNA} is connected.")
    expect(page.get_by_text("needs reconnecting")).to_have_count(0)


def test_the_pages_are_usable_from_the_keyboard(site: Site, one_window: Window) -> None:
    page = one_window.page
    site.sign_in(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Connect", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_whoever_waits_too_long_or_guesses_too_often_is_told(site: Site, one_window: Window) -> None:
    page = one_window.page
    for _ in range(5):
        page.goto(site.address)
        page.get_by_label("Admin password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not the admin password")
    page.get_by_label("Admin password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Please try again in 5 seconds")
    one_window.see("limited")


def test_the_pages_speak_german(
    config: Config, google: FakeGoogle, start: Callable[..., Process], one_window: Window, clock: PresentClock
) -> None:
    with served(config, start, locale="de_DE") as site:
        site.connect(google, ANNA)
        google.end_consent(ANNA)
        clock.turn(minutes=51)
        site.process.connections.refresh_due(clock.now())
        page = one_window.page
        page.goto(site.address)
        assert page.locator("html").get_attribute("lang") == "de-DE"
        one_window.see("anmelden")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        one_window.see("heute")
        for name in ("Termine", "Anrufe"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            one_window.see(name)
        page.get_by_role("link", name="Verbindungen").click()
        expect(page.get_by_role("heading", name="Verbindungen")).to_be_visible()
        one_window.see("verbindungen")
        page.get_by_role("link", name="System").click()
        page.get_by_role("link", name="Anmeldungen").click()
        one_window.see("anmeldungen")
        page.get_by_role("link", name="Verbindungen").click()
        page.get_by_role("button", name="Link erstellen").click()
        one_window.see("link")
        link = page.locator("code").inner_text()
        page.context.clear_cookies()
        page.goto(link)
        expect(page.get_by_role("heading", name="Ihren Kalender verbinden")).to_be_visible()
        one_window.see("einladung")
