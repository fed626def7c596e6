"""A practice whose calendar lies on the company's Exchange: from the form to what people change there."""

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
from providers.base import Interval
from tests.cast.one_host import OneHost, one_host_toml
from tests.cast.reading import parse_config
from tests.exchange.account import ANNA
from tests.vendors.exchange import PASSWORD, FakeExchange, Fault

HOUR = timedelta(hours=1)
CALENDAR = f"exchange:{ANNA}/calendar"
BRIDGE = "bridge@contoso.example.com"
KIM = {"name": "Kim", "email": "kim@example.org"}


def practice_toml(exchange: FakeExchange, database: str, more: str = "") -> str:
    section = f'[network]\nca_file = "{exchange.ca_bundle}"\n[exchange]\nurl = "{exchange.endpoint}"\n{more}'
    return one_host_toml(database, CALENDAR, section)


@pytest.fixture
def exchange() -> Iterator[FakeExchange]:
    with FakeExchange() as exchange:
        exchange.add_mailbox(ANNA)
        exchange.add_mailbox(BRIDGE, impersonates=True)
        yield exchange


def connect(practice: OneHost, exchange: FakeExchange, password: str = PASSWORD) -> str:
    return practice.connect("exchange", exchange.user(ANNA), password, account=ANNA)


def test_a_calendar_on_the_companys_server_goes_the_whole_way(
    exchange: FakeExchange, sqlite_url: str
) -> None:
    with closing(OneHost(practice_toml(exchange, sqlite_url))) as practice:
        assert practice.offered() == []  # nobody has connected the mailbox: unknown is never free
        assert practice.check(CALENDAR).verdict is Verdict.FAILED
        practice.browser.sign_in()
        practice.browser.get(f"/connect/exchange?account={ANNA}")
        assert "Windows may lock the account" in practice.browser.main()
        assert "did not accept this" in connect(practice, exchange, "the usual one")
        assert f"{ANNA} is connected" in connect(practice, exchange)
        assert practice.check(CALENDAR).verdict is Verdict.GOOD

        start = practice.offered()[0]
        booked = practice.post("/visit/book", start_iso=start.isoformat(), contact_details=KIM)
        assert booked == {"status": "success"}
        (event,) = exchange.events(ANNA)
        assert (event["start"], set(event["guests"])) == (start, {"kim@example.org"})
        assert [mail.to for mail in exchange.mails()] == [("kim@example.org",)]
        assert start not in practice.offered()

        moved = practice.bridge.reception.move(practice.booking(), start + 2 * HOUR)
        assert moved.booking is not None
        assert exchange.events(ANNA)[0]["start"] == start + 2 * HOUR

        by_hand = Interval(start + 4 * HOUR, start + 4.5 * HOUR)
        exchange.move_event(ANNA, event["id"], *by_hand)
        practice.follow()
        assert practice.booking().interval == by_hand

        assert practice.bridge.reception.cancel(practice.booking()).booking is not None
        practice.follow()
        assert exchange.events(ANNA) == []
        lose_by_hand(practice, exchange)
        assert practice.bridge.reception.bookings(states=[str(BookingState.CONFIRMED)]) == []


def lose_by_hand(practice: OneHost, exchange: FakeExchange) -> None:
    """Book once more, and let a person delete the event until that is believed."""
    start = practice.offered()[1]
    assert practice.post("/visit/book", start_iso=start.isoformat())["status"] == "success"
    (event,) = exchange.events(ANNA)
    exchange.delete_event(ANNA, event["id"])
    for _ in range(3):  # the calendar is followed closely again; then the deletion rests
        practice.follow()


def test_a_changed_password_is_asked_for_once(exchange: FakeExchange, sqlite_url: str) -> None:
    with closing(OneHost(practice_toml(exchange, sqlite_url))) as practice:
        connect(practice, exchange)
        exchange.set_password(ANNA, "plainly fake and new")
        practice.clock.turn(minutes=2)
        assert practice.offered() == practice.offered() == []
        (account,) = practice.bridge.connections.list()
        assert account.state is AccountState.NEEDS_RECONNECTING
        assert "type the new one in at" in practice.check(CALENDAR).text
        exchange.set_password(ANNA, PASSWORD)  # it was only locked
        connect(practice, exchange)
        assert practice.check(CALENDAR).verdict is Verdict.GOOD
        exchange.set_password(ANNA, "plainly fake and new")
        connect(practice, exchange, "plainly fake and new")
        practice.clock.turn(minutes=2)
        assert practice.offered() != []


def test_the_form_says_why_a_server_is_of_no_use(exchange: FakeExchange, sqlite_url: str) -> None:
    text = practice_toml(exchange, sqlite_url).replace("ca_file =", "# ca_file =")
    with closing(OneHost(text)) as practice:
        said = connect(practice, exchange)
        assert "certificate is not believed ([network] ca_file)" in said
        assert "compare the url" in said


def test_a_service_account_needs_no_form_and_must_be_let_act_for_others(
    exchange: FakeExchange, sqlite_url: str
) -> None:
    signed_in = f"username = '{exchange.user(BRIDGE)}'\npassword = \"{PASSWORD}\"\nimpersonation = true"
    with closing(OneHost(practice_toml(exchange, sqlite_url, signed_in))) as practice:
        assert practice.offered() != []
        exchange.change_mailbox(BRIDGE, impersonates=False)
        practice.clock.turn(minutes=2)
        assert practice.offered() == []
        assert "the role ApplicationImpersonation" in practice.check(CALENDAR).text
        exchange.change_mailbox(BRIDGE, impersonates=True)
        exchange.set_password(BRIDGE, "plainly fake and new")
        practice.clock.turn(minutes=2)
        assert practice.offered() == []
        shown = len(exchange.requests)
        assert "Windows has locked the account" in practice.check(CALENDAR).text
        assert len(exchange.requests) == shown  # a refused password is not shown again at once


@pytest.mark.parametrize("lost", [Fault.DROP_AFTER, Fault.SERVER_ERROR_AFTER, Fault.TRUNCATE])
def test_a_booking_whose_answer_was_lost_is_one_event(
    exchange: FakeExchange, sqlite_url: str, lost: Fault
) -> None:
    with closing(OneHost(practice_toml(exchange, sqlite_url))) as practice:
        connect(practice, exchange)
        start = practice.offered()[0].isoformat()
        exchange.fail_next(lost, operation="CreateItem")
        assert practice.post("/visit/book", start_iso=start)["status"] == "success"
        practice.follow()
        assert len(exchange.events(ANNA)) == len(practice.bridge.reception.bookings()) == 1


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (CALENDAR, "exchange:anna/calendar", ("hosts.anna.booking_calendar", "an address such as")),
        (CALENDAR, f"exchange:{ANNA}/schedule:x", ("hosts.anna.booking_calendar", "schedule:<address>")),
        (CALENDAR, f"ews:{ANNA}/calendar", ("hosts.anna.booking_calendar", 'did you mean "exchange"?')),
        (
            "mail.example.com/EWS",
            "outlook.office365.com/EWS",
            ("exchange.url", 'name the calendars "microsoft:'),
        ),
        ('"https://mail', '"http://203.0.114.7/', ("exchange.url", "https://")),
        ("\nurl", '\nusername = "x"\nurl', ("exchange.password", "belongs to the user name")),
        ("\nurl", '\npassword = "x"\nurl', ("exchange.username", "belongs to the password")),
        ("\nurl", "\nimpersonation = true\nurl", ("exchange.impersonation", "a service account")),
        ("\nurl", '\nauth = "digest"\nurl', ("exchange.auth", '"ntlm", "basic" or "kerberos"')),
        ("\nurl", '\nauth = "kerberos"\nurl', ("exchange", "pip install requests-gssapi")),
    ],
)
def test_a_wrong_section_is_told(before: str, after: str, problem: tuple[str, str]) -> None:
    section = '[exchange]\nurl = "https://mail.example.com/EWS/Exchange.asmx"'
    text = one_host_toml("sqlite:///x", CALENDAR, section).replace(before, after, 1)
    with pytest.raises(ConfigError) as told:
        parse_config(text, environ={}, base=Path())
    path, sentence = problem
    assert any(at == path and sentence in said for at, said in told.value.problems), told.value.problems
