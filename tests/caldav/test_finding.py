"""Which calendars an account has, what a name means, and to whom the password is shown on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from providers.base import BusyQuery
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    EndlessAnswer,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from tests.caldav.account import provider_at
from tests.contracts.account import WINDOW, ForeignEvent, busy, plenty, span
from tests.providers.google import Waiting
from tests.vendors.caldav import entries
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.caldav.radicale import ServedByRadicale
from tests.vendors.caldav.served import xml
from tests.vendors.common import Answer, Fake, FakeTokens, Fault, Request

Responding = Callable[[Request], Answer]


@pytest.fixture
def icloud() -> Iterator[ServedByICloud]:
    with ServedByICloud() as served:
        yield served


class Odd(Fake):
    """A server that answers as it is told to."""

    token = "anna:plainly fake password"

    def __init__(self, respond: Responding) -> None:
        self._respond = respond
        super().__init__()

    @property
    def start(self) -> str:
        return f"{self.url}/"

    def answer_to(self, request: Request) -> Answer:
        return self._respond(request)


def asked(respond: Responding) -> ProviderError:
    """Return why the calendars of an odd server are not known."""
    with Odd(respond) as odd, pytest.raises(ProviderError) as caught:
        provider_at(odd).list_calendars(deadline=plenty())
    return caught.value


def test_calendars_are_found_on_the_host_that_is_ones_own(icloud: ServedByICloud) -> None:
    listed = provider_at(icloud).list_calendars(deadline=plenty())
    assert [(each.id, each.timezone, each.can_write) for each in listed] == [
        ("Work", "Europe/Berlin", True),
        ("Home", "Europe/Berlin", True),
    ]
    assert icloud.front.operations() == ["principal", "home"]


def test_what_was_found_is_believed_for_the_next_question(icloud: ServedByICloud) -> None:
    provider = provider_at(icloud)
    busy(provider, "Work")
    before = len(icloud.requests) + len(icloud.front.requests)
    busy(provider, "Work")
    assert len(icloud.requests) + len(icloud.front.requests) == before + 1


def test_of_several_calendars_asked_for_at_once_one_question_finds_them(icloud: ServedByICloud) -> None:
    queries = [BusyQuery("Work"), BusyQuery("Home")]
    answers = provider_at(icloud).free_busy(queries, WINDOW, deadline=plenty())
    assert list(answers.values()) == [(), ()]
    assert icloud.front.operations() == ["principal", "home"]


@pytest.mark.parametrize("name", ["Work", "work", "/10001/calendars/work/", "/10001/calendars/work"])
def test_a_calendar_is_named_by_title_path_or_the_paths_last_part(icloud: ServedByICloud, name: str) -> None:
    icloud.as_person("PUT", f"{icloud.path('Work')}a.ics", entries.written("a", ForeignEvent(span(1, 9))))
    provider = provider_at(icloud, zones={name: "Europe/Berlin"})
    assert busy(provider, name) == (span(1, 9),)
    assert [each.id for each in provider.list_calendars(deadline=plenty())] == [name, "Home"]
    identity = provider.identity(name, deadline=plenty())
    assert identity == provider_at(icloud).identity("Work", deadline=plenty())


def test_of_two_calendars_with_one_title_nobody_knows_which_is_meant(icloud: ServedByICloud) -> None:
    icloud.folders["home"].title = "Work"
    provider = provider_at(icloud)
    with pytest.raises(CalendarNotFound):
        provider.list_events("Work", WINDOW, deadline=plenty())
    paths = ["/10001/calendars/work/", "/10001/calendars/home/"]
    assert [each.id for each in provider.list_calendars(deadline=plenty())] == paths
    assert busy(provider, paths[1]) == ()


def test_a_calendar_that_was_renamed_meanwhile_is_found(icloud: ServedByICloud) -> None:
    provider = provider_at(icloud)
    busy(provider, "Work")
    icloud.folders["home"].title = "Practice"
    assert busy(provider, "Practice") == ()


def test_a_calendar_is_found_from_wherever_one_begins() -> None:
    with ServedByRadicale() as served:
        for url in (served.url, f"{served.url}/{served.user}/", f"{served.url}{served.path('Work')}"):
            found = provider_at(served, url).list_calendars(deadline=plenty())
            assert {each.id for each in found} == {"Work", "Home"}


def test_an_address_that_knows_nothing_leads_to_the_well_known_one(icloud: ServedByICloud) -> None:
    asked_for = []

    def respond(request: Request) -> Answer:
        asked_for.append(request.path)
        if request.path == "/shop":
            return Answer(405, content=b"")
        if request.path == "/.well-known/caldav":
            return Answer(301, headers={"Location": "/"}, content=b"")
        return icloud.front.answer_to(icloud.front.identify(request))

    with Odd(respond) as odd:
        odd.token = icloud.token
        found = provider_at(odd, f"{odd.url}/shop").list_calendars(deadline=plenty())
    assert [each.id for each in found] == ["Work", "Home"]
    assert asked_for == ["/shop", "/.well-known/caldav", "/", "/10001/principal/"]


def redirected(location: str) -> ProviderError:
    return asked(lambda _: Answer(302, headers={"Location": location}, content=b""))


def test_no_other_server_is_shown_the_password(icloud: ServedByICloud) -> None:
    with Odd(lambda _request: Answer(207)) as stranger:
        for location in (f"{stranger.url}/dav/", "http://[", "https://127.0.0.1:99999/", "/gr\xf6\xdfe"):
            assert isinstance(redirected(location), ProviderUnavailable), location
        icloud.home_url = stranger.url.replace("127.0.0.1", "stranger.example.com")
        with pytest.raises(UnexpectedResponse):
            provider_at(icloud).list_calendars(deadline=plenty())
        assert stranger.requests == []


def test_a_password_does_not_cross_the_internet_in_the_clear(icloud: ServedByICloud) -> None:
    with pytest.raises(AccessDenied, match="http://"):
        provider_at(icloud, "http://203.0.114.7/").list_calendars(deadline=plenty())


def test_a_refused_password_ends_the_connection_until_another_is_given(icloud: ServedByICloud) -> None:
    provider = provider_at(icloud)
    busy(provider, "Work")
    old, icloud.password = icloud.password, "plainly fake and new"
    assert busy(provider, "Work") == ()  # what the account's tokens give next is the new one
    tokens = FakeTokens(lambda: f"{icloud.user}:{old}")
    with pytest.raises(ConnectionExpired):
        provider_at(icloud, tokens=tokens).list_calendars(deadline=plenty())
    assert len(tokens.rejections) == 1


BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<multistatus xmlns="DAV:"><response><href>&b;</href></response></multistatus>"""
SECRET = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<multistatus xmlns="DAV:"><response><href>&a;</href></response></multistatus>"""


NEEDLESS = b"<!DOCTYPE multistatus><multistatus xmlns='DAV:'/>"


@pytest.mark.parametrize("content", [BOMB, SECRET, NEEDLESS, b"<html>", b"", b"\xff\xfe", b"<a>" * 50_000])
def test_what_is_no_answer_is_none(content: bytes) -> None:
    assert isinstance(asked(lambda _request: Answer(207, content=content)), ProviderUnavailable)


@pytest.mark.parametrize(
    "text",
    [
        "<other xmlns='DAV:'/>",
        "<multistatus xmlns='DAV:'><response/></multistatus>",
        "<multistatus xmlns='DAV:'><response><href>/</href><status>fine</status></response></multistatus>",
    ],
)
def test_an_answer_of_another_shape_is_none(text: str) -> None:
    assert isinstance(asked(lambda _request: xml(207, text)), UnexpectedResponse)


def test_an_answer_without_end_is_not_taken_in() -> None:
    huge = Answer(207, content=b"<!-- -->" * (9 << 20))
    assert isinstance(asked(lambda _request: huge), EndlessAnswer)


def test_a_server_that_knows_no_caldav_is_told_as_that() -> None:
    assert isinstance(asked(lambda _request: Answer(404, content=b"")), CalendarNotFound)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, ProviderUnavailable),
        (Fault.SERVER_ERROR, ProviderUnavailable),
        (Fault.UNAVAILABLE, ProviderUnavailable),
        (Fault.GARBAGE, ProviderUnavailable),
        (Fault.TRUNCATE, ProviderUnavailable),
        (Fault.DROP, ProviderUnavailable),
        (Fault.HANG, ProviderUnavailable),
        (Fault.REDIRECT, ProviderUnavailable),
        (Fault.FORBIDDEN, AccessDenied),
        (Fault.NOT_FOUND, CalendarNotFound),
        (Fault.UNAUTHORIZED, ConnectionExpired),
    ],
)
def test_what_cannot_be_read_is_unknown(
    icloud: ServedByICloud, fault: Fault, kind: type[ProviderError]
) -> None:
    icloud.fail_next(fault, operation="report", times=None)
    waiting, query = Waiting(), BusyQuery("Work")
    provider = provider_at(icloud, clocks=waiting.clocks())
    # Only who hangs uses its time up; the machine may be busy with other tests.
    seconds = 0.3 if fault is Fault.HANG else 10
    answers = provider.free_busy([query], WINDOW, deadline=waiting.deadline(seconds))
    assert isinstance(answers[query], kind)
