"""Every page of the owner's in a real browser: accessible by axe-core, usable without JavaScript or mouse.

One server, one browser, each page once: whatever page is added stands in the application's own list.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.cast.clock import HALF_PAST, TEN
from tests.cast.config import ANNA, BEN, EVERY_START
from tests.cast.fixtures import line_opener
from tests.cast.line import Line
from tests.connections.stage import ADMIN, PASSWORD
from tests.pages.window import ARGUMENTS, EXECUTABLE

pytestmark = pytest.mark.skipif(
    not EXECUTABLE.exists(), reason="Chromium is not installed (apt-get install chromium)"
)
_FILES = (".csv", ".ics", ".json", "backup")
_SERIOUS = ("serious", "critical")


@dataclass(frozen=True)
class Site:
    """A business with something on every page, served."""

    address: str
    line: Line

    @property
    def pages(self) -> list[str]:
        """Return every page that has an address of its own, one appointment, one call and an error."""
        rules = self.line.app.url_map.iter_rules()
        plain = [str(each) for each in rules if "GET" in (each.methods or ()) and not each.arguments]
        found = [each for each in plain if each.startswith("/admin/") and not each.endswith(_FILES)]
        (booking, *_), (call, *_) = self.line.confirmed(), self.line.bridge.journal.last(1)
        one = f"/admin/appointments/{booking.id}"
        return [
            "/",
            *sorted(found),
            one,
            f"{one}/times",
            "/admin/appointments?when=all&host=anna",
            f"/admin/calls/{call['request_id']}",
            "/admin/nothing",
        ]

    def sign_in(self, page: Page) -> None:
        page.goto(self.address)
        page.get_by_label("Admin password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Appointments", exact=True)).to_be_visible()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('pages') / 'bridge.db'}"
    with line_opener(url) as opened:
        line = opened(ANNA, BEN, rest=ADMIN, event_type=f'{EVERY_START}\nassignment = "weighted"')
        line.book(TEN, who="kim", name="Kim Example", phone="+4915112345678", host="anna")
        line.book(TEN, who="sam", name="Sam Example", host="anna")
        line.bridge.alerts.alert("test", "Something must be done.")
        line.bridge.journal.write_down()
        server = make_server("127.0.0.1", 0, line.app, threaded=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}", line)
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield made
        made.close()


def test_no_page_has_a_serious_finding_of_axe_core(site: Site, chromium: Browser) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = chromium.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(site.address)
    assert serious(axe, page) == [], "the sign-in page"
    site.sign_in(page)
    found = {address: seen for address in site.pages if (seen := at(axe, page, site, address))}
    context.close()
    assert found == {}


def at(axe: object, page: Page, site: Site, address: str) -> list[str]:
    page.goto(f"{site.address}{address}")
    return serious(axe, page)


def serious(axe: object, page: Page) -> list[str]:
    """Return what axe-core finds that keeps people out: rule, and where."""
    found = axe.run(page).response["violations"]  # type: ignore[attr-defined] # only with the package
    grave = [each for each in found if each["impact"] in _SERIOUS]
    return [f"{each['id']}: {node['html'][:120]}" for each in grave for node in each["nodes"][:3]]


def test_without_javascript_every_page_says_and_does_the_same(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    site.sign_in(page)
    for address in site.pages:
        answer = page.goto(f"{site.address}{address}")
        assert answer and answer.status == (404 if address == "/admin/nothing" else 200), address
        assert page.get_by_role("heading", level=1).count() == 1, address
        for button in page.get_by_role("button").all():
            assert not button.get_attribute("data-pauses"), "what needs a script stays hidden without one"
    page.goto(f"{site.address}/admin/calls")
    expect(page.get_by_text("Reload the page for new ones.")).to_be_visible()
    page.goto(f"{site.address}/admin/appointments/new?day={HALF_PAST:%Y-%m-%d}")
    page.get_by_label("12:00 PM").check()
    page.get_by_label("Name", exact=True).fill("Lou Example")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The appointment is booked.")
    context.close()


def test_from_today_an_appointment_is_booked_moved_and_cancelled_by_keyboard_alone(
    site: Site, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    site.sign_in(page)
    page.goto(site.address)
    reach(page, "nav a[href='/admin/appointments']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Appointments", exact=True)).to_be_visible()
    reach(page, "a[href='/admin/appointments/new']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Book an appointment")).to_be_visible()
    reach(page, "input[name=start]")
    page.keyboard.press("Space")
    reach(page, "#name")
    page.keyboard.type("Noa Example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Noa Example")).to_be_visible()
    booked = page.url
    assert "Noa Example" in feeds(site, page), "calendar apps show it at once"
    page.goto(booked)
    reach(page, "a.button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Move to another time")).to_be_visible()
    reach(page, "button[name=start]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The appointment is moved.")
    reach(page, "summary")
    page.keyboard.press("Enter")
    reach(page, "button.danger")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The appointment is cancelled.")
    site.line.go_on()  # it is the background that takes the event out of the calendar
    assert "Noa Example" not in feeds(site, page)
    context.close()


def feeds(site: Site, page: Page) -> str:
    """Return what calendar apps are told that subscribe to the hosts' calendars."""
    told = ""
    for host in ("anna", "ben"):
        page.goto(f"{site.address}/admin/calendars/{host}")
        address = urlsplit(page.locator("#feed").text_content() or "")
        told += page.request.get(f"{site.address}{address.path}?{address.query}").text()
    return told


def reach(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, which must be visible there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("() => document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"{selector} is not reached")


def test_new_calls_come_by_themselves(site: Site, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    site.sign_in(page)
    page.goto(f"{site.address}/admin/calls")
    expect(page.get_by_role("button", name="Live: stop showing new ones")).to_be_visible()
    before = page.locator(".rows li").count()
    site.line.clock.turn(seconds=1)
    site.line.available(who="new")
    site.line.bridge.journal.write_down()
    expect(page.locator(".rows li")).to_have_count(before + 1, timeout=20_000)
    context.close()
