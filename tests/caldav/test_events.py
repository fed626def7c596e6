"""What CalDAV alone has: answers to invitations, servers that invite, keys that are taken elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from providers.base import EventRef, Interval
from providers.busy_policy import BusyPolicy
from providers.errors import EventExists, ProviderError, ProviderUnavailable, RateLimited, WriteUnknown
from tests.caldav.account import ServedAccount, provider_at
from tests.contracts.account import (
    BOOKING,
    KEY,
    WINDOW,
    ForeignEvent,
    Repeat,
    busy,
    create,
    draft,
    plenty,
    rich_draft,
    span,
)
from tests.providers.google import Waiting
from tests.vendors.caldav import entries
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.caldav.radicale import ServedByRadicale
from tests.vendors.common import Answer, Fault, Request


@pytest.fixture
def icloud() -> Iterator[ServedByICloud]:
    with ServedByICloud() as served:
        yield served


def put(served: ServedByICloud, name: str, text: bytes, calendar: str = "Work") -> None:
    served.as_person("PUT", f"{served.path(calendar)}{name}", text)


def invited(answer: str, address: str = entries.ANNA) -> bytes:
    """Return an invitation to an address, with its answer."""
    text = entries.written("invited", ForeignEvent(span(1, 9), declined=True)).decode()
    return text.replace("DECLINED", answer).replace(entries.ANNA, address).encode()


@pytest.mark.parametrize(
    ("answer", "by_default", "strictly"),
    [("ACCEPTED", 1, 1), ("NEEDS-ACTION", 1, 0), ("TENTATIVE", 1, 0), ("DECLINED", 0, 0)],
)
def test_what_counts_is_the_owners_own_answer(
    icloud: ServedByICloud, answer: str, by_default: int, strictly: int
) -> None:
    put(icloud, "a.ics", invited(answer))
    provider = provider_at(icloud)
    assert len(busy(provider, "Work")) == by_default
    assert len(busy(provider, "Work", policy=BusyPolicy(frozenset({"busy"})))) == strictly


def test_the_owners_answer_is_found_where_its_line_is_folded(icloud: ServedByICloud) -> None:
    put(icloud, "a.ics", invited("DECLINED").replace(b"ATTENDEE;", b"ATTENDEE;CN=Anna Adams;"))
    path = f"{icloud.path('Work')}a.ics"
    assert b"anna\r\n @example.com" in icloud.as_person("GET", path).encoded()
    assert len(busy(provider_at(icloud), "Work")) == 0


def test_another_guests_refusal_frees_nothing(icloud: ServedByICloud) -> None:
    put(icloud, "a.ics", invited("DECLINED", "ben@example.org"))
    assert busy(provider_at(icloud), "Work") == (span(1, 9),)


def test_the_owners_address_may_be_the_servers_alone(icloud: ServedByICloud) -> None:
    put(icloud, "a.ics", invited("DECLINED"))
    assert busy(provider_at(icloud, addresses=frozenset()), "Work") == ()


def test_an_entry_that_cannot_be_read_makes_its_calendar_unknown(icloud: ServedByICloud) -> None:
    text = entries.written("a", ForeignEvent(span(1, 9))).replace(b"Europe/Berlin", b"Nowhere")
    put(icloud, "a.ics", re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", text, flags=re.DOTALL))
    provider = provider_at(icloud)
    with pytest.raises(AssertionError, match="cannot be read"):
        busy(provider, "Work")
    assert busy(provider, "Home") == ()
    create(provider, ServedAccount(icloud), span(2, 9))
    told = provider.changes("Work", None, deadline=plenty())
    assert [event.event_key for event in told.events] == [KEY]  # what people do is followed all the same


def test_a_server_that_schedules_invites_the_guests(icloud: ServedByICloud) -> None:
    made = provider_at(icloud).create_event("Work", KEY, rich_draft(span(1, 9), "Call"), deadline=plenty())
    assert (icloud.invited, made.uninvited) == (["guest@example.com"], False)


def test_where_no_server_invites_the_event_says_so() -> None:
    with ServedByRadicale() as served:
        provider, was = provider_at(served), rich_draft(span(1, 9), "Call")
        made = provider.create_event("Work", KEY, was, deadline=plenty())
        amended = provider.amend_event(made.ref, was, replace(was, title="Talk"), deadline=plenty())
        text = served.as_person("GET", f"{served.path('Work')}{KEY}.ics").encoded().replace(b"\r\n ", b"")
    assert made.uninvited and amended.uninvited
    assert b"SCHEDULE-AGENT=NONE" in text and b"guest@example.com" in text


def test_a_key_that_lies_in_another_calendar_is_used_up(icloud: ServedByICloud) -> None:
    account = ServedAccount(icloud)
    create(provider_at(icloud), account, span(1, 9))
    kept = icloud.folders["work"].entries.pop(f"{KEY}.ics")
    icloud.folders["home"].entries[f"{KEY}.ics"] = kept
    with pytest.raises(EventExists):
        create(provider_at(icloud), account, span(1, 9))
    found = provider_at(icloud).find_booking("Home", BOOKING, deadline=plenty())
    assert [event.event_key for event in found] == [KEY]


def test_a_version_marked_weak_is_the_same(icloud: ServedByICloud) -> None:
    account = ServedAccount(icloud)
    event = create(provider_at(icloud), account, span(1, 9))

    class Front(ServedByICloud):
        """A front end that marks every version it lets through."""

        def done(self, request: Request) -> Answer:
            answer = icloud.done(request)
            if "ETag" in answer.headers:
                answer.headers["ETag"] = f"W/{answer.headers['ETag']}"
            return answer

    with Front() as front:
        moved = provider_at(front).move_event(event.ref, span(2, 9), timezone="UTC", deadline=plenty())
    assert moved.interval == span(2, 9)


def test_a_cancelled_event_is_told_as_gone(icloud: ServedByICloud) -> None:
    provider, path = provider_at(icloud), f"{icloud.path('Work')}{KEY}.ics"
    create(provider, ServedAccount(icloud), span(1, 9))
    cursor = provider.changes("Work", None, deadline=plenty()).cursor
    text = icloud.as_person("GET", path).encoded()
    icloud.as_person("PUT", path, text.replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED"))
    told = provider.changes("Work", cursor, deadline=plenty())
    assert (told.events, told.deleted) == ((), (KEY,))
    assert provider.find_event("Work", KEY, deadline=plenty()) is None


def test_what_moves_out_of_the_time_looked_at_is_not_gone(icloud: ServedByICloud) -> None:
    icloud.keeps_tokens = False
    account, provider = ServedAccount(icloud), provider_at(icloud)
    event = create(provider, account, span(1, 9))
    cursor = provider.changes("Work", None, deadline=plenty()).cursor
    later = Interval(*(moment.replace(year=2029) for moment in span(1, 9)))
    account.move_as_person("Work", event.ref.event_id, later)
    told = provider.changes("Work", cursor, deadline=plenty())
    assert told.deleted == ()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.HANG_AFTER, WriteUnknown),
        (Fault.DROP_AFTER, WriteUnknown),
        (Fault.SERVER_ERROR, WriteUnknown),
        (Fault.UNAVAILABLE, WriteUnknown),
        (Fault.RATE_429, RateLimited),
        (Fault.UNAUTHORIZED, ProviderError),
        (Fault.BAD_REQUEST, ProviderError),
    ],
)
def test_whatever_becomes_of_a_write_there_is_one_event_in_the_end(
    icloud: ServedByICloud, fault: Fault, kind: type[ProviderError]
) -> None:
    waiting = Waiting()
    provider = provider_at(icloud, clocks=waiting.clocks())
    busy(provider, "Work")
    icloud.fail_next(fault, operation="write", times=2, retry_after="60")
    with pytest.raises(kind) as caught:
        provider.create_event("Work", KEY, draft(span(1, 9)), deadline=waiting.deadline(1.3))
    is_clear = not isinstance(caught.value, WriteUnknown)
    icloud.come_up()
    provider = provider_at(icloud)
    assert not is_clear or provider.find_event("Work", KEY, deadline=plenty()) is None
    create(provider, ServedAccount(icloud), span(1, 9))
    listed = provider.list_events("Work", WINDOW, deadline=plenty())
    assert [event.event_key for event in listed] == [KEY]


def test_a_server_that_asks_for_patience_is_left_alone(icloud: ServedByICloud) -> None:
    waiting = Waiting()
    provider = provider_at(icloud, clocks=waiting.clocks())
    busy(provider, "Work")
    icloud.fail_next(Fault.RATE_429, operation="report", retry_after="120")
    for _ in range(2):
        with pytest.raises(RateLimited):
            provider.list_events("Work", WINDOW, deadline=waiting.deadline(1.0))
    assert icloud.operations().count("report") == 2  # the first question, and the one that was refused


def test_what_is_locked_is_not_written(icloud: ServedByICloud) -> None:
    class Locked(ServedByICloud):
        def done(self, request: Request) -> Answer:
            return Answer(423, content=b"") if request.verb == "PUT" else icloud.done(request)

    waiting = Waiting()
    with Locked() as served:
        provider = provider_at(served, clocks=waiting.clocks())
        with pytest.raises(ProviderUnavailable):
            provider.create_event("Work", KEY, draft(span(1, 9)), deadline=waiting.deadline(2))


def test_an_occurrence_is_read_by_the_entry_it_belongs_to(icloud: ServedByICloud) -> None:
    put(icloud, "s.ics", entries.written("s", ForeignEvent(span(1, 9), repeat=Repeat(1, 3))))
    provider = provider_at(icloud)
    second = provider.list_events("Work", WINDOW, deadline=plenty())[1]
    read = provider.read_event(EventRef("Work", second.ref.event_id), deadline=plenty())
    assert read.ref.event_id == "s.ics"
