"""A vendor that lives under tests/ alone goes the whole way: nothing in the bridge knows its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.connections import AccountState
from bridge.errors import ConfigError
from bridge.model import BookingState
from bridge.service.findings import Verdict
from bridge.store.engine import Store
from bridge.store.sql import connections as rows
from tests.cast.reading import parse_config
from tests.vendors.paper.practice import PAPER_TOO, PaperPractice, practice_toml
from tests.vendors.paper.server import Entry, PaperServer

HOUR = timedelta(hours=1)
FORM = "/connect/paper?account=anna"


@pytest.fixture
def server() -> Iterator[PaperServer]:
    with PaperServer() as running:
        yield running


@pytest.fixture
def practice(server: PaperServer, sqlite_url: str) -> Iterator[PaperPractice]:
    with closing(PaperPractice(server, sqlite_url)) as opened:
        yield opened


def connect(practice: PaperPractice, server: PaperServer, password: str | None = None) -> str:
    """Type in name and password on the account's page; return what the next page says."""
    return practice.connect("paper", server.username, password or server.password)


def entry_of(server: PaperServer) -> Entry:
    """Return the one live entry of the diary."""
    (live,) = [each for each in server.diaries["work"].values() if not each.get("cancelled")]
    return live


def test_a_new_vendor_goes_the_whole_way(practice: PaperPractice, server: PaperServer) -> None:
    assert practice.offered() == []  # nobody has connected the account: unknown is never free
    assert practice.check("paper:anna/work").verdict is Verdict.FAILED
    assert "anna is connected" in connect(practice, server)
    assert practice.check("paper:anna/work").verdict is Verdict.GOOD

    start = practice.offered()[0]
    assert practice.post("/visit/book", start_iso=start.isoformat()) == {"status": "success"}
    assert entry_of(server)["start"] == start.isoformat()
    assert start not in practice.offered()

    moved = practice.bridge.reception.move(practice.booking(), start + 2 * HOUR)
    assert moved.booking is not None
    assert entry_of(server)["start"] == (start + 2 * HOUR).isoformat()

    by_hand, until = start + 4 * HOUR, start + 4.5 * HOUR
    server.change("work", entry_of(server)["id"], start=by_hand.isoformat(), end=until.isoformat())
    practice.follow()
    assert practice.booking().interval == (by_hand, until)

    assert practice.bridge.reception.cancel(practice.booking()).booking is not None
    practice.follow()
    assert [each for each in server.diaries["work"].values() if not each.get("cancelled")] == []

    again = practice.offered()[1]
    assert practice.post("/visit/book", contact_id="lee", start_iso=again.isoformat())["status"] == "success"
    server.change("work", entry_of(server)["id"], cancelled=True)
    for _ in range(3):  # the calendar is followed closely again; then the deletion rests
        practice.follow()
    assert practice.bridge.reception.bookings(states=[str(BookingState.CONFIRMED)]) == []


def test_a_wrong_password_is_told_on_the_form_and_nothing_is_stored(
    practice: PaperPractice, server: PaperServer, sqlite_url: str
) -> None:
    said = connect(practice, server, "plainly wrong")
    assert "Paper did not accept this, so nothing was connected" in said
    assert 'value="anna"' in practice.browser.page
    assert "plainly wrong" not in practice.browser.page
    with closing(Store(sqlite_url)) as store, store.read() as connection:
        assert rows.every(connection) == []


def test_a_form_with_an_empty_field_is_not_even_tried(practice: PaperPractice, server: PaperServer) -> None:
    server.is_down = True
    practice.browser.sign_in()
    practice.browser.get(FORM)
    answer = practice.browser.post("/connect/paper", {"account": "anna", "username": " ", "password": "fake"})
    assert answer.status_code == 400
    assert "A field is empty" in practice.browser.main()


def test_a_space_at_the_end_of_a_password_belongs_to_it(practice: PaperPractice, server: PaperServer) -> None:
    server.password = "plainly fake "
    assert "anna is connected" in connect(practice, server)


def test_a_vendor_that_is_down_is_told_on_the_form(practice: PaperPractice, server: PaperServer) -> None:
    server.is_down = True
    assert "Paper did not answer as it should" in connect(practice, server)


def test_a_form_of_another_site_connects_nothing(practice: PaperPractice, server: PaperServer) -> None:
    practice.browser.sign_in()
    typed = {"account": "anna", "username": server.username, "password": server.password}
    assert practice.browser.post("/connect/paper", typed, token="guessed").status_code == 400
    (account,) = practice.bridge.connections.list()
    assert account.state is AccountState.NOT_CONNECTED


def test_who_is_not_signed_in_sees_no_form(practice: PaperPractice) -> None:
    assert practice.browser.get(FORM).status_code == 303
    assert 'name="password"' not in practice.browser.page


def test_only_accounts_of_the_configuration_have_a_form(practice: PaperPractice) -> None:
    practice.browser.sign_in()
    assert practice.browser.get("/connect/paper?account=ben").status_code == 400
    assert "The configuration names no account ben of Paper" in practice.browser.main()
    assert practice.browser.get("/connect/paper").status_code == 400


def test_what_was_typed_in_is_stored_sealed_only(
    practice: PaperPractice, server: PaperServer, sqlite_url: str
) -> None:
    connect(practice, server)
    assert server.password.encode() not in Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    (account,) = practice.bridge.connections.list()
    assert server.password not in repr(account)
    assert server.password not in "".join(practice.browser.seen)


def test_a_changed_password_is_asked_for_once_and_typed_in_again(
    practice: PaperPractice, server: PaperServer
) -> None:
    connect(practice, server)
    server.password = "plainly fake and new"
    practice.clock.turn(minutes=2)
    assert practice.offered() == []
    assert practice.offered() == []
    (account,) = practice.bridge.connections.list()
    assert account.state is AccountState.NEEDS_RECONNECTING
    assert "The diary's lock was changed" in practice.check("paper:anna/work").text
    connect(practice, server)
    practice.clock.turn(minutes=2)
    assert practice.offered() != []


def test_a_password_refused_by_mistake_is_tried_again_and_kept(
    practice: PaperPractice, server: PaperServer
) -> None:
    connect(practice, server)
    source = practice.bridge.connections.token_source("paper", "anna")
    deadline = practice.bridge.context.deadline()
    token = source.access_token(deadline=deadline)
    source.rejected(token)
    assert source.access_token(deadline=deadline) == token
    assert source.access_token(deadline=deadline) == token


def test_a_disconnected_account_is_forgotten(practice: PaperPractice, server: PaperServer) -> None:
    connect(practice, server)
    answer = practice.browser.post("/admin/connections/disconnect", {"provider": "paper", "account": "anna"})
    practice.browser.get(answer.location)
    assert "anna is disconnected: what was typed in for it is deleted here." in practice.browser.main()
    practice.clock.turn(minutes=2)
    assert practice.offered() == []


def test_a_password_of_the_configuration_needs_no_form(server: PaperServer, sqlite_url: str) -> None:
    opened = PaperPractice(server, sqlite_url, owner=f'password = "{server.password}"')
    with closing(opened):
        assert opened.offered() != []
        (account,) = opened.bridge.connections.list()
        assert account.state is AccountState.DELEGATED


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[paper.anna]", "[paper.ben]", ("hosts.anna.booking_calendar", "needs a [paper.anna] section")),
        ("desk_url =", "desk_ulr =", ("paper.anna.desk_ulr", 'did you mean "desk_url"?')),
        ("paper:anna/work", "paper:work", ("hosts.anna.booking_calendar", '"paper:<owner>/<diary>"')),
        ("paper:anna/work", "diary:anna/work", ("hosts.anna.booking_calendar", 'did you mean "paper"?')),
        ("[paper.anna]", "[paper.Anna]\n[paper.anna]", ("paper.anna", "stands there twice")),
    ],
)
def test_a_wrong_section_of_a_new_vendor_is_told(
    server: PaperServer, before: str, after: str, problem: tuple[str, str]
) -> None:
    text = practice_toml(server, "sqlite:///x").replace(before, after)
    with pytest.raises(ConfigError) as told:
        parse_config(text, environ={}, base=Path(), vendors=PAPER_TOO)
    path, sentence = problem
    assert any(at == path and sentence in said for at, said in told.value.problems), told.value.problems
