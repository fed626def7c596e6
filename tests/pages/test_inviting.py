"""A colleague connects their own account by a link, without the admin's password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.cast.clock import PresentClock
from tests.connections.stage import ANNA, BEN, SITE, Browser, Process
from tests.vendors.google import FakeGoogle


def link_for(owner: Browser, host: str = "anna") -> str:
    """Have the owner make a link; return its path."""
    owner.get("/admin/connections")
    assert owner.post("/admin/invitations", {"host": host}).status_code == 200
    found = re.search(rf"{SITE}(/invite/[\w-]+)<", owner.page)
    assert found
    return found[1]


@pytest.fixture
def link(browser: Browser) -> str:
    return link_for(browser)


@pytest.fixture
def colleague(process: Process) -> Browser:
    return process.browser(address="198.51.100.4")


def begin(colleague: Browser, link: str, account: str = ANNA) -> str:
    colleague.get(link)
    answer = colleague.get(f"{link}/google?account={account}")
    assert answer.status_code == 303
    return str(answer.location)


def test_a_colleague_connects_their_account_by_a_link(
    google: FakeGoogle, process: Process, colleague: Browser, link: str
) -> None:
    answer = colleague.get(google.consent(begin(colleague, link), ANNA))
    assert (answer.status_code, answer.location) == (303, link)
    colleague.get(link)
    assert "Everything is connected." in colleague.main()
    assert process.token(ANNA)
    assert colleague.get("/admin/connections").status_code == 303, "it opens nothing else"


def test_a_link_is_good_once(google: FakeGoogle, process: Process, colleague: Browser, link: str) -> None:
    colleague.get(google.consent(begin(colleague, link), ANNA))
    other = process.browser()
    assert other.get(link).status_code == 404
    assert "This link is over" in other.main()


def test_who_began_before_it_was_used_cannot_end_after(
    google: FakeGoogle, process: Process, colleague: Browser, link: str
) -> None:
    other = process.browser()
    begun = begin(other, link)
    colleague.get(google.consent(begin(colleague, link), ANNA))
    assert other.get(google.consent(begun, ANNA)).location == "/"


def test_a_link_is_over_after_a_week(colleague: Browser, link: str, clock: PresentClock) -> None:
    clock.turn(days=6, hours=23)
    assert colleague.get(link).status_code == 200
    clock.turn(hours=2)
    assert colleague.get(link).status_code == 404


def test_a_new_link_replaces_the_former(browser: Browser, colleague: Browser, link: str) -> None:
    again = link_for(browser)
    assert colleague.get(link).status_code == 404
    assert colleague.get(again).status_code == 200


def test_only_accounts_of_the_host_can_be_connected(
    google: FakeGoogle, process: Process, colleague: Browser, link: str
) -> None:
    colleague.get(link)
    assert colleague.get(f"{link}/google?account={BEN}").status_code == 404
    colleague.get(google.consent(begin(colleague, link), BEN))
    assert "Back to the invitation" in colleague.main()
    assert not any(account.since for account in process.connections.list())


@pytest.mark.parametrize("path", ["/invite/guessed", "/invite/guessed/google?account=anna@example.com"])
def test_a_guessed_link_is_over(colleague: Browser, path: str) -> None:
    assert colleague.get(path).status_code == 404


def test_only_the_owner_makes_links(colleague: Browser, link: str) -> None:
    colleague.get(link)
    assert colleague.post("/admin/invitations", {"host": "anna"}).status_code in (303, 400)
    assert "/invite/" not in colleague.main()


def test_another_process_knows_the_link(link: str, start: Callable[[], Process]) -> None:
    assert start().browser().get(link).status_code == 200


def test_the_owner_sees_open_links_and_withdraws_them(
    browser: Browser, colleague: Browser, link: str, clock: PresentClock
) -> None:
    browser.get("/admin/connections")
    assert f"for: {ANNA} Withdraw" in browser.main()
    assert browser.post("/admin/invitations/withdraw", {"host": "anna"}).status_code == 303
    browser.get("/admin/connections")
    assert "The link is withdrawn; it opens nothing any more." in browser.main()
    assert "Withdraw" not in browser.main()
    assert colleague.get(link).status_code == 404
    link_for(browser)
    clock.turn(days=8)
    browser.sign_in()
    browser.get("/admin/connections")
    assert "Withdraw" not in browser.main(), "what is over needs no withdrawal"


def test_only_the_owner_withdraws_links(colleague: Browser, link: str) -> None:
    colleague.get(link)
    assert colleague.post("/admin/invitations/withdraw", {"host": "anna"}).location == "/"
    assert colleague.get(link).status_code == 200
