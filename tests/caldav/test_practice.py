"""A practice whose calendar lies at a server like iCloud: from the form to what people change there."""

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
from bridge.store.sql import writes
from providers.base import Interval
from tests.caldav.account import ServedAccount
from tests.cast.one_host import OneHost, one_host_toml
from tests.cast.reading import parse_config
from tests.vendors.caldav.icloud import ServedByICloud

HOUR = timedelta(hours=1)
WORK = "caldav:anna/Work"
KIM = {"name": "Kim", "email": "kim@example.org"}


def practice_toml(url: str, database: str, account: str = "") -> str:
    return one_host_toml(database, WORK, f'[caldav.anna]\nurl = "{url}"\n{account}')


@pytest.fixture
def icloud() -> Iterator[ServedByICloud]:
    with ServedByICloud() as served:
        yield served


def connect(practice: OneHost, icloud: ServedByICloud, password: str | None = None) -> str:
    """Type in name and password on the account's page; return what the next page says."""
    return practice.connect("caldav", icloud.user, password or icloud.password)


def test_a_calendar_at_icloud_goes_the_whole_way(icloud: ServedByICloud, sqlite_url: str) -> None:
    person = ServedAccount(icloud)
    with closing(OneHost(practice_toml(icloud.start, sqlite_url))) as practice:
        assert practice.offered() == []  # nobody has connected the account: unknown is never free
        assert practice.check(WORK).verdict is Verdict.FAILED
        practice.browser.sign_in()
        practice.browser.get("/connect/caldav?account=anna")
        assert "App-Specific Passwords" in practice.browser.main()
        assert "did not accept this" in connect(practice, icloud, "the usual one")
        assert "anna is connected" in connect(practice, icloud)
        assert practice.check(WORK).verdict is Verdict.GOOD

        start = practice.offered()[0]
        assert practice.post("/visit/book", start_iso=start.isoformat(), contact_details=KIM) == {
            "status": "success"
        }
        (name,) = icloud.folders["work"].live()
        assert person.stored("Work", name).interval.start == start
        assert icloud.invited == ["kim@example.org"]
        assert start not in practice.offered()

        moved = practice.bridge.reception.move(practice.booking(), start + 2 * HOUR)
        assert moved.booking is not None
        assert person.stored("Work", name).interval.start == start + 2 * HOUR

        by_hand = Interval(start + 4 * HOUR, start + 4.5 * HOUR)
        person.move_as_person("Work", name, by_hand)
        practice.follow()
        assert practice.booking().interval == by_hand

        assert practice.bridge.reception.cancel(practice.booking()).booking is not None
        practice.follow()
        assert icloud.folders["work"].live() == {}
        lose_by_hand(practice, icloud)
        assert practice.bridge.reception.bookings(states=[str(BookingState.CONFIRMED)]) == []


def lose_by_hand(practice: OneHost, icloud: ServedByICloud) -> None:
    """Book once more, and let a person delete the entry until that is believed."""
    start = practice.offered()[1]
    assert practice.post("/visit/book", start_iso=start.isoformat())["status"] == "success"
    (name,) = icloud.folders["work"].live()
    ServedAccount(icloud).delete_as_person("Work", name)
    for _ in range(3):  # the calendar is followed closely again; then the deletion rests
        practice.follow()


def test_where_the_server_does_not_invite_the_bridge_knows_that_nobody_did(
    icloud: ServedByICloud, sqlite_url: str
) -> None:
    icloud.schedules = False
    with closing(OneHost(practice_toml(icloud.start, sqlite_url))) as practice:
        connect(practice, icloud)
        start = practice.offered()[0].isoformat()
        practice.post("/visit/book", start_iso=start, contact_details=KIM)
        assert not invited(practice)
        practice.post("/visit/book", start_iso=start, contact_details={**KIM, "name": "Kim Example"})
        practice.follow()
        (name,) = icloud.folders["work"].live()
        stored = ServedAccount(icloud).stored("Work", name)
        assert stored.title == "Visit: Kim Example"
        assert stored.attendees == {"kim@example.org"}
        assert not invited(practice)
    assert icloud.invited == []


def invited(practice: OneHost) -> bool:
    """Tell whether the calendar has invited the one booking's guests, so that no mail need do so."""
    with practice.bridge.context.store.read() as connection:
        return writes.of_booking(connection, practice.booking().id)[-1].invited


def test_a_revoked_password_is_asked_for_once(icloud: ServedByICloud, sqlite_url: str) -> None:
    with closing(OneHost(practice_toml(icloud.start, sqlite_url))) as practice:
        connect(practice, icloud)
        icloud.password = "plainly fake and new"
        practice.clock.turn(minutes=2)
        assert practice.offered() == practice.offered() == []
        (account,) = practice.bridge.connections.list()
        assert account.state is AccountState.NEEDS_RECONNECTING
        assert "make a new app-specific one" in practice.check(WORK).text
        connect(practice, icloud)
        practice.clock.turn(minutes=2)
        assert practice.offered() != []


def test_a_password_of_the_configuration_needs_no_form(icloud: ServedByICloud, sqlite_url: str) -> None:
    account = f'username = "{icloud.user}"\npassword = "{icloud.password}"'
    with closing(OneHost(practice_toml(icloud.start, sqlite_url, account))) as practice:
        assert practice.offered() != []
        icloud.password = "plainly fake and new"
        practice.clock.turn(minutes=2)
        assert practice.offered() == []
        assert "the password in [caldav.anna]" in practice.check(WORK).text


def test_the_form_knows_the_user_name_that_the_section_names(icloud: ServedByICloud, sqlite_url: str) -> None:
    text = practice_toml(icloud.start, sqlite_url, 'username = "anna@example.com"')
    with closing(OneHost(text)) as practice:
        practice.browser.sign_in()
        practice.browser.get("/connect/caldav?account=anna")
        assert 'value="anna@example.com"' in practice.browser.page


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("[caldav.anna]", "[caldav.ben]", ("hosts.anna.booking_calendar", "needs a [caldav.anna] section")),
        (WORK, "caldav:Work", ("hosts.anna.booking_calendar", "<its name or path>")),
        (WORK, "icloud:anna/Work", ("hosts.anna.booking_calendar", 'did you mean "caldav"?')),
        ("\nurl = ", "\nulr = ", ("caldav.anna.ulr", 'did you mean "url"?')),
        ("\nurl = ", '\npassword = "x"\nurl = ', ("caldav.anna.username", "belongs to the password")),
        ('"https://dav.example.com/"', '"http://203.0.114.7/"', ("caldav.anna.url", "https://")),
    ],
)
def test_a_wrong_section_is_told(before: str, after: str, problem: tuple[str, str]) -> None:
    text = practice_toml("https://dav.example.com/", "sqlite:///x").replace(before, after, 1)
    with pytest.raises(ConfigError) as told:
        parse_config(text, environ={}, base=Path())
    path, sentence = problem
    assert any(at == path and sentence in said for at, said in told.value.problems), told.value.problems
